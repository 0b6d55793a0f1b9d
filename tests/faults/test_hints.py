"""Hints between nodes are lost, doubled, swapped or made up: what people see comes from the database, in order, once."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from beside.conversations.leave import leave
from beside.conversations.log import append
from beside.conversations.tables import Conversation
from beside.gateway.heartbeat import beat
from beside.gateway.roster import Roster
from beside.kit.context import command
from tests.gateway.conftest import Here
from tests.rig.oracle import complaints
from tests.rig.pair import Pair, one_more_chat, pair
from tests.rig.proxy import FaultProxy
from tests.rig.redis import RedisServer
from tests.rig.wait import until

FOUND_S = 20.0  # bounds the wait; a poll comes every five seconds
TRUE_ANYWAY = ("changed", "list.moved")  # what they lead to is read from the database, whoever said so
PREFIX = "beside:"

Hear = Callable[[str, bytes | None], None]


@pytest.fixture
async def two(tmp_path: Path, postgres_url: str, redis_server: RedisServer) -> AsyncIterator[Pair]:
    async with pair(tmp_path, postgres_url, redis_server.url) as both:
        yield both


def twice(hear: Hear) -> Hear:
    def told(topic: str, payload: bytes | None) -> None:
        hear(topic, payload)
        hear(topic, payload)

    return told


def swapped(hear: Hear) -> Hear:
    kept: list[tuple[str, bytes | None]] = []

    def told(topic: str, payload: bytes | None) -> None:
        kept.append((topic, payload))
        if len(kept) == 2:
            for each in (kept.pop(), kept.pop()):
                hear(*each)

    return told


def never(hear: Hear) -> Hear:
    return lambda topic, payload: None


@pytest.mark.parametrize("bent", [twice, swapped, never])
async def test_bent_hints_change_nothing_of_what_is_seen(two: Pair, monkeypatch: pytest.MonkeyPatch, bent: Callable[[Hear], Hear]) -> None:
    """Each hint doubled, every two swapped, or all lost: the other node shows the same lines, once, in order (FAULTS 12, 13, 14)."""
    roster: Roster = two.two.node.roster
    monkeypatch.setattr(roster._listening, "_hear", bent(roster._hear))
    chat = await two.chat()
    async with two.sockets(two.cast.member, chat, at_one=1, at_two=0) as (wren,), two.sockets(two.cast.peer, chat, at_one=0, at_two=1) as (alder,):
        for n in range(8):
            await wren.send(chat, f"line {n}")
        await until(lambda: len(alder.bodies(chat)) == 8, FOUND_S)
        assert [f"line {n}" for n in range(8)] == alder.bodies(chat)
        assert 0 == alder.timelines[chat, "public"].repeats
        assert [] == await complaints(two.house, [wren, alder])


async def test_the_last_line_lost_in_the_push_is_found_by_the_heartbeat(here: Here) -> None:
    """The very last push never arrives; the heartbeat's positions tell, and the client fetches it (FAULTS 12)."""
    chat = await here.chat()

    def swallow(chunk: bytes) -> bytes:
        return b"" if b"the last words" in chunk and b"message.posted" in chunk else chunk

    async with (
        FaultProxy(here.server.node.settings.port) as proxy,
        here.client(here.cast.member, f"http://127.0.0.1:{proxy.port}") as wren,
        here.client(here.cast.peer) as alder,
    ):
        for each in (wren, alder):
            await each.connect()
            await each.subscribe(chat)
        await until(lambda: len(wren.shown(chat)) == 3)
        proxy.to_client.change = swallow
        await alder.send(chat, "the last words")
        await wren.ask({"type": "ping"})
        assert [] == wren.bodies(chat)
        proxy.heal()
        await beat(here.node.roster)
        await until(lambda: wren.bodies(chat) == ["the last words"])
        assert [] == await complaints(here.house, [wren, alder])


