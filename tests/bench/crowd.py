"""Many signed-in sockets in one process, without a library between: they count events and confirm them, and that is all."""

import asyncio
import base64
import itertools
import json
import os
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit
from uuid import UUID

from beside.accounts.cookies import NAME
from beside.accounts.tickets import issue_ticket
from beside.kit.context import command
from beside.kit.house import House
from tests.rig.cast import Person

CONFIRM_EVERY = 32
AT_ONCE = 50  # handshakes under way together
PATIENCE_S = 60.0
ADDRESSES = 200  # to come from, 127.0.1.1 and on: one address may open a thousand sockets on a node


class Member(asyncio.Protocol):
    """One socket. `on_frame` gets every text frame that is not a log event of somebody else's message."""

    def __init__(self, handshake: bytes, hello: bytes, on_frame: Callable[["Member", bytes], None] | None = None) -> None:
        self._handshake, self._hello, self._on_frame = handshake, hello, on_frame
        self._buffer = bytearray()
        self._upgraded = False
        self.events = 0
        self.last_event = b""
        self.following = 0
        self.on_event: Callable[[Member], None] | None = None
        self.on_lost: Callable[[], None] | None = None
        self.welcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._handshake)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._upgraded = True
            del self._buffer[: end + 4]
            self.transport.write(self._hello)
        while len(self._buffer) >= 2:
            size, head = self._buffer[1] & 0x7F, 2
            if size == 126:
                size, head = int.from_bytes(self._buffer[2:4], "big"), 4
            elif size == 127:
                size, head = int.from_bytes(self._buffer[2:10], "big"), 10
            if len(self._buffer) < head + size:
                return
            self._take(self._buffer[0] & 0x0F, bytes(self._buffer[head : head + size]))
            del self._buffer[: head + size]

    def connection_lost(self, _: Exception | None) -> None:
        if not self.welcome.done():
            self.welcome.set_exception(ConnectionError("the socket ended before it was welcomed"))
        if self.on_lost is not None:
            self.on_lost()

    def say(self, frame: object) -> None:
        self.transport.write(masked(json.dumps(frame, default=str, separators=(",", ":")).encode()))  # as a browser writes it

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == 9:
            self.transport.write(masked(payload, 10))
        elif payload.startswith((b'{"type":"message.posted"', b'{"type":"participant.', b'{"type":"notice.')):
            self.events += 1
            self.last_event = payload
            if self.on_event is not None:
                self.on_event(self)
            if self.events % CONFIRM_EVERY == 0:
                self.say({"type": "received.confirm", "count": self.events})
        elif payload.startswith(b'{"type":"subscribed"'):
            self.following += 1
        elif b'"welcome"' in payload[:24] and not self.welcome.done():
            self.welcome.set_result(None)
        elif self._on_frame is not None:
            self._on_frame(self, payload)


class Reader(Member):
    """One that is there from the start and only reads."""

    def __init__(self) -> None:
        super().__init__(b"", b"")
        self._upgraded = True
        self.welcome.set_result(None)

    def say(self, frame: object) -> None:
        """Nobody is listening."""


def masked(payload: bytes, opcode: int = 1) -> bytes:
    """A client frame, under a mask of zeros: masking is the client's cost, and not what is measured."""
    size = len(payload)
    head = bytes((0x80 | opcode, 0x80 | size)) if size < 126 else bytes((0x80 | opcode, 0xFE)) + size.to_bytes(2, "big")
    return head + b"\0\0\0\0" + payload


async def gather_crowd(
    house: House, url: str, people: Sequence[Person], on_frame: Callable[[Member, bytes], None] | None = None, *, port: int | None = None
) -> list[Member]:
    """All of them connected and welcomed, at the node that listens on `port`; `url` is the public address, which is also where that node is by default."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def come(person: Person) -> Member:
        async with gate:
            async with command(house, person.actor) as ctx:
                ticket = (await issue_ticket(ctx)).ticket
            return await come_in(url, person, ticket, port or urlsplit(url).port or 80, on_frame)

    return list(await asyncio.gather(*(come(person) for person in people)))


async def come_in(url: str, person: Person, ticket: str, port: int, on_frame: Callable[[Member, bytes], None] | None = None) -> Member:
    """One of them, from the next address. Raises `OSError` and `TimeoutError`."""
    member = Member(_handshake(url, person.token), masked(json.dumps({"type": "hello", "ticket": ticket}).encode()), on_frame)
    await asyncio.get_running_loop().create_connection(lambda: member, "127.0.0.1", port, local_addr=next_address())
    try:
        await asyncio.wait_for(member.welcome, PATIENCE_S)
    except BaseException:
        member.transport.abort()
        raise
    return member


async def read_from(port: int, count: int) -> list[Member]:
    """So many readers, at a server that says nothing but events and wants no greeting."""
    readers: list[Member] = [Reader() for _ in range(count)]
    for reader in readers:
        await asyncio.get_running_loop().create_connection(lambda: reader, "127.0.0.1", port)  # noqa: B023  # connected before the next one
    return readers


def next_address() -> tuple[str, int]:
    """Where the next connection comes from, on any free port."""
    return f"127.0.1.{next(_addresses) % ADDRESSES + 1}", 0


async def all_follow(members: Sequence[Member], conversation: UUID) -> None:
    """Everybody follows the conversation from its beginning."""
    for member in members:
        member.say({"type": "subscribe", "conversation": conversation, "after_seq": 0})
    async with asyncio.timeout(PATIENCE_S):
        while not all(member.following for member in members):  # noqa: ASYNC110  # as below
            await asyncio.sleep(0.02)


async def until_counted(members: Sequence[Member], events: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while any(member.events < events for member in members):  # noqa: ASYNC110  # counting in the sockets would be measured too
            await asyncio.sleep(0.02)


def _handshake(url: str, token: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /ws HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        f"Sec-WebSocket-Version: 13\r\nOrigin: {url}\r\nCookie: {NAME}={token}\r\n\r\n"
    ).encode()


_addresses = itertools.count()
