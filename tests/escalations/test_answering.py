"""What people do with an escalation: take it, begin, join, hand it back, close it, call it off, read the conversation."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from beside.audit.tables import AuditEntry
from beside.conversations.tables import Event, Participant
from beside.escalations.acknowledge import acknowledge
from beside.escalations.advance import advance
from beside.escalations.at_desk import escalations_at_desk
from beside.escalations.cancel import cancel
from beside.escalations.hand_back import hand_back
from beside.escalations.join import join
from beside.escalations.resolve import resolve
from beside.escalations.review import OPEN_FOR
from beside.escalations.start import start
from beside.escalations.tables import Acknowledgement, Escalation, Page, Reading
from beside.escalations.transcript import read_transcript
from beside.kit.context import command, query
from beside.kit.errors import BadInput, Conflict, Unavailable
from beside.messages.send import send
from beside.protocol.events import MessagePosted
from beside.protocol.requests import ResolveEscalation
from beside.protocol.shapes import EscalationOutcome, Role, Severity
from tests.escalations.scene import Scene
from tests.rig.cast import Person, make_person
from tests.rig.receiver import OnCallReceiver

LINE_BACK = "You did well to stay. canary-feedback"
WHY_READ = "To know what was said about tonight."

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what locks and what joins tables is tried on both


async def second_clinician(scene: Scene) -> Person:
    async with command(scene.house) as ctx:
        return await make_person(ctx, scene.cast.hub, "Willow", Role.clinician)


async def notices(scene: Scene) -> list[str]:
    async with query(scene.house) as ctx:
        rows = await ctx.db.exec(
            select(Event.detail).where(Event.conversation_id == scene.conversation, Event.kind == "notice.posted").order_by(col(Event.seq))
        )
        return [detail["notice"] for detail in rows.all()][1:]


async def kinds(scene: Scene, escalation: UUID) -> list[str]:
    return [step.kind for step in (await scene.status(escalation)).steps]


@ON_SQLITE
async def test_taking_stops_the_ladder_and_tells_the_peer(scene: Scene, receiver: OnCallReceiver) -> None:
    """Acknowledged, nobody else is paged; the peer sees by whom, and the people in the conversation that somebody has seen it."""
    escalation = await scene.raise_it()
    await scene.worker.look()
    async with scene.acting(escalation) as (ctx, row):
        await acknowledge(ctx, row)
    scene.later(minutes=9)
    await scene.worker.look()
    status = await scene.status(escalation)
    assert "acknowledged" == status.state
    assert [("raised", "Alder"), ("asked", None), ("delivered", None), ("acknowledged", "Hazel")] == [(step.kind, step.who) for step in status.steps]
    assert 1 == len(receiver.received)
    assert ["clinician_told", "clinician_seen"] == await notices(scene)


async def test_of_two_who_take_it_at_once_one_has_it_and_the_other_is_told(scene: Scene) -> None:
    """Two clinicians press in the same moment: one acknowledgement, and both see the same name (FAULTS 91, 107)."""
    willow = await second_clinician(scene)
    escalation = await scene.raise_it()

    async def take(person: Person) -> None:
        async with scene.acting(escalation, person) as (ctx, row):
            await acknowledge(ctx, row)

    await asyncio.gather(take(willow), take(scene.cast.clinician), take(willow), take(scene.cast.clinician))
    pages = [await scene.page(escalation, person) for person in (willow, scene.cast.clinician)]
    assert 1 == len({page.acknowledged_by for page in pages})
    assert [True, False] == sorted((page.acknowledged_by_me for page in pages), reverse=True)


async def test_taking_at_the_moment_the_timer_fires_leaves_one_outcome(scene: Scene) -> None:
    """However the worker and the clinician interleave at the next rung's second, it is acknowledged, once, and at most one page more went out (FAULTS 91)."""
    for _ in range(10):
        escalation = await scene.raise_it()
        await advance(scene.house, escalation)
        scene.later(minutes=2)

        async def take(escalation=escalation) -> None:  # type: ignore[no-untyped-def]  # bound early
            async with scene.acting(escalation) as (ctx, row):
                await acknowledge(ctx, row)

        await asyncio.gather(advance(scene.house, escalation), take(), advance(scene.house, escalation))
        assert "acknowledged" == (await scene.status(escalation)).state
        async with query(scene.house) as ctx:
            assert 2 >= len((await ctx.db.exec(select(Page).where(Page.escalation_id == escalation))).all())
        async with scene.acting(escalation) as (ctx, row):
            await resolve(ctx, row, ResolveEscalation(outcome=EscalationOutcome.not_needed, feedback="Next."))


