"""Many who take nothing, and one who comes back after half an hour: neither costs the others a word, nor the node more than it has set aside."""

import asyncio
import json
from functools import partial
from uuid import UUID

import pytest

from beside.accounts.tickets import issue_ticket
from beside.gateway.connection import BUFFER_BYTES, UNCONFIRMED_BYTES, UNCONFIRMED_EVENTS, Connection
from beside.kit.context import command
from beside.kit.ids import new_id
from beside.messages.send import store, wish
from tests.gateway.conftest import Here
from tests.gateway.raw import RawSocket, frame, open_raw
from tests.rig.cast import Person, make_person
from tests.rig.client import ScriptedClient
from tests.rig.oracle import complaints
from tests.rig.wait import until

DEAF_PEOPLE, SOCKETS_EACH = 40, 5  # 200 sockets: as many as FAULTS 31 asks for, as many of one person as may be
LINES = UNCONFIRMED_EVENTS + 16
TOGETHER = 8  # lines in one commit: a disk is not what is tried here
FOUND_S = 60.0  # bounds the wait


async def fall_deaf(here: Here, who: Person, room: UUID) -> RawSocket:
    """One socket of theirs, which follows the room and will never read again."""
    async with command(here.house, who.actor) as ctx:
        ticket = (await issue_ticket(ctx)).ticket
    raw = await open_raw(here.url, who.token, origin=here.url)
    await raw.send(frame(1, json.dumps({"type": "hello", "ticket": ticket}).encode()))
    await raw.send(frame(1, json.dumps({"type": "subscribe", "conversation": str(room)}).encode()))
    raw.reader._transport.pause_reading()  # type: ignore[attr-defined]  # from now on nothing is read
    return raw


async def say(here: Here, who: Person, room: UUID, *lines: str) -> None:
    """In one commit."""
    async with command(here.house, who.actor) as ctx:
        await store(ctx, [wish(who.actor, room, new_id(), line) for line in lines])


def shows(client: ScriptedClient, room: UUID, lines: list[str]) -> bool:
    return lines == client.bodies(room)


def is_bounded(connection: Connection) -> bool:
    waiting = (len(connection._unconfirmed), connection._unconfirmed_bytes, connection._transport.get_write_buffer_size())
    return all(has <= may for has, may in zip(waiting, (UNCONFIRMED_EVENTS, UNCONFIRMED_BYTES + 4_096, BUFFER_BYTES + 4_096), strict=True))


async def test_two_people_talk_among_two_hundred_who_never_read(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one room with 200 deaf sockets a pair misses nothing while all are stuck; each costs what is set aside, and is let go (FAULTS 31; not timed here)."""
    for module in ("connection", "subscriptions"):
        monkeypatch.setattr(f"beside.gateway.{module}.STALLED_S", FOUND_S * 10)  # however slow this machine is, they stay
    wren, alder = here.cast.member, here.cast.peer
    async with command(here.house) as ctx:
        deaf = [await make_person(ctx, here.cast.hub, f"Deaf {n}") for n in range(DEAF_PEOPLE)]
    room = await here.group(wren, alder, *deaf)
    raws = await asyncio.gather(*(fall_deaf(here, who, room) for who in deaf * SOCKETS_EACH))
    await until(lambda: len(here.node.roster.connections) == len(raws), FOUND_S)
    others = tuple(here.node.roster.connections)
    async with here.client(wren) as one, here.client(alder) as two:
        for client in (one, two):
            await client.connect()
            await client.subscribe(room)
        lines = [f"line {n} " + "x" * 2_000 for n in range(LINES)]
        for n in range(0, LINES, TOGETHER):
            await say(here, (wren, alder)[n // TOGETHER % 2], room, *lines[n : n + TOGETHER])
            assert all(is_bounded(connection) for connection in others)
        for client in (one, two):
            await until(partial(shows, client, room, lines), FOUND_S)
        assert (len(raws), 0) == (len(others), sum(connection.ended.done() for connection in others))
        assert not any(follow.live for live in here.node.roster.logs.values() for follow in live.follows if follow.connection in others)
        for module in ("connection", "subscriptions"):
            monkeypatch.setattr(f"beside.gateway.{module}.STALLED_S", 0.2)
        await until(lambda: len(here.node.roster.connections) == 2, FOUND_S, "the node forgets them")
        assert {4008} == {connection.ended.result()[0] for connection in others}
        await say(here, wren, room, "just us")
        for client in (one, two):
            await until(partial(shows, client, room, [*lines, "just us"]), FOUND_S)
            await client.settle()
        assert [] == await complaints(here.house, [one, two])
    for raw in raws:
        raw.close()


async def test_a_page_that_slept_catches_up_from_the_log(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk with three rooms stops reading for long: the node lets it go and keeps nothing, and it finds every line when it wakes (FAULTS 32; shortened)."""
    rowan = here.cast.moderator
    rooms = [await here.group(rowan, here.cast.peer) for _ in range(3)]
    async with here.client(rowan) as desk:
        await desk.connect()
        for room in rooms:
            await desk.subscribe(room)
        assert desk._socket
        desk._socket.transport.pause_reading()
        for module in ("connection", "subscriptions"):
            monkeypatch.setattr(f"beside.gateway.{module}.STALLED_S", 0.2)
        lines = [f"line {n}" for n in range(LINES)]
        for room in rooms:
            for n in range(0, LINES, TOGETHER):
                await say(here, here.cast.peer, room, *lines[n : n + TOGETHER])
        await until(lambda: not here.node.roster.connections, FOUND_S, "the node forgets it")
        assert {} == here.node.roster.logs
        await desk.drop()
        await desk.resume()
        for room in rooms:
            await until(partial(shows, desk, room, lines), FOUND_S)
        await desk.settle()
        assert [] == await complaints(here.house, [desk])
