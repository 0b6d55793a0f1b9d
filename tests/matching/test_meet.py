"""Peers who are ready, and the people they are given."""

import asyncio
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlmodel import col, select

from beside.accounts.sessions import end_sessions
from beside.conversations.close import close
from beside.conversations.tables import Conversation, Event
from beside.hubs.policy import Policy
from beside.kit.clock import SetClock
from beside.kit.context import command, query
from beside.kit.errors import NotAllowed
from beside.kit.house import House
from beside.kit.jobs import run_due
from beside.matching.at_desk import line_at_desk
from beside.matching.step_out_of_line import step_out_of_line
from beside.matching.tables import Readiness
from beside.presence import on_shift
from beside.protocol import topics
from beside.protocol.desk_snapshots import Met
from beside.protocol.line_snapshots import Brought
from beside.protocol.shapes import ConversationKind, Role
from beside.reactions import REACTIONS, WORK
from tests.matching.line import asks, is_not_ready, is_ready, pairs, patiently, people, place
from tests.rig.cast import Cast, Person, make_cast
from tests.rig.ear import Ear


async def ended(house: House, conversation: UUID | None) -> None:
    async with command(house) as ctx:
        chat = await ctx.db.get(Conversation, conversation)
        assert chat is not None
        await close(ctx, chat, chat.id)


async def test_a_ready_peer_is_given_the_next_person(house: House, cast: Cast) -> None:
    """A one-to-one opens with both in it, and says so in its log."""
    await asks(house, cast.member)
    met = await is_ready(house, cast.peer)
    assert not met.ready
    assert {met.conversation: [cast.member.account, cast.peer.account]} == await pairs(house)
    async with query(house) as ctx:
        chat = await ctx.db.get(Conversation, met.conversation)
        assert chat is not None
        assert (ConversationKind.one_to_one, cast.hub) == (chat.kind, chat.hub_id)
        kinds = (await ctx.db.exec(select(Event.kind, Event.detail).where(Event.conversation_id == chat.id).order_by(col(Event.seq)))).all()
    assert ["participant.joined", "participant.joined", "notice.posted"] == [kind for kind, _ in kinds]
    assert "peer_connected" == kinds[-1][1]["notice"]


async def test_a_peer_who_is_ready_early_is_given_the_first_who_comes(house: House, cast: Cast) -> None:
    """Nobody waiting is no refusal: the peer stays ready, and the next ask connects at once."""
    met = await is_ready(house, cast.peer)
    assert (None, True) == (met.conversation, met.ready)
    told = await asks(house, cast.member)
    assert (False, True) == (told.waiting, told.conversation is not None)
    assert {told.conversation: [cast.member.account, cast.peer.account]} == await pairs(house)


async def test_both_are_told(house: House, cast: Cast) -> None:
    """Each of the two hears that their line and conversations changed, and the desk hears that it changed."""
    await asks(house, cast.member)
    member, peer, desk, outsider = Ear(), Ear(), Ear(), Ear()
    await house.broker.subscribe(topics.account(cast.member.account), member)
    await house.broker.subscribe(topics.account(cast.peer.account), peer)
    await house.broker.subscribe(topics.desk(cast.hub), desk)
    await house.broker.subscribe(topics.account(cast.outsider.account), outsider)
    await is_ready(house, cast.peer)
    await asyncio.sleep(0)  # the bus delivers after the publisher
    assert {b'{"type":"moved","what":"line"}', b'{"type":"moved","what":"conversations"}'} == set(member.payloads)
    assert {b'{"type":"moved","what":"conversations"}'} == set(peer.payloads)
    assert {b'{"type":"moved","what":"desk"}'} == set(desk.payloads)
    assert [] == outsider.payloads


async def test_two_peers_at_once_never_hold_one_person(house: House, cast: Cast) -> None:
    """One waits and ten peers are ready in the same moment: one of them is given the person (FAULTS 107, for the line)."""
    peers = await people(house, cast.hub, 10, Role.peer)
    await asks(house, cast.member)
    met = await asyncio.gather(*(patiently(partial(is_ready, house, peer)) for peer in peers))
    assert 1 == sum(each.conversation is not None for each in met)
    assert 9 == sum(each.ready for each in met)
    assert 1 == len(await pairs(house))


