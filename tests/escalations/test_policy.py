"""A hub's escalation policy: every change a version, nobody's change lost, and nothing accepted that would leave a call with nobody."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest

from beside.accounts.passwords import new_password
from beside.accounts.revoke_role import revoke_role
from beside.accounts.tables import Account
from beside.escalations.channels.add import add_webhook
from beside.escalations.policy.change import change_policy, restore_policy
from beside.escalations.policy.page import policy_page, policy_preview
from beside.escalations.tables import Channel
from beside.hubs.policy import read_policy
from beside.hubs.scope import require_hub
from beside.kit.context import command, query
from beside.kit.errors import BadInput, Conflict, NotAllowed, NotFound, TooLarge
from beside.protocol.policy import ChangePolicy, NightStepKind, PolicyChangeKind, PolicyDraft, PolicyPage, PolicyRung, RestorePolicy
from beside.protocol.shapes import Role, Severity
from tests.escalations.scene import SECRET, Scene
from tests.rig.cast import Person

WORDS = "Ring 112, say where they are, and stay with them on the line."
Kind = PolicyChangeKind


async def started(scene: Scene) -> PolicyPage:
    """The page, where the clinician can sign in with a password and the hub has one channel in use."""
    async with command(scene.house) as ctx:
        account = await ctx.db.get_one(Account, scene.cast.clinician.account)
        ctx.db.add(new_password(ctx, account, "hazel", "a hash"))
    return await page(scene)


async def page(scene: Scene) -> PolicyPage:
    async with query(scene.house, scene.cast.coordinator.actor) as ctx:
        return await policy_page(ctx)


async def save(scene: Scene, basis: int, draft: PolicyDraft, by: Person | None = None) -> None:
    async with command(scene.house, (by or scene.cast.coordinator).actor) as ctx:
        await change_policy(ctx, ChangePolicy(basis=basis, draft=draft))


def other(draft: PolicyDraft, **changed: Any) -> PolicyDraft:
    return msgspec.structs.replace(draft, **changed)


async def test_every_change_is_a_version_with_who_and_what(scene: Scene) -> None:
    """A change is the next number, by name, with what is different; the same again is no new one; the ledger has it."""
    before = await started(scene)
    await save(scene, before.number, other(before.draft, emergency_script=WORDS))
    await save(scene, before.number + 1, other(before.draft, emergency_script=WORDS))
    after = await page(scene)
    assert (before.number + 1, WORDS) == (after.number, after.draft.emergency_script)
    assert [after.number, "Linden", [Kind.script]] == [after.versions[0].number, after.versions[0].by, [one.what for one in after.versions[0].changes]]
    async with query(scene.house) as ctx:
        assert WORDS == read_policy((await require_hub(ctx, scene.cast.hub)).policy).emergency_script


async def test_an_edit_on_an_old_version_changes_nothing(scene: Scene) -> None:
    """Two coordinators at once: the second is told, nothing of the first's is overwritten, and on the new basis the same draft goes through."""
    before = await started(scene)
    await save(scene, before.number, other(before.draft, emergency_script=WORDS))
    mine = other(before.draft, emergency_script="Ring the harbour master first, then 112.")
    with pytest.raises(Conflict, match="changed_meanwhile"):
        await save(scene, before.number, mine)
    assert WORDS == (await page(scene)).draft.emergency_script
    await save(scene, before.number + 1, mine)
    assert mine == (await page(scene)).draft


async def test_restoring_is_a_new_version(scene: Scene) -> None:
    """An old version comes back as the next number and says which it was; one that never was is not found."""
    before = await started(scene)
    await save(scene, before.number, other(before.draft, emergency_script=WORDS))
    async with command(scene.house, scene.cast.coordinator.actor) as ctx:
        await restore_policy(ctx, RestorePolicy(basis=before.number + 1, number=before.number))
    after = await page(scene)
    assert (before.draft, before.number + 2, before.number) == (after.draft, after.number, after.versions[0].restored)
    async with command(scene.house, scene.cast.coordinator.actor) as ctx:
        with pytest.raises(NotFound):
            await restore_policy(ctx, RestorePolicy(basis=after.number, number=99))


async def test_an_old_version_whose_people_are_gone_does_not_come_back(scene: Scene) -> None:
    """What was good then is looked at again: a clinician who left would be called, and could not come."""
    before = await started(scene)
    manager = PolicyRung(person="Duty manager", channels=before.draft.rungs[0].channels)
    await save(scene, before.number, other(before.draft, rungs=[manager]))
    async with command(scene.house, scene.cast.coordinator.actor) as ctx:
        await revoke_role(ctx, scene.cast.clinician.account, Role.clinician)
    with pytest.raises(BadInput, match="not_a_clinician"):
        async with command(scene.house, scene.cast.coordinator.actor) as ctx:
            await restore_policy(ctx, RestorePolicy(basis=before.number + 1, number=before.number))


@pytest.mark.parametrize("role", ["member", "peer", "moderator", "clinician"])
async def test_nobody_but_a_coordinator(scene: Scene, role: str) -> None:
    """Whoever is no coordinator neither sees the policy nor changes it."""
    before = await started(scene)
    with pytest.raises(NotAllowed):
        await save(scene, before.number, before.draft, getattr(scene.cast, role))
    async with query(scene.house, getattr(scene.cast, role).actor) as ctx:
        with pytest.raises(NotAllowed):
            await policy_page(ctx)


