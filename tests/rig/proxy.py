"""A TCP proxy that misbehaves on request: in front of Redis, PostgreSQL or a node, it is the bad network between.

Faults are set while it runs, for each direction on its own, and hold for connections that are open already.
"""

import asyncio
import ctypes
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

CHUNK = 16 * 1024
QUEUED = 64  # chunks on their way: what a slow reader leaves here is all that is ever held
ATTACH_FILTER = 26  # SO_ATTACH_FILTER, which Python does not name
DROP = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # a filter of one instruction: nothing of what arrives is kept
RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: closing sends RST


@dataclass(slots=True)
class Faults:
    """What happens to bytes of one direction. Everything off: they pass."""

    latency_s: float = 0.0
    bytes_per_s: float | None = None
    black_hole: bool = False
    """Bytes are taken and lost; the connection stays open."""
    stalled: bool = False
    """Nothing passes, and nothing is read any more, so that the sender's buffers fill up."""
    cut_after: int | None = None
    """So many bytes more, on all connections together, and then the connection they came on ends."""
    cut_with_reset: bool = False
    change: Callable[[bytes], bytes] = field(default=lambda chunk: chunk)
    """What passes in place of each chunk; b"" swallows it."""
    passed: int = 0


class FaultProxy:
    """`async with FaultProxy(port) as proxy:` and connect to `proxy.port`. `down()` and `up()` keep the port."""

    def __init__(self, upstream_port: int, upstream_host: str = "127.0.0.1") -> None:
        self.upstream = (upstream_host, upstream_port)
        self.port = 0
        self.to_server, self.to_client = Faults(), Faults()
        self.accepted = 0
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()

    async def __aenter__(self) -> Self:
        await self.up()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.down()

    @property
    def open_connections(self) -> int:
        return len(self._links)

    async def up(self) -> None:
        """Accept connections (again)."""
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, limit=CHUNK)
            self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """Refuse new connections and end those that are open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.cut()

    async def cut(self, *, reset: bool = False) -> None:
        """End every open connection, politely or with RST."""
        ended = [link.end(reset=reset) for link in list(self._links)]
        if ended:
            await asyncio.wait(ended)

    def black_hole(self) -> None:
        """Both ways: everybody still believes they are connected."""
        self.to_server.black_hole = self.to_client.black_hole = True

    def vanish(self) -> None:
        """As for the clients that are connected, this host is gone: what they send is not even acknowledged, and nothing comes from here."""
        self.black_hole()
        for link in self._links:
            link.drop_what_arrives()

    def half_open(self) -> None:
        """The server's side ends for good; the clients are never told."""
        self.black_hole()
        for link in list(self._links):
            link.forget_server()

    def heal(self) -> None:
        """New faults of none. Connections that lost bytes stay torn: end them with `cut`."""
        self.to_server, self.to_client = Faults(passed=self.to_server.passed), Faults(passed=self.to_client.passed)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        try:
            server_reader, server_writer = await asyncio.open_connection(*self.upstream, limit=CHUNK)
        except OSError:
            _close(writer, reset=True)
            return
        link = _Link(self, (reader, writer), (server_reader, server_writer))
        self._links.add(link)
        try:
            await link.carry()
        finally:
            self._links.discard(link)


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Link:
    """One connection through the proxy."""

    def __init__(self, proxy: FaultProxy, client: Ends, server: Ends) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._over = asyncio.Event()
        self._reset = False
        self._done = asyncio.get_running_loop().create_future()

    async def carry(self) -> None:
        ways = [
            asyncio.create_task(self._pump(self._client[0], self._server[1], lambda: self._proxy.to_server)),
            asyncio.create_task(self._pump(self._server[0], self._client[1], lambda: self._proxy.to_client)),
        ]
        try:
            await self._over.wait()
        finally:
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)
            _close(self._client[1], reset=self._reset)
            _close(self._server[1], reset=self._reset)
            if not self._done.done():
                self._done.set_result(None)

    def end(self, *, reset: bool) -> "asyncio.Future[None]":
        self._reset = reset
        self._over.set()
        return self._done

    def forget_server(self) -> None:
        _close(self._server[1], reset=True)

    def drop_what_arrives(self) -> None:
        program = struct.pack("HP", 1, ctypes.addressof(DROP))
        self._client[1].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, ATTACH_FILTER, program)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, faults: Callable[[], Faults]) -> None:
        """Read, wait for each chunk's time, write. `faults` is asked each time: they change while we run."""
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(QUEUED)
        writing = asyncio.create_task(self._write(due, writer, faults))
        try:
            while True:
                await _while_stalled(faults)
                chunk = await reader.read(CHUNK)
                await _while_stalled(faults)  # it may have begun while this was waited for
                await due.put((asyncio.get_running_loop().time() + faults().latency_s, chunk))
                if not chunk:
                    await writing
                    return
        except OSError:
            if not faults().black_hole:
                self._over.set()
        finally:
            writing.cancel()
            await asyncio.wait([writing])

    async def _write(self, due: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter, faults: Callable[[], Faults]) -> None:
        while True:
            at, chunk = await due.get()
            await asyncio.sleep(max(0.0, at - asyncio.get_running_loop().time()))
            now = faults()
            if now.black_hole:
                continue
            if not chunk:
                self._over.set()
                return
            chunk = now.change(chunk)
            if now.cut_after is not None:
                chunk, now.cut_after = chunk[: now.cut_after], max(0, now.cut_after - len(chunk))
            try:
                writer.write(chunk)
                await writer.drain()
            except OSError:
                self._over.set()
                return
            now.passed += len(chunk)
            if now.cut_after == 0:
                self._reset = now.cut_with_reset
                self._over.set()
                return
            if now.bytes_per_s:
                await asyncio.sleep(len(chunk) / now.bytes_per_s)


async def _while_stalled(faults: Callable[[], Faults]) -> None:
    while faults().stalled:  # noqa: ASYNC110  # faults are plain values that a test sets
        await asyncio.sleep(0.01)


def _close(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    plain = writer.get_extra_info("socket")
    if reset and plain is not None and plain.fileno() >= 0:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()
    else:
        writer.close()