async def test_asking_and_being_ready_at_once_loses_nobody(house: House, cast: Cast) -> None:
    """Twelve ask while twelve become ready: twelve conversations, everybody in exactly one."""
    crowd, peers = await people(house, cast.hub, 12), await people(house, cast.hub, 12, Role.peer)
    asking, being_ready = [[partial(verb, house, who) for who in some] for verb, some in ((asks, crowd), (is_ready, peers))]
    await asyncio.gather(*(patiently(call) for pair in zip(asking, being_ready, strict=True) for call in pair))
    found = await pairs(house)
    assert 12 == len(found)
    assert {who.account for who in crowd + peers} == {account for pair in found.values() for account in pair}
    assert [2] * 12 == [len(pair) for pair in found.values()]


async def test_a_peer_is_given_one_person_for_each_time_they_say_so(house: House, cast: Cast) -> None:
    """After a conversation nobody is handed the next person unasked; who is full and says it again is told so, not given what they had."""
    first, second = await people(house, cast.hub, 2)
    await asks(house, first)
    met = await is_ready(house, cast.peer)
    assert (await asks(house, second)).waiting
    assert Met(conversation=None, ready=False, full=True) == await is_ready(house, cast.peer)
    await ended(house, met.conversation)
    assert (await place(house, second)).waiting
    assert (await is_ready(house, cast.peer)).conversation not in (None, met.conversation)


async def test_a_hub_may_give_a_peer_room_for_two(house: House) -> None:
    """Capacity is the hub's to decide: each time they say it, a peer with room is given the next person."""
    cast = await make_cast(house, Policy(one_to_ones_per_peer=2, staff_need_second_factor=False))
    for who in await people(house, cast.hub, 3):
        await asks(house, who)
    first, second, third = [await is_ready(house, cast.peer) for _ in range(3)]
    assert 3 == len({None, first.conversation, second.conversation})
    assert [False, False, True] == [first.full, second.full, third.full]
    assert (None, False) == (third.conversation, third.ready)


async def test_two_who_are_together_are_not_given_to_each_other_again(house: House) -> None:
    """Who asks again while with a peer waits for another one, whatever room that peer has."""
    cast = await make_cast(house, Policy(one_to_ones_per_peer=3, staff_need_second_factor=False))
    await asks(house, cast.member)
    first = await is_ready(house, cast.peer)
    again = await asks(house, cast.member)
    assert (True, first.conversation) == (again.waiting, again.conversation)
    assert (await is_ready(house, cast.peer)).ready
    other = (await people(house, cast.hub, 1, Role.peer))[0]
    assert (await is_ready(house, other)).conversation not in (None, first.conversation)


async def test_nobody_new_for_now(house: House, cast: Cast) -> None:
    """A peer who takes it back is given nobody; taking it back twice is fine."""
    await is_ready(house, cast.peer)
    await is_not_ready(house, cast.peer)
    assert (None, False) == ((met := await is_not_ready(house, cast.peer)).conversation, met.ready)
    assert (await asks(house, cast.member)).waiting


async def test_a_peer_who_signed_out_is_given_nobody(house: House, cast: Cast) -> None:
    """Readiness ends with the session: no person is given to a closed door."""
    await is_ready(house, cast.peer)
    async with command(house, cast.peer.actor) as ctx:
        await end_sessions(ctx, cast.peer.account, "signed_out")
    assert (await asks(house, cast.member)).waiting