async def test_taken_and_then_nothing_is_reminded_and_undone(scene: Scene, receiver: OnCallReceiver) -> None:
    """After 10 minutes without a beginning whoever took it is reminded; after 15 the ladder is climbed again (FAULTS 94)."""
    escalation = await scene.raise_it()
    await scene.worker.look()
    async with scene.acting(escalation) as (ctx, row):
        await acknowledge(ctx, row)
    scene.later(minutes=10)
    await scene.worker.look()
    assert [b"raised", b"reminder"] == [one.body.split(b'"')[3].split(b".")[1] for one in receiver.received]
    scene.later(minutes=5)
    await advance(scene.house, escalation)
    scene.later(seconds=4)
    await scene.worker.look()
    assert ["raised", "asked", "delivered", "acknowledged", "unacknowledged", "asked", "delivered"] == await kinds(scene, escalation)
    assert 3 == len({one.id for one in receiver.received})


@ON_SQLITE
async def test_begun_it_rests(scene: Scene, receiver: OnCallReceiver) -> None:
    """Whoever began is not reminded; beginning twice is one beginning."""
    escalation = await scene.raise_it()
    await scene.worker.look()
    for _ in range(2):
        async with scene.acting(escalation) as (ctx, row):
            await start(ctx, row)
    scene.later(hours=3)
    await scene.worker.look()
    assert ["raised", "asked", "delivered", "acknowledged", "started"] == await kinds(scene, escalation)
    assert 1 == len(receiver.received)
    assert "in_progress" == (await scene.status(escalation)).state


@ON_SQLITE
async def test_handed_back_the_next_person_is_asked_at_once(scene: Scene, receiver: OnCallReceiver) -> None:
    """With two rungs, handing back by the first asks the second now, not after a timer."""
    async with OnCallReceiver() as second:
        await scene.ladder([receiver.url], [second.url])
        scene.reach(receiver, second)
        escalation = await scene.raise_it()
        await scene.worker.look()
        for act in (acknowledge, hand_back):
            scene.later(seconds=1)
            async with scene.acting(escalation) as (ctx, row):
                await act(ctx, row)
        scene.later(seconds=0.1)
        await scene.worker.look()
        assert (1, 1) == (len(receiver.received), len(second.received))
    assert ["raised", "asked", "delivered", "acknowledged", "unacknowledged", "asked", "delivered"] == await kinds(scene, escalation)


async def test_joining_is_announced_and_closing_leaves(scene: Scene) -> None:
    """The clinician joins in everybody's sight, closes it with a line back that the peer reads, and is out of the conversation again."""
    escalation = await scene.raise_it()
    for _ in range(2):
        async with scene.acting(escalation) as (ctx, row):
            await join(ctx, row)
    assert (await scene.page(escalation)).joined
    async with scene.acting(escalation) as (ctx, row):
        await resolve(ctx, row, ResolveEscalation(outcome=EscalationOutcome.talked, feedback=LINE_BACK))
    status, page = await scene.status(escalation), await scene.page(escalation)
    assert ("resolved", "talked", LINE_BACK) == (status.state, status.outcome, status.feedback)
    assert (False, LINE_BACK) == (page.joined, page.feedback)
    assert ["clinician_told", "clinician_seen", "clinician_joined", "escalation_closed"] == await notices(scene)
    async with query(scene.house) as ctx:
        still = (
            await ctx.db.exec(select(Participant.account_id).where(Participant.conversation_id == scene.conversation, col(Participant.left_at).is_(None)))
        ).all()
    assert {scene.cast.member.account, scene.cast.peer.account} == set(still)
    assert (await scene.talk(escalation)).open_escalation is None


async def test_what_came_of_it_stays_on_the_desk_of_who_called(scene: Scene) -> None:
    """Closed, it stays on its raiser's desk so that the line back is read on the next shift, and for as long as the look back is open; then it is gone."""
    escalation = await scene.raise_it()
    async with scene.acting(escalation) as (ctx, row):
        await resolve(ctx, row, ResolveEscalation(outcome=EscalationOutcome.talked, feedback=LINE_BACK))

    async def desk() -> list[tuple[UUID, str]]:
        async with query(scene.house, scene.cast.peer.actor) as ctx:
            return [(line.escalation, line.state) for line in await escalations_at_desk(ctx)]

    scene.later(seconds=OPEN_FOR.total_seconds() - 60)
    assert [(escalation, "resolved")] == await desk()
    scene.later(minutes=2)
    assert [] == await desk()


@ON_SQLITE
async def test_closed_it_takes_no_further_act(scene: Scene) -> None:
    """Once closed nothing can be done with it, and a new worry is a new escalation."""
    escalation = await scene.raise_it()
    async with scene.acting(escalation) as (ctx, row):
        await resolve(ctx, row, ResolveEscalation(outcome=EscalationOutcome.talked, feedback=LINE_BACK))
    for act in (acknowledge, start, join, hand_back):
        with pytest.raises(Conflict):
            async with scene.acting(escalation) as (ctx, row):
                await act(ctx, row)
    assert escalation != await scene.raise_it()


