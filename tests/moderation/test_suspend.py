"""Suspending somebody, and lifting it."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from beside.accounts.suspensions import suspended_until
from beside.conversations.access import require_participant
from beside.conversations.tables import Event, Participant
from beside.kit.clock import SetClock
from beside.kit.context import command, query
from beside.kit.errors import Conflict, NotAllowed, NotFound
from beside.kit.house import House
from beside.kit.jobs import run_due
from beside.moderation.take_part_again import take_part_again
from beside.protocol import topics
from beside.protocol.shapes import Log, Role
from beside.reactions import WORK
from tests.matching.line import asks, is_ready
from tests.moderation.desk import acts_of, appeals, at_desk, hides, item_of, lifts, make_group, reports, say, suspends
from tests.rig.cast import Cast, Person, make_person
from tests.rig.ear import Ear
from tests.rig.house import MORNING


async def test_a_suspension_ends_every_conversation_and_every_socket(house: House, cast: Cast) -> None:
    """They leave wherever they are, in the log; the signal that closes their sockets goes out; and they read why and until when (FAULTS 71)."""
    group = await make_group(house, cast)
    await asks(house, cast.member)
    await is_ready(house, cast.peer)
    ear = Ear()
    await house.broker.subscribe(topics.account(cast.member.account), ear)
    await suspends(house, cast.moderator, cast.member.account, minutes=120, reason="Time apart.")
    await asyncio.sleep(0)  # the bus delivers after the publisher
    assert b'{"type":"revoked","code":4003,"session":null}' in ear.payloads
    assert b'{"type":"moved","what":"acts"}' in ear.payloads
    async with query(house) as ctx:
        here = select(Participant).where(Participant.account_id == cast.member.account, col(Participant.left_at).is_(None))
        assert [] == list((await ctx.db.exec(here)).all())
        left = (await ctx.db.exec(select(Event.detail).where(Event.kind == "participant.left", Event.author_id == cast.member.account))).all()
    assert [{"reason": "suspended"}] * 2 == list(left)
    with pytest.raises(NotAllowed) as refused:
        await say(house, cast.member, group.conversation, "one more thing")
    assert "suspended" == refused.value.code
    (act,) = await acts_of(house, cast.member)
    assert ("suspend", "Time apart.", MORNING + timedelta(minutes=120), None, "") == (act.kind, act.reason, act.until, act.conversation, act.conversation_title)


async def test_lifting_ends_it_and_stays_on_record(house: House, cast: Cast) -> None:
    """The act is shown as undone; lifting what is not there is said so."""
    await suspends(house, cast.moderator, cast.member.account)
    await lifts(house, cast.coordinator, cast.member.account)
    async with query(house) as ctx:
        assert await suspended_until(ctx, cast.member.account) is None
    assert [True] == [act.undone for act in await acts_of(house, cast.member)]
    with pytest.raises(Conflict):
        await lifts(house, cast.coordinator, cast.member.account)


async def reads(house: House, who: Person, conversation: UUID) -> int:
    """The first line they may read there. Raises `NotFound` where it is not theirs."""
    async with query(house, who.actor) as ctx:
        return (await require_participant(ctx, conversation)).first_readable(Log.public)


@pytest.mark.parametrize("how", ["lifted", "run out"])
async def test_afterwards_their_one_to_one_is_theirs_again(house: House, cast: Cast, how: str) -> None:
    """Lifted, or at its end: they read what was said and go on, once; while it holds the job does nothing, and a group they join again themselves."""
    group = await make_group(house, cast)
    await asks(house, cast.member)
    met = (await is_ready(house, cast.peer)).conversation
    assert met
    await say(house, cast.peer, met, "hello")
    await suspends(house, cast.moderator, cast.member.account, minutes=60)
    await take_part_again(house, {"account": str(cast.member.account)})
    with pytest.raises(NotFound):
        await reads(house, cast.member, met)
    if how == "lifted":
        await lifts(house, cast.coordinator, cast.member.account)
    else:
        assert isinstance(house.clock, SetClock)
        house.clock.forward(timedelta(minutes=61))
    for _ in range(2):
        await run_due(house, WORK)
        await take_part_again(house, {"account": str(cast.member.account)})
    assert 1 == await reads(house, cast.member, met)
    with pytest.raises(NotFound):
        await reads(house, cast.member, group.conversation)
    with pytest.raises(NotFound):  # and not: suspended, which would close their socket
        await say(house, cast.member, group.conversation, "am I here?")
    joined = select(Event.seq).where(Event.conversation_id == met, Event.kind == "participant.joined", Event.author_id == cast.member.account)
    async with query(house) as ctx:
        back = await ctx.db.exec(joined)
        assert 2 == len(back.all())


async def test_an_appeal_against_what_was_lifted_waits_for_nobody(house: House, cast: Cast) -> None:
    """Once it is undone there is nothing left to decide: the desk shows the appeal no more."""
    await suspends(house, cast.moderator, cast.member.account)
    (act,) = await acts_of(house, cast.member)
    await appeals(house, cast.member, act.act)
    assert 1 == len((await at_desk(house, cast.coordinator)).appeals)
    await lifts(house, cast.moderator, cast.member.account)
    assert [] == (await at_desk(house, cast.coordinator)).appeals


async def test_who_must_not_suspend_or_lift(house: House, cast: Cast) -> None:
    """Members, peers and clinicians may not; a moderator may not suspend staff or themselves; another hub's people are not there."""
    async with command(house) as ctx:
        far = await make_person(ctx, cast.other_hub, "Heron", Role.moderator)
    for who in (cast.member, cast.peer, cast.clinician, cast.stranger):
        with pytest.raises(NotAllowed):
            await suspends(house, who, cast.outsider.account)
        with pytest.raises(NotAllowed):
            await lifts(house, who, cast.outsider.account)
    for target in (cast.coordinator, cast.peer, cast.moderator):
        with pytest.raises(NotAllowed):
            await suspends(house, cast.moderator, target.account)
    for act in (suspends, lifts):
        with pytest.raises(NotFound):
            await act(house, far, cast.member.account)
    for who in cast.everybody:
        assert [] == await acts_of(house, who)


async def test_suspending_and_hiding_at_once_do_not_deadlock(house: House, cast: Cast) -> None:
    """Both hold a conversation and the ledger; both come through."""
    group = await make_group(house, cast)
    await reports(house, cast.outsider, group)
    item = await item_of(house, cast.moderator)
    await asyncio.gather(suspends(house, group.second, cast.member.account), hides(house, cast.moderator, item))
    assert {"hide", "suspend"} == {act.kind for act in await acts_of(house, cast.member)}
