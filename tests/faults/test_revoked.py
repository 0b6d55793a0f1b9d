"""Whoever may no longer be here is out on every node, at once or found by the nodes themselves; nobody else feels it."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from beside.accounts.actors import actor_for_token
from beside.accounts.grant_role import grant_role
from beside.accounts.passwords import new_password
from beside.accounts.revoke_role import revoke_role
from beside.accounts.sessions import end_sessions, start_session
from beside.accounts.sign_out import sign_out
from beside.accounts.tables import Account, RoleGrant
from beside.conversations.leave import leave
from beside.conversations.tables import Conversation, Event
from beside.kit.context import command, query
from beside.kit.errors import NotAllowed, NotFound
from beside.kit.ids import new_id
from beside.messages.send import send
from beside.moderation.suspend import lift, suspend
from beside.protocol.codes import CloseCode
from beside.protocol.requests import Suspend
from beside.protocol.shapes import Role
from tests.gateway.conftest import Here
from tests.rig.cast import Cast, Person
from tests.rig.client import Refused, ScriptedClient
from tests.rig.oracle import complaints
from tests.rig.pair import Pair, one_more_chat, pair
from tests.rig.redis import RedisServer
from tests.rig.wait import until

FOUND_S = 30.0  # bounds the wait; DELIVERY promises 2 s, and 20 s without Redis
NEVER_S = 3600.0
RACES = 200
HEAD_START_S = 0.03  # the most that one side of a race is given before the other


Done = TypeVar("Done")


@pytest.fixture
async def two_looking(tmp_path: Path, postgres_url: str, own_redis: RedisServer) -> AsyncIterator[Pair]:
    """Both nodes look for ended sessions by themselves, as in life."""
    own_redis.start()
    async with pair(tmp_path, postgres_url, own_redis.url) as both:
        yield both


@pytest.fixture
async def two(tmp_path: Path, postgres_url: str, own_redis: RedisServer) -> AsyncIterator[Pair]:
    """Neither node ever looks by itself: what closes here was closed by the signal, and not by the round that comes every ten seconds."""
    own_redis.start()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("beside.gateway.heartbeat.SESSIONS_S", NEVER_S)
        async with pair(tmp_path, postgres_url, own_redis.url) as both:
            yield both


async def _ban(two: Pair, who: Person) -> None:
    async with command(two.house, two.cast.moderator.actor) as ctx:
        await suspend(ctx, who.account, Suspend(minutes=60, reason="A rest from here."))


async def _another_session(two: Pair, who: Person) -> Person:
    async with command(two.house) as ctx:
        token = await start_session(ctx, who.account)
        signed_in = await actor_for_token(ctx, token)
    assert signed_in
    return Person(who.name, who.role, who.account, who.hub, token, signed_in.actor)


async def _ended(*clients: ScriptedClient) -> list[int | None]:
    """The close codes of these, once all of them are closed."""
    await until(lambda: all(client.closed for client in clients), FOUND_S, "every one of their sockets closed")
    return [client.closed[0] for client in clients if client.closed]


async def test_a_ban_closes_every_socket_on_both_nodes(two: Pair) -> None:
    """Three sockets on two nodes close with 4003; whom they talked to stays, and nothing said after the commit is stored (FAULTS 71)."""
    chat = await two.chat()
    async with two.sockets(two.cast.member, chat, at_one=1, at_two=2) as theirs, two.sockets(two.cast.peer, chat) as others:
        await theirs[0].send(chat, "before")
        await _ban(two, two.cast.member)
        assert [CloseCode.blocked] * 3 == await _ended(*theirs)
        for other in others:
            assert "pong" == (await other.ask({"type": "ping"}))["type"]
            await until(lambda other=other: other.shown(chat)[-1]["type"] == "participant.left")  # type: ignore[misc]  # a default is the loop's value
        with pytest.raises(Refused, match="suspended"):
            await theirs[0].post(chat, "after")
        assert ["before"] == others[0].bodies(chat)


async def test_a_ban_without_redis_is_found_by_the_nodes(two_looking: Pair, own_redis: RedisServer) -> None:
    """No signal travels; each node finds it in the database, and accepts nothing meanwhile (FAULTS 71)."""
    two = two_looking
    chat = await two.chat()
    async with two.sockets(two.cast.member, chat, at_one=1, at_two=2) as theirs, two.sockets(two.cast.peer, chat) as others:
        own_redis.kill()
        await _ban(two, two.cast.member)
        with pytest.raises((Refused, ConnectionError)):
            await theirs[1].send(chat, "after")
        assert [CloseCode.blocked] * 3 == await _ended(*theirs)
        for other in others:
            assert "pong" == (await other.ask({"type": "ping"}))["type"]
            await other.settle()
        assert [] == others[0].bodies(chat)


async def test_no_frame_of_an_ended_session_is_accepted_before_its_socket_closes(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the commit and the close, a send and a mark are refused, and the socket then ends (FAULTS 71, 72)."""
    monkeypatch.setattr(here.node.roster, "revoked", asyncio.Event())  # the signal is lost: only the command itself can notice
    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.subscribe(chat)
        async with command(here.house, here.cast.member.actor) as ctx:
            await sign_out(ctx)
        with pytest.raises(Refused, match="not_signed_in"):
            await wren.send(chat, "after")
        await until(lambda: wren.closed is not None)
        assert (CloseCode.signed_out, "") == wren.closed
    async with query(here.house) as ctx:
        assert [] == (await ctx.db.exec(select(Event).where(Event.kind == "message.posted"))).all()