def _forged(two: Pair, chat: UUID, other: UUID) -> list[tuple[str, bytes]]:
    """Everything somebody who reached Redis might say, by channel."""
    account, peer = str(two.cast.member.account), str(two.cast.peer.account)
    there, desk = f"conversation.{chat}", f"desk.{two.cast.hub}"
    signals: list[tuple[str, object]] = [
        (there, {"type": "grew", "conversation": str(chat), "log": "public", "seq": 2**60}),
        (there, {"type": "grew", "conversation": str(chat), "log": "public", "seq": -5}),
        (there, {"type": "grew", "conversation": str(chat), "log": "staff", "seq": 3}),
        (there, {"type": "grew", "conversation": str(other), "log": "public", "seq": 9}),
        (there, {"type": "grew", "conversation": str(uuid4()), "log": "public", "seq": 9}),
        (there, {"type": "message.posted", "conversation": str(chat), "log": "public", "seq": 4, "body": "forged words"}),
        (there, {"type": "saw", "conversation": str(chat), "account": peer, "seq": 3}),
        (there, {"type": "saw", "conversation": str(chat), "account": str(two.cast.outsider.account), "seq": 3}),
        (there, {"type": "typed", "conversation": str(chat), "account": str(two.cast.outsider.account)}),
        (f"account.{account}", {"type": "revoked", "code": 4003}),
        (f"account.{account}", {"type": "revoked", "code": 4001, "session": str(two.cast.member.actor.session)}),
        (f"account.{account}", {"type": "moved", "what": "nothing we know"}),
        (desk, {"type": "revoked", "code": 4003}),
    ]
    junk = [b"", b"\x00", b"\xff\xfe", b"{", b"[" * 5000, b"null", b'{"type":"grew"}', b"x" * 200_000, b'{"type":"revoked","code":"4003"}']
    return [(topic, json.dumps(signal).encode()) for topic, signal in signals] + [(topic, raw) for topic in (there, f"account.{account}", desk) for raw in junk]


async def test_forged_hints_show_nothing_and_throw_nobody_out(two: Pair, redis_server: RedisServer) -> None:
    """Junk and lies on every channel: no line, no gesture and no close that is not true; then words arrive as before (FAULTS 43)."""
    chat, other = await two.chat(), await one_more_chat(two.house, two.cast)
    async with two.sockets(two.cast.member, chat) as theirs, two.sockets(two.cast.peer, chat) as others:
        people = [*theirs, *others]
        with redis_server.client() as attacker:
            heard = [attacker.publish(PREFIX + topic, payload) for topic, payload in _forged(two, chat, other)]
        assert min(heard[:12]) >= 2  # both nodes listen: the lies did arrive
        await theirs[0].send(chat, "true words")
        for each in people:
            await until(lambda each=each: each.bodies(chat) == ["true words"], FOUND_S)  # type: ignore[misc]  # a default is the loop's value
            assert each.closed is None
            said = {(signal["type"], signal.get("account"), signal.get("seq")) for signal in each.signals if signal["type"] not in TRUE_ANYWAY}
            assert {("seen.moved", str(two.cast.peer.account), 0)} >= said  # what the database says of them, not what was claimed
        assert [] == await complaints(two.house, people)


async def test_places_in_the_log_are_in_the_order_of_the_commits(two: Pair) -> None:
    """A transaction that began first and commits last gets the later place, so that a cursor never passes over it (FAULTS 15)."""
    chat = await two.chat()
    async with two.sockets(two.cast.member, chat) as watching:
        async with command(two.house) as early:
            row = await early.db.get_one(Conversation, chat)
            async with command(two.two.house) as late:
                second = await append(late, await late.db.get_one(Conversation, chat), "notice.posted", detail={"notice": "opened"})
            first = await append(early, row, "notice.posted", detail={"notice": "opened"})
        assert (4, 5) == (second.seq, first.seq)

        async def leaves() -> None:
            async with command(two.two.house) as ctx:
                await leave(ctx, await ctx.db.get_one(Conversation, chat), two.cast.peer.account)

        async with command(two.house) as holding:
            await append(holding, await holding.db.get_one(Conversation, chat), "notice.posted", detail={"notice": "opened"})
            leaving = asyncio.create_task(leaves())
            await asyncio.sleep(0.05)  # it waits for the row now, or comes later: both are right
            assert not leaving.done()
        await leaving
        for each in watching:
            await until(lambda each=each: len(each.shown(chat)) == 7, FOUND_S)  # type: ignore[misc]  # a default is the loop's value
        assert [] == await complaints(two.house, watching)