async def test_what_would_leave_a_call_with_nobody_is_refused(scene: Scene) -> None:
    """Each refusal names the field that is in the way, and nothing is stored."""
    before = await started(scene)
    first, clinician = before.draft.rungs[0], scene.cast.clinician.account
    async with command(scene.house) as ctx:
        strange = await add_webhook(ctx, scene.cast.other_hub, "https://on-call.example.org/far", [SECRET])
        retired = await add_webhook(ctx, scene.cast.hub, "https://on-call.example.org/old", [SECRET])
        (await ctx.db.get_one(Channel, retired)).retired_at = ctx.now
    slow = msgspec.structs.replace(before.draft.timers, critical=msgspec.structs.replace(before.draft.timers.critical, next_rung=121))
    table: list[tuple[dict[str, Any], str, str]] = [
        ({"rungs": []}, "rung_needed", "rungs"),
        ({"rungs": [PolicyRung(person="First", channels=[])]}, "rung_unreachable", "rungs.0.channels"),
        ({"rungs": [first, PolicyRung(person="Second", channels=[strange])]}, "channel_gone", "rungs.1.channels"),
        ({"rungs": [PolicyRung(person="First", channels=[retired])]}, "channel_gone", "rungs.0.channels"),
        ({"rungs": [PolicyRung(person="First", channels=[uuid4()])]}, "channel_gone", "rungs.0.channels"),
        ({"rungs": [PolicyRung(person="First", channels=first.channels, account=scene.cast.peer.account)]}, "not_a_clinician", "rungs.0.account"),
        ({"rungs": [PolicyRung(person="First", channels=first.channels, account=scene.cast.stranger.account)]}, "not_a_clinician", "rungs.0.account"),
        ({"rungs": [PolicyRung(person="First", channels=first.channels, account=clinician, rota=True)]}, "not_a_clinician", "rungs.0.account"),
        ({"rungs": [PolicyRung(person="First", channels=[], rota=True)]}, "duty_manager_needed", "duty_manager"),
        ({"duty_manager": PolicyRung(person="Manager", channels=[])}, "rung_unreachable", "duty_manager.channels"),
        ({"rungs": [PolicyRung(person=" \u200b ", channels=first.channels)]}, "empty", "rungs.0.person"),
        ({"emergency_script": "Ring 112."}, "too_short", "emergency_script"),
        ({"emergency_script": "x" * 601}, "too_long", "emergency_script"),
        ({"timers": slow}, "timer_too_long", "timers.critical.next_rung"),
    ]
    for changed, code, field in table:
        with pytest.raises((BadInput, TooLarge)) as refused:
            await save(scene, before.number, other(before.draft, **changed))
        assert (code, field) == (refused.value.code, refused.value.field)
    assert before == await page(scene)


async def test_a_preview_says_what_changes_and_what_happens_at_night(scene: Scene) -> None:
    """The ladder itself, climbed from the draft: who, by what, after how many seconds; and nothing is stored."""
    before = await started(scene)
    first = before.draft.rungs[0]
    quick = msgspec.structs.replace(before.draft.timers, critical=msgspec.structs.replace(before.draft.timers.critical, next_rung=60))
    manager = PolicyRung(person="The duty manager", channels=first.channels)
    async with query(scene.house, scene.cast.coordinator.actor) as ctx:
        shown = await policy_preview(ctx, other(before.draft, timers=quick, duty_manager=manager))
    assert [Kind.rung_added, Kind.answers_nobody, Kind.timer] == [one.what for one in shown.changes]
    night = shown.nights[0]
    assert Severity.critical is night.severity
    page_, again, remind, undo = NightStepKind.page, NightStepKind.again, NightStepKind.remind, NightStepKind.undo
    assert [(page_, 0, "Hazel"), (page_, 60, None), (again, 120, None), (remind, 600, None), (undo, 900, None)] == [
        (step.what, step.after_seconds, step.who) for step in night.steps
    ]
    assert before == await page(scene)


async def test_a_changed_policy_never_moves_an_open_escalation(scene: Scene) -> None:
    """What is open keeps the timers it was raised with, also when it becomes more urgent; a row without any has the design's."""
    before = await started(scene)
    manager = PolicyRung(person="The duty manager", channels=before.draft.rungs[0].channels)
    open_one = await scene.raise_it(Severity.high)
    due = (await scene.page(open_one)).respond_by
    column = msgspec.structs.replace(before.draft.timers.high, unseen=120, next_rung=120)
    await save(scene, before.number, other(before.draft, duty_manager=manager, timers=msgspec.structs.replace(before.draft.timers, high=column)))
    assert due == (await scene.page(open_one)).respond_by
    async with command(scene.house) as ctx:
        (await ctx.db.get_one(type(await scene.row(open_one)), open_one)).timers = None
    assert due == (await scene.page(open_one)).respond_by
    await scene.elsewhere()
    new_one = await scene.raise_it(Severity.high)
    row = await scene.row(new_one)
    assert 120 == ((await scene.page(new_one)).respond_by - row.raised_at).total_seconds()  # type: ignore[operator]  # it is being asked
