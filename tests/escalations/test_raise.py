"""Raising: everything in one transaction, once per conversation, and never less urgent."""

import asyncio
from contextlib import suppress

import pytest
from sqlmodel import col, func, select

from beside.audit.tables import AuditEntry
from beside.conversations.tables import Conversation, Event
from beside.escalations.acknowledge import acknowledge
from beside.escalations.advance import advance
from beside.escalations.open import open_escalation
from beside.escalations.tables import Acknowledgement, Escalation, Note, Page, Turn
from beside.kit.context import command, query
from beside.kit.errors import BadInput, TooLarge
from beside.kit.house import House
from beside.protocol.requests import RaiseEscalation
from beside.protocol.shapes import Consent, Severity
from tests.escalations.scene import FACTS, REASON, VIEW, Scene, make_scene
from tests.rig.receiver import OnCallReceiver


async def count(scene: Scene, table: type) -> int:
    async with query(scene.house) as ctx:
        return (await ctx.db.exec(select(func.count()).select_from(table))).one()


async def test_one_commit_holds_everything(scene: Scene) -> None:
    """The escalation, its ladder, its first page, the notice the member reads and the ledger's row are there together, with a step due now."""
    escalation = await scene.raise_it()
    row = await scene.row(escalation)
    async with query(scene.house) as ctx:
        notices = (await ctx.db.exec(select(Event.detail).where(Event.kind == "notice.posted", Event.conversation_id == scene.conversation))).all()
        audited = (await ctx.db.exec(select(AuditEntry.action).where(col(AuditEntry.action).like("account:escalation:%")))).all()
        pages = (await ctx.db.exec(select(Page).where(Page.escalation_id == escalation))).all()
    assert ["account:escalation:raised"] == audited
    assert "clinician_told" in [detail["notice"] for detail in notices]
    assert [(0, 0, 0)] == [(page.rung, page.place, page.tries) for page in pages]
    assert row.next_step_at == scene.house.clock.now()
    assert escalation == (await scene.talk(escalation)).open_escalation


async def test_if_its_cause_is_undone_nothing_of_it_stays(scene: Scene) -> None:
    """Raised inside a command that then breaks, there is no escalation, no page and no notice: one transaction."""
    asked = RaiseEscalation(conversation=scene.conversation, severity=Severity.high, consent=Consent.agreed, view=VIEW)
    with suppress(RuntimeError):
        async with command(scene.house, scene.cast.peer.actor) as ctx:
            await open_escalation(ctx, await ctx.db.get_one(Conversation, scene.conversation), asked)
            raise RuntimeError
    assert [0, 0, 0] == [await count(scene, table) for table in (Escalation, Page, Turn)]


async def test_raising_twice_is_one_escalation_with_a_note(scene: Scene) -> None:
    """A second raise finds the open one and adds to it."""
    first = await scene.raise_it(Severity.high)
    second = await scene.raise_it(Severity.high, by=scene.cast.moderator, view="I see it too.")
    assert first == second
    assert [f"I see it too.\n{FACTS}"] == (await scene.page(first)).notes


async def test_many_at_once_are_one_escalation(scene: Scene) -> None:
    """Twenty raises at the same moment make one escalation with nineteen notes (FAULTS 97)."""
    raised = await asyncio.gather(*(scene.raise_it(Severity.high) for _ in range(20)))
    assert 1 == len(set(raised))
    assert [1, 19] == [await count(scene, table) for table in (Escalation, Note)]


async def test_more_urgent_starts_the_timers_anew(scene: Scene, receiver: OnCallReceiver) -> None:
    """Raised higher, the ladder is climbed again at once under a new message id; raised lower, nothing changes (FAULTS 98)."""
    escalation = await scene.raise_it(Severity.concern)
    await scene.worker.look()
    await scene.raise_it(Severity.critical)
    await scene.worker.look()
    await scene.raise_it(Severity.concern)
    await scene.worker.look()
    row = await scene.row(escalation)
    assert (Severity.critical, 2) == (row.severity, row.turn)
    assert 2 == len({one.id for one in receiver.received}) == len(receiver.received)


async def test_whoever_has_it_is_told_that_it_became_more_urgent(scene: Scene, receiver: OnCallReceiver) -> None:
    """Taken, then raised higher: it stays taken, and a reminder goes to whoever took it (FAULTS 98)."""
    escalation = await scene.raise_it(Severity.high)
    async with scene.acting(escalation) as (ctx, row):
        await acknowledge(ctx, row)
    await scene.worker.look()
    await scene.raise_it(Severity.critical)
    await scene.worker.look()
    assert [b"escalation.reminder"] == [one.body[9:28] for one in receiver.received]
    assert 1 == await count(scene, Acknowledgement)
    assert "acknowledged" == (await scene.status(escalation)).state


async def test_a_no_needs_a_reason_to_go_on(scene: Scene) -> None:
    """Somebody said no to a clinician being told: without a reason for going on, nobody is."""
    asked = RaiseEscalation(conversation=scene.conversation, severity=Severity.high, consent=Consent.declined, view=VIEW, reason_to_go_on="   ")
    with pytest.raises(BadInput) as refusal:
        async with command(scene.house, scene.cast.peer.actor) as ctx:
            await open_escalation(ctx, await ctx.db.get_one(Conversation, scene.conversation), asked)
    assert ("reason_needed", "reason_to_go_on") == (refusal.value.code, refusal.value.field)


@pytest.mark.parametrize(("view", "expected"), [("\0", BadInput), ("\ud800", BadInput), ("\u200b", BadInput), ("x" * 2001, TooLarge)])
async def test_words_that_cannot_be_kept_are_refused(scene: Scene, view: str, expected: type[Exception]) -> None:
    """NUL, lone surrogates, nothing to read, too long: a typed refusal, and nothing stored."""
    with pytest.raises(expected):
        await scene.raise_it(view=view)
    assert 0 == await count(scene, Escalation)


async def test_what_people_wrote_is_sealed(scene: Scene) -> None:
    """View, facts and reason can be read back by the clinician, and stand nowhere in the table in clear (FAULTS 115)."""
    escalation = await scene.raise_it(consent=Consent.declined)
    page = await scene.page(escalation)
    assert (VIEW, FACTS, REASON) == (page.view, page.agreed_facts, page.reason_to_go_on)
    async with scene.house.database.engine.connect() as connection:
        for table in ("escalation", "escalation_page", "on_call_channel", "audit_entry", "event", "hub"):
            found = str((await connection.exec_driver_sql(f"SELECT * FROM {table}")).all())
            assert [] == [secret for secret in ("canary", "whsec") if secret in found], table


async def test_a_hub_without_a_ladder_says_so_at_once(house: House) -> None:
    """With nobody to ask, the peer sees at once that nobody was reached, with what to do instead; a ladder made later is then used."""
    scene = await make_scene(house)
    escalation = await scene.raise_it()
    status = await scene.status(escalation)
    assert ("exhausted", True) == (status.state, status.not_delivered)
    assert status.emergency_script
    await scene.ladder(["https://on-call.example.org/late"])
    scene.later(minutes=2)
    await advance(scene.house, escalation)
    assert ["On call 1"] == [rung["person"] for rung in (await scene.row(escalation)).ladder]
    assert 1 == await count(scene, Page)