async def test_signing_out_closes_the_sockets_of_that_session_only(two: Pair) -> None:
    """The other device of the same person and everybody else stay (FAULTS 72)."""
    chat = await two.chat()
    phone = await _another_session(two, two.cast.member)
    async with two.sockets(two.cast.member, chat) as laptop, two.sockets(phone, chat) as mobile, two.sockets(two.cast.peer, chat) as others:
        async with command(two.house, two.cast.member.actor) as ctx:
            await sign_out(ctx)
        assert [CloseCode.signed_out] * 2 == await _ended(*laptop)
        for each in (*mobile, *others):
            assert "pong" == (await each.ask({"type": "ping"}))["type"]


async def test_a_password_change_closes_the_other_devices_only(two: Pair) -> None:
    """The device where it was changed stays (FAULTS 72)."""
    chat = await two.chat()
    phone = await _another_session(two, two.cast.member)
    async with two.sockets(two.cast.member, chat) as laptop, two.sockets(phone, chat) as mobile:
        async with command(two.house, two.cast.member.actor) as ctx:
            await end_sessions(ctx, two.cast.member.account, "password_set", keep=two.cast.member.actor.session)
        assert [CloseCode.signed_out] * 2 == await _ended(*mobile)
        for each in laptop:
            assert "pong" == (await each.ask({"type": "ping"}))["type"]


async def test_who_loses_their_only_role_is_signed_out_everywhere(two: Pair) -> None:
    """Their sockets on both nodes close with 4001, and nobody else's (FAULTS 72)."""
    chat = await two.chat()
    async with two.sockets(two.cast.peer, chat) as theirs, two.sockets(two.cast.member, chat) as others:
        async with command(two.house, two.cast.coordinator.actor) as ctx:
            await revoke_role(ctx, two.cast.peer.account, Role.peer)
        assert [CloseCode.signed_out] * 2 == await _ended(*theirs)
        for each in others:
            assert "pong" == (await each.ask({"type": "ping"}))["type"]


async def test_a_changed_role_makes_their_sockets_come_back(two: Pair) -> None:
    """One role of two taken, or one more given: the socket that knew the old ones ends with 4010, and a new one opens (FAULTS 72)."""
    chat = await two.chat()
    async with command(two.house) as ctx:
        ctx.db.add(RoleGrant(account_id=two.cast.peer.account, role=Role.moderator, granted_by=two.cast.coordinator.account, granted_at=ctx.now))
        account = await ctx.db.get_one(Account, two.cast.peer.account)
        ctx.db.add(new_password(ctx, account, "alder the peer", await two.house.hasher.hash("seven lanterns by a gate")))
    async with two.sockets(two.cast.peer, chat) as theirs, two.sockets(two.cast.member, chat) as others:
        async with command(two.house, two.cast.coordinator.actor) as ctx:
            await revoke_role(ctx, two.cast.peer.account, Role.moderator)
        assert [CloseCode.load_afresh] * 2 == await _ended(*theirs)
        for each in theirs:
            await each.resume()
        async with command(two.house, two.cast.coordinator.actor) as ctx:
            await grant_role(ctx, two.cast.peer.account, Role.moderator)
        assert [CloseCode.load_afresh] * 2 == await _ended(*theirs)
        for each in others:
            assert "pong" == (await each.ask({"type": "ping"}))["type"]


async def _say(two: Pair, chat: UUID, who: Person) -> bool:
    """Whether it was stored."""
    try:
        async with command(two.two.house, who.actor) as ctx:
            await send(ctx, chat, new_id(), "said at that moment")
    except (NotFound, NotAllowed):
        return False
    return True


async def _after(seconds: float, what: Coroutine[Any, Any, Done]) -> Done:
    await asyncio.sleep(seconds)
    return await what


async def test_a_ban_and_a_send_at_once_are_stored_before_or_refused(two: Pair) -> None:
    """In two hundred races, either side first, a message stands before the leaving in its log or nowhere; never after it (FAULTS 74)."""
    cast: Cast = two.cast
    rng = random.Random(20261122)
    outcomes = set()
    chat = await one_more_chat(two.house, cast)
    for race in range(RACES):
        lead = rng.random() * HEAD_START_S
        talking = asyncio.create_task(_after(0 if race % 2 else lead, _say(two, chat, cast.outsider)))
        banning = asyncio.create_task(_after(lead if race % 2 else 0, _ban(two, cast.outsider)))
        outcomes.add(await talking)
        await banning
        async with query(two.house) as ctx:
            last = (await ctx.db.exec(select(Event.kind).where(Event.conversation_id == chat).order_by(col(Event.seq).desc()))).first()
        assert "participant.left" == last
        async with command(two.house, cast.moderator.actor) as ctx:
            await lift(ctx, cast.outsider.account)  # which brings them back to their one-to-one
    assert {True, False} == outcomes
    assert [] == await complaints(two.house, [])


async def test_a_send_that_waited_for_a_removal_sees_it(two: Pair) -> None:
    """A send that looked before the removal, and then waited for its lock, looks again and is refused (FAULTS 74)."""
    chat = await two.chat()
    async with command(two.house) as ctx:
        row = await ctx.db.get_one(Conversation, chat, with_for_update=True)
        talking = asyncio.create_task(_say(two, chat, two.cast.member))
        await _until_somebody_waits(two)
        await leave(ctx, row, two.cast.member.account)
    assert not await talking
    async with query(two.house) as ctx:
        assert "participant.left" == (await ctx.db.exec(select(Event.kind).where(Event.conversation_id == chat).order_by(col(Event.seq).desc()))).first()


async def _until_somebody_waits(two: Pair) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(FOUND_S):
        while True:
            async with query(two.two.house) as ctx:
                if (await ctx.db.exec(waiting)).scalar():  # type: ignore[call-overload]  # SQLModel's stubs leave plain text out
                    return
            await asyncio.sleep(0.01)
