"""One public address before any number of nodes. Each connection goes to the next node in turn, whoever asks: no person belongs to a node."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

CHUNK = 64 * 1024
HEAD_S = 120.0  # a browser may open a connection long before it has something to ask
END_S = 5.0
UPGRADE = b"upgrade: websocket"
REFUSED = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"  # what a cautious company's proxy says


class Turns:
    """`async with Turns(ports, port)`. Sockets and requests take turns of their own, so that two people's sockets are on two nodes."""

    def __init__(self, nodes: list[int], port: int) -> None:
        self.nodes, self.port = nodes, port
        self.sockets = 0
        self.requests = 0
        self.lets_sockets_through = True
        self.holds_sockets = False
        """Upgrades are taken, and never answered."""
        self.sockets_late_s = 0.0
        """So long an upgrade is on its way, whether or not anybody still waits for it."""
        self.came_late = 0
        """How many of those have reached a node."""
        self.instead: bytes | None = None
        """What stands in for the house, whatever is asked: a hotel's sign-in page."""
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.up()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.down()
        for talk in list(self._talks):
            talk.cancel()
        if self._talks:
            await asyncio.wait(list(self._talks), timeout=END_S)

    async def up(self) -> None:
        """Let people in (again)."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, limit=CHUNK)

    async def down(self) -> None:
        """The address is gone: connections end, new ones are refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk
        self._talks.add(talk)
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError, TimeoutError):
                await self._carry_on(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._open.discard(writer)
            self._talks.discard(talk)
            writer.close()

    async def _carry_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HEAD_S):
            head = await reader.read(CHUNK)
        if self.instead is not None:
            writer.write(self.instead)
            return
        if UPGRADE in head.lower() and self.holds_sockets:
            await reader.read()
            return
        if UPGRADE in head.lower() and not self.lets_sockets_through:
            writer.write(REFUSED)
            return
        if UPGRADE in head.lower() and self.sockets_late_s:
            await asyncio.sleep(self.sockets_late_s)
            self.came_late += 1
        there_reader, there = await asyncio.open_connection("127.0.0.1", self._next(head), limit=CHUNK)
        self._open.add(there)
        there.write(head)
        ways = [asyncio.create_task(_carry(reader, there)), asyncio.create_task(_carry(there_reader, writer))]
        try:
            await asyncio.wait(ways)
        finally:
            for way in ways:
                way.cancel()
            self._open.discard(there)
            there.close()

    def _next(self, head: bytes) -> int:
        if UPGRADE in head.lower():
            self.sockets += 1
            return self.nodes[self.sockets % len(self.nodes)]
        self.requests += 1
        return self.nodes[self.requests % len(self.nodes)]


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until either side ends; then the other is ended too."""
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.transport.abort() if writer.transport.is_closing() else writer.close()
