"""Less urgent than it was raised as: by the word of whoever has it, with a reason, and never by itself."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from beside.audit.tables import AuditEntry
from beside.escalations.lower import lower
from beside.escalations.tables import Page, PageKind
from beside.kit.context import query
from beside.kit.errors import BadInput, Conflict
from beside.kit.house import House
from beside.protocol.requests import LowerSeverity
from beside.protocol.shapes import Role, Severity
from tests.escalations.scene import Scene, make_scene
from tests.rig.cast import Person, make_person
from tests.rig.receiver import OnCallReceiver

WHY = "They are calmer, and their sister is with them."


@pytest.fixture
async def scene(house: House, receiver: OnCallReceiver) -> Scene:
    return await make_scene(house, receiver)


async def calms(scene: Scene, escalation: UUID, to: Severity, *, by: Person | None = None, why: str = WHY) -> None:
    async with scene.acting(escalation, by) as (ctx, row):
        await lower(ctx, row, LowerSeverity(severity=to, reason=why))


async def reminders(scene: Scene) -> int:
    async with query(scene.house) as ctx:
        return len((await ctx.db.exec(select(Page).where(Page.kind == PageKind.reminder))).all())


async def test_a_person_says_it_is_less_urgent_and_why(scene: Scene) -> None:
    """Both sides see the new severity, the reason stands among the notes, the ledger has who and what it was; whoever says so has it."""
    escalation = await scene.raise_it(Severity.critical)
    await calms(scene, escalation, Severity.high)
    page, status = await scene.page(escalation), await scene.status(escalation)
    assert (Severity.high, Severity.high, True) == (page.severity, status.severity, page.acknowledged_by_me)
    assert WHY in page.notes
    async with query(scene.house) as ctx:
        entries = [entry for entry in (await ctx.db.exec(select(AuditEntry))).all() if entry.action == "account:escalation:lowered"]
    assert [("critical", "high")] == [(entry.about["before"], entry.about["severity"]) for entry in entries]
    assert [True] == [WHY not in str(entry.about) for entry in entries]


async def test_its_timers_are_then_those_of_what_it_is(scene: Scene) -> None:
    """A critical call is reminded of after ten minutes; one that was made a concern is not."""
    escalation = await scene.raise_it(Severity.critical)
    await calms(scene, escalation, Severity.concern)
    scene.later(minutes=11)
    await scene.worker.look()
    assert 0 == await reminders(scene)
    due = (await scene.row(escalation)).next_step_at
    assert due
    assert due > scene.house.clock.now() + timedelta(hours=1)


@pytest.mark.parametrize(("now", "to"), [(Severity.high, Severity.high), (Severity.concern, Severity.critical), (Severity.high, Severity.critical)])
async def test_it_only_goes_down_by_this_way(scene: Scene, now: Severity, to: Severity) -> None:
    """What is no less urgent is refused, and changes nothing: more urgent is another raise, by the peer."""
    escalation = await scene.raise_it(now)
    with pytest.raises(BadInput, match="not_usable"):
        await calms(scene, escalation, to)
    assert now == (await scene.row(escalation)).severity


async def test_only_whoever_has_it(scene: Scene) -> None:
    """Somebody else took it: another clinician cannot make it calmer over their head, and without a reason nobody can."""
    escalation = await scene.raise_it(Severity.critical)
    async with scene.acting(escalation) as (ctx, _):
        other = await make_person(ctx, scene.cast.hub, "Sedge", Role.clinician)
    await calms(scene, escalation, Severity.high)
    with pytest.raises(Conflict, match="already_taken"):
        await calms(scene, escalation, Severity.concern, by=other)
    with pytest.raises(BadInput):
        await calms(scene, escalation, Severity.concern, why="  ")
    assert Severity.high == (await scene.row(escalation)).severity


async def test_a_later_raise_makes_it_urgent_again(scene: Scene) -> None:
    """It was made a concern; the peer sees it get worse and says so: it is critical, and somebody is called at once (FAULTS 98)."""
    escalation = await scene.raise_it(Severity.critical)
    await calms(scene, escalation, Severity.concern)
    assert escalation == await scene.raise_it(Severity.critical)
    row = await scene.row(escalation)
    assert Severity.critical == row.severity
    assert row.next_step_at is not None
    assert row.next_step_at <= scene.house.clock.now()