async def test_a_peer_whose_desk_was_left_alone_is_given_nobody(house: House, cast: Cast) -> None:
    """Half an hour without a sign of life ends it, unless the desk is open at this moment."""
    other = (await people(house, cast.hub, 1, Role.peer))[0]
    await is_ready(house, cast.peer)
    await is_ready(house, other)
    assert isinstance(house.clock, SetClock)
    house.clock.forward(timedelta(minutes=31))
    await on_shift.start(house, cast.hub, other.account)
    assert (await asks(house, cast.member)).conversation is not None
    assert (await asks(house, cast.outsider)).waiting
    assert [[cast.member.account, other.account]] == list((await pairs(house)).values())


async def test_nobody_is_met_across_hubs(house: House, cast: Cast) -> None:
    """A person of another hub waits in that hub's line, whoever is ready here (FAULTS 76, for the line)."""
    await is_ready(house, cast.peer)
    assert (await asks(house, cast.stranger)).waiting
    assert {} == await pairs(house)


async def test_only_peers_and_moderators_meet_people(house: House, cast: Cast) -> None:
    """Members, clinicians and coordinators cannot take somebody from the line."""
    await asks(house, cast.member)
    for who in (cast.outsider, cast.clinician, cast.coordinator):
        with pytest.raises(NotAllowed):
            await is_ready(house, who)
    assert {} == await pairs(house)


async def test_the_desk_sees_that_people_wait_and_not_who(house: House, cast: Cast) -> None:
    """Times and whether somebody is safe, in order; how many peers are ready; no name, no id, no words."""
    first, second = await people(house, cast.hub, 2)
    await asks(house, first, wants="something private")
    await asks(house, second, unsafe=True)
    async with query(house, cast.moderator.actor) as ctx:
        seen = await line_at_desk(ctx)
    assert ([True, False], 0, []) == ([each.unsafe for each in seen.waiting], seen.peers_ready, seen.brought)
    assert {"asked_at", "unsafe"} == set(seen.waiting[0].__struct_fields__)


async def test_what_was_shared_is_for_the_peer_who_met_the_person(house: House, cast: Cast) -> None:
    """The one peer reads it while they are together; no other staff do, and not after."""
    await asks(house, cast.member, unsafe=True, wants="to be heard", whom="somebody patient")
    met = await is_ready(house, cast.peer)

    async def brought(who: Person) -> list[Brought]:
        async with query(house, who.actor) as ctx:
            return (await line_at_desk(ctx)).brought

    assert met.conversation is not None
    assert [Brought(conversation=met.conversation, wants="to be heard", who="somebody patient", unsafe=True)] == await brought(cast.peer)
    assert [] == await brought(cast.moderator)
    assert [] == await brought(cast.coordinator)
    await ended(house, met.conversation)
    assert [] == await brought(cast.peer)


async def test_a_conversation_that_ends_makes_room_for_who_is_ready(house: House, cast: Cast) -> None:
    """With the reaction run, a peer who was full and is ready is given the next person without asking again."""
    house.reactions = REACTIONS
    await asks(house, cast.member)
    met = await is_ready(house, cast.peer)
    async with command(house, cast.peer.actor) as ctx:
        ctx.db.add(Readiness(hub_id=cast.hub, account_id=cast.peer.account, since=ctx.now))
    assert (await asks(house, cast.outsider)).waiting
    await ended(house, met.conversation)
    await run_due(house, WORK)
    assert (await place(house, cast.outsider)).conversation is not None


async def test_an_offer_brings_to_the_front_once(house: House, cast: Cast) -> None:
    """Who was offered a one-to-one stands before those who waited, after those who are not safe; the job run twice changes nothing."""
    waited, unsafe = await people(house, cast.hub, 2)
    await asks(house, waited)
    await asks(house, unsafe, unsafe=True)
    args = {"hub": str(cast.hub), "account": str(cast.member.account), "act": str(UUID(int=5))}
    for _ in range(2):
        await WORK["matching.bring_forward"](house, args)
    assert [1, 2, 3] == [(await place(house, who)).place for who in (unsafe, cast.member, waited)]
    async with command(house, cast.member.actor) as ctx:
        await step_out_of_line(ctx)
    await WORK["matching.bring_forward"](house, args)
    assert not (await place(house, cast.member)).waiting
