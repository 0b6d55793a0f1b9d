"""A peer that never reads: it costs the node a bounded amount, it is let go, and nobody else waits for it."""

import asyncio
import json
import socket
from uuid import UUID

import pytest

from beside.gateway.connection import BUFFER_BYTES, UNCONFIRMED_BYTES, UNCONFIRMED_EVENTS, Connection
from beside.gateway.wire import USER_TIMEOUT_MS
from beside.kit.context import command
from beside.kit.ids import new_id
from beside.messages.send import send
from tests.gateway.conftest import Here
from tests.gateway.raw import RawSocket, frame, open_raw
from tests.rig.wait import until

LONG = "x" * 3_900
ROOM = 16 * 1024
SMALL = 4 * 1024  # what the kernel may keep for whoever does not read


async def deaf(here: Here, monkeypatch: pytest.MonkeyPatch) -> RawSocket:
    """The member's socket, which said hello, will read nothing more, and has hardly any room in the kernel."""
    async with here.client(here.cast.member) as client:
        ticket = (await client.call("POST", "/api/tickets"))["ticket"]
    made = socket.socket

    class Small(made):  # type: ignore[misc, valid-type]  # the buffer must be small before the connection is there
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            if self.type & socket.SOCK_STREAM:
                self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)

    with monkeypatch.context() as narrow:
        narrow.setattr(socket, "socket", Small)
        raw = await open_raw(here.url, here.cast.member.token, origin=here.url)
    await raw.send(frame(1, json.dumps({"type": "hello", "ticket": ticket}).encode()))
    assert b'"welcome"' in (await raw.read_frame())[1]
    raw.reader._transport.pause_reading()  # type: ignore[attr-defined]  # from now on nothing is read
    return raw


def connection_of(here: Here) -> Connection:
    return here.node.roster.of_account(here.cast.member.account)[0]


async def talk(here: Here, chat: UUID, lines: int, words: str = LONG) -> None:
    for _ in range(lines):
        async with command(here.house, here.cast.peer.actor) as ctx:
            await send(ctx, chat, new_id(), words)


async def test_a_peer_that_never_reads_is_let_go_and_others_do_not_wait(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pushing stops at the bound, heartbeats go on, and after the stall time the node ends it and forgets it (FAULTS 30; the time is shortened)."""
    chat = await here.chat()
    raw = await deaf(here, monkeypatch)
    await raw.send(frame(1, json.dumps({"type": "subscribe", "conversation": str(chat)}).encode()))
    await until(lambda: bool(here.node.roster.logs))
    connection = connection_of(here)
    async with here.client(here.cast.peer) as alder:
        await alder.connect()
        await alder.subscribe(chat)
        await talk(here, chat, 90)
        await until(lambda: len(alder.bodies(chat)) == 90)
        assert len(connection._unconfirmed) <= UNCONFIRMED_EVENTS
        assert connection._unconfirmed_bytes <= UNCONFIRMED_BYTES + 3 * len(LONG)
        assert connection._transport.get_write_buffer_size() <= BUFFER_BYTES + 3 * len(LONG)
        assert not connection.ended.done()
        for module in ("connection", "subscriptions"):
            monkeypatch.setattr(f"beside.gateway.{module}.STALLED_S", 0.2)
        await until(lambda: connection not in here.node.roster.connections, 15, "the node forgets it")
        assert 4008 == connection.ended.result()[0]
        assert connection._transport.is_closing()
        assert "pong" == (await alder.ask({"type": "ping"}))["type"]
    raw.close()


async def test_short_lines_stop_at_sixty_four(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads and confirms nothing gets sixty-four events and no more, and the rest once it confirms (FAULTS 30)."""
    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        monkeypatch.setattr("tests.rig.client.CONFIRM_EVERY", 10_000)
        await wren.subscribe(chat)
        await talk(here, chat, 100, "short")
        await until(lambda: len(wren.shown(chat)) == UNCONFIRMED_EVENTS)
        await wren.ask({"type": "ping"})
        assert UNCONFIRMED_EVENTS == len(wren.shown(chat))
        await wren.say({"type": "received.confirm", "count": UNCONFIRMED_EVENTS})
        await until(lambda: len(wren.shown(chat)) == 103)


async def test_a_confirmation_from_the_future_buys_nothing(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claiming to have received what was never sent does not open the gate for ever (FAULTS 30, 61)."""
    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        monkeypatch.setattr("tests.rig.client.CONFIRM_EVERY", 10_000)
        await wren.say({"type": "received.confirm", "count": 2**53 - 1})
        await wren.subscribe(chat)
        await talk(here, chat, 100, "short")
        await until(lambda: len(wren.shown(chat)) == UNCONFIRMED_EVENTS)
        await wren.ask({"type": "ping"})
        assert UNCONFIRMED_EVENTS == len(wren.shown(chat))


async def test_answers_do_not_pile_up_for_somebody_who_only_asks(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that asks and asks and never reads is not read from either; in the end it is let go (FAULTS 30; time and room are smaller)."""
    monkeypatch.setattr("beside.gateway.connection.STALLED_S", 1.0)
    monkeypatch.setattr("beside.gateway.connection.BUFFER_BYTES", ROOM)
    raw = await deaf(here, monkeypatch)
    connection = connection_of(here)
    connection._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)  # type: ignore[attr-defined]  # asyncio's own
    ask = frame(1, b'{"type":"ping","ref":"' + b"r" * 40 + b'"}') * 200

    async def flood() -> None:
        while True:
            await raw.send(ask)

    flooding = asyncio.create_task(flood())
    highest = 0
    while connection in here.node.roster.connections:
        highest = max(highest, connection._transport.get_write_buffer_size())
        await asyncio.sleep(0.01)
    flooding.cancel()
    await asyncio.wait([flooding])
    assert 4008 == connection.ended.result()[0]
    assert ROOM <= highest <= ROOM + 1024
    raw.close()


async def test_the_kernel_gives_up_on_a_dead_line(here: Here) -> None:
    """The accepted socket carries TCP_USER_TIMEOUT, so that bytes nobody acknowledges free it (FAULTS 30)."""
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        raw = connection_of(here)._transport.get_extra_info("socket")  # type: ignore[attr-defined]  # asyncio's own
        assert USER_TIMEOUT_MS == raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
