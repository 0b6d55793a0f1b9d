"""Room: a receiver that hangs fills its own, one hub's storm delays its own, and the most urgent is looked at first."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from beside.conversations.open import open_one_to_one
from beside.escalations.advance import due_escalations
from beside.escalations.ladder import TIMERS
from beside.escalations.room import AT_ONE_CHANNEL, CROWDED, IN_LINE, SOON, Room
from beside.escalations.tables import Attempt, Escalation, Page
from beside.escalations.watchdog import STUCK
from beside.kit.clock import SystemClock
from beside.kit.context import command, query
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.protocol.shapes import Role, Severity
from tests.escalations.scene import SECRET, Scene, make_scene
from tests.rig.cast import make_person
from tests.rig.house import open_house
from tests.rig.receiver import OnCallReceiver, Reply

SOON_S = 30.0
MANY = AT_ONE_CHANNEL + IN_LINE + 8


def test_a_full_channel_leaves_room_for_others() -> None:
    """A channel has so many places and no more; another has its own; one that was left can be taken again."""
    hangs, answers = new_id(), new_id()
    room = Room(at_one_channel=1, in_line=1, in_all=3)
    assert [True, True, False, True, False] == [room.take(channel) for channel in (hangs, hangs, hangs, answers, answers)]
    room.leave(hangs)
    assert [True, False] == [room.take(answers), room.take(hangs)]


def test_whoever_finds_no_place_waits_as_long_as_those_before_need() -> None:
    """As many as there are places ask again soon, as many again after them, and nobody later than two seconds; once places are left, soon is soon again."""
    channel, room = new_id(), Room(at_one_channel=2, in_line=0)
    assert [True, True] == [room.take(channel) for _ in range(2)]
    rests = []
    for _ in range(2 * (CROWDED // SOON) + 4):
        room.take(channel)
        rests.append(room.rest(channel))
    assert [SOON, SOON, 2 * SOON, 2 * SOON] == rests[:4]
    assert [CROWDED] * 4 == rests[-4:]
    for _ in rests:
        room.leave(channel)
    assert [True, True, False] == [room.take(channel) for _ in range(3)]
    assert SOON == room.rest(channel)


async def test_receivers_that_hang_hold_up_nobody_elses_first_page(database_url: str) -> None:
    """More pages than there is room for lie with a receiver that never answers: one that goes elsewhere is out before the first of them has ended,
    and nothing of what waits was sent twice (FAULTS 88)."""
    async with open_house(database_url, clock=SystemClock()) as house, OnCallReceiver(SECRET) as hangs, OnCallReceiver(SECRET) as answers:
        hangs.always = Reply(hang=True)
        scene = await make_scene(house, hangs)
        scene.reach(hangs, answers)
        for _ in range(MANY):
            await scene.elsewhere()
            await scene.raise_it()
        stop = asyncio.Event()
        working = asyncio.create_task(scene.worker.run(stop))
        await hangs.wait_for(AT_ONE_CHANNEL, SOON_S)
        await scene.ladder([answers.url])
        await scene.elsewhere()
        await scene.raise_it()
        await answers.wait_for(1, SOON_S)
        async with query(house) as ctx:
            ended = (await ctx.db.exec(select(Attempt.status).where(col(Attempt.ended_at).is_not(None), col(Attempt.status).is_(None)))).all()
        assert [] == ended
        assert AT_ONE_CHANNEL == len({one.id for one in hangs.received}) == len(hangs.received)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


@pytest.fixture
async def crowded(house: House, receiver: OnCallReceiver) -> Scene:
    """A hub with several that were sent once and are due again."""
    scene = await make_scene(house, receiver)
    for _ in range(5):
        await scene.elsewhere()
        await scene.raise_it(Severity.high)
    scene.later(seconds=30)
    async with command(house) as ctx:
        await ctx.db.exec(update(Escalation).values(next_step_at=ctx.now))
        await ctx.db.exec(update(Page).values(tries=1))
    scene.later(seconds=30)
    return scene


async def due(scene: Scene, escalation: UUID) -> None:
    async with command(scene.house) as ctx:
        await ctx.db.exec(update(Escalation).where(col(Escalation.id) == escalation).values(next_step_at=ctx.now))


async def test_nobody_waits_for_another_hubs_storm(crowded: Scene) -> None:
    """With many due in one hub, what is raised last in another hub is among the first two."""
    async with command(crowded.house) as ctx:
        peer = await make_person(ctx, crowded.cast.other_hub, "Sedge", Role.peer)
        talk = await open_one_to_one(ctx, crowded.cast.other_hub, crowded.cast.stranger.account, peer.account)
    other = Scene(crowded.house, crowded.cast, talk.id, crowded.worker)
    escalation = await other.raise_it(Severity.concern, by=peer)
    await due(other, escalation)
    assert escalation in (await due_escalations(crowded.house))[:2]


@pytest.mark.parametrize("severity", [Severity.critical, Severity.high])
async def test_the_most_urgent_and_what_nobody_was_asked_about_come_first(crowded: Scene, severity: Severity) -> None:
    """Raised last, and critical, or as urgent as the others of its hub but new: it comes first."""
    await crowded.elsewhere()
    escalation = await crowded.raise_it(severity)
    await due(crowded, escalation)
    assert escalation == (await due_escalations(crowded.house))[0]


async def test_who_was_put_off_for_want_of_room_goes_before_whoever_came_later(crowded: Scene) -> None:
    """However many are raised meanwhile, the one that was raised first and not yet sent is sent first."""
    await crowded.elsewhere()
    first = await crowded.raise_it()
    crowded.later(seconds=2)
    await due(crowded, first)  # later than it was raised: there was no room
    for _ in range(3):
        await crowded.elsewhere()
        await crowded.raise_it()
    assert first == (await due_escalations(crowded.house))[0]


def test_nobody_waits_in_line_until_the_watchdog_takes_them_for_lost() -> None:
    """The last in line behind receivers that hang, and hang in turn: the attempt ends before its worker is taken for gone."""
    longest = max(timers.total for timers in TIMERS.values())
    assert (IN_LINE // AT_ONE_CHANNEL + 1) * longest < STUCK