@ON_SQLITE
async def test_only_whoever_has_it_may_go_on_with_it(scene: Scene) -> None:
    """Another clinician's start, join, hand back and close are refused while somebody has it."""
    willow = await second_clinician(scene)
    escalation = await scene.raise_it()
    async with scene.acting(escalation) as (ctx, row):
        await acknowledge(ctx, row)
    for act in (start, join, hand_back):
        with pytest.raises(Conflict) as refusal:
            async with scene.acting(escalation, willow) as (ctx, row):
                await act(ctx, row)
        assert "already_taken" == refusal.value.code


@ON_SQLITE
@pytest.mark.parametrize("severity", [Severity.concern, Severity.high])
async def test_one_person_may_call_it_off(scene: Scene, severity: Severity) -> None:
    """Below critical, a reason is enough; nothing is sent afterwards."""
    escalation = await scene.raise_it(severity)
    async with scene.acting(escalation, scene.cast.peer) as (ctx, row):
        assert await cancel(ctx, row, "A misunderstanding, we talked.")
    assert 0 == await scene.worker.look()
    assert "cancelled" == (await scene.status(escalation)).state


@ON_SQLITE
async def test_a_critical_one_takes_two(scene: Scene, receiver: OnCallReceiver) -> None:
    """The same person asking twice calls nothing off; a second person does."""
    escalation = await scene.raise_it()
    for _ in range(2):
        async with scene.acting(escalation, scene.cast.peer) as (ctx, row):
            assert not await cancel(ctx, row, "A misunderstanding.")
    await scene.worker.look()
    assert 1 == len(receiver.received)
    async with scene.acting(escalation, scene.cast.moderator) as (ctx, row):
        assert await cancel(ctx, row, "I agree.")
    assert "cancelled" == (await scene.status(escalation)).state


async def test_reading_is_written_down_first(scene: Scene) -> None:
    """The conversation opens for a reason of 20 characters, and the reading and its audit row are in the same commit (FAULTS 122)."""
    async with command(scene.house, scene.cast.member.actor) as ctx:
        await send(ctx, scene.conversation, uuid4(), "I can't see a way out. canary-words")
    escalation = await scene.raise_it()
    async with scene.acting(escalation) as (ctx, row):
        transcript = await read_transcript(ctx, row, WHY_READ)
    assert ["I can't see a way out. canary-words"] == [event.body for event in transcript.events if isinstance(event, MessagePosted)]
    async with query(scene.house) as ctx:
        assert [scene.cast.clinician.account] == [reading.by for reading in (await ctx.db.exec(select(Reading))).all()]
        audited = (await ctx.db.exec(select(AuditEntry).where(AuditEntry.action == "account:transcript:read"))).one()
    assert (scene.cast.clinician.account, str(escalation)) == (audited.actor_id, audited.about["escalation"])


@ON_SQLITE
async def test_if_it_cannot_be_written_down_nothing_is_read(scene: Scene) -> None:
    """Where the audit row cannot be stored, the reading fails with it (FAULTS 122)."""
    escalation = await scene.raise_it()
    async with scene.house.database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE audit_entry RENAME TO audit_entry_away")
    with pytest.raises((Unavailable, DBAPIError)):
        async with scene.acting(escalation) as (ctx, row):
            await read_transcript(ctx, row, WHY_READ)
    async with query(scene.house) as ctx:
        assert [] == (await ctx.db.exec(select(Reading))).all()


@ON_SQLITE
@pytest.mark.parametrize("reason", ["urgent", "x" * 19, " " * 30, "   urgent                 "])
async def test_a_short_reason_opens_nothing(scene: Scene, reason: str) -> None:
    """Fewer than 20 characters that say something: the conversation stays closed."""
    escalation = await scene.raise_it()
    with pytest.raises(BadInput):
        async with scene.acting(escalation) as (ctx, row):
            await read_transcript(ctx, row, reason)


async def test_each_taking_stays_written(scene: Scene) -> None:
    """Handed back and taken again, both takings can be read, and one is in force."""
    escalation = await scene.raise_it()
    for act in (acknowledge, hand_back, acknowledge):
        async with scene.acting(escalation) as (ctx, row):
            await act(ctx, row)
    async with query(scene.house) as ctx:
        rows = (await ctx.db.exec(select(Acknowledgement).where(Acknowledgement.escalation_id == escalation))).all()
        assert 3 >= (await ctx.db.get_one(Escalation, escalation)).turn
    assert [False, True] == sorted(row.ended_at is None for row in rows)
