"""An on-call receiver on a real socket: it answers from a script, and records every request with whether its signature holds."""

import asyncio
import contextlib
import re
import socket
import ssl
import struct
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from standardwebhooks import Webhook

from tests.rig.wait import until

HEAD_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `delay_s` before it, `drip_s` between its bytes; `hang` never answers; `reset` ends the connection with RST."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay_s: float = 0.0
    drip_s: float | None = None
    hang: bool = False
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came. `signed`: one of the signatures is right for one of the receiver's secrets (its age is the test's affair)."""

    at: datetime
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    signed: bool

    @property
    def id(self) -> str:
        return self.headers.get("webhook-id", "")


class OnCallReceiver:
    """`async with OnCallReceiver(secret) as receiver:`. `replies` are used up in order; when none is left, 200."""

    def __init__(self, *secrets: str, replies: list[Reply] | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._secrets = secrets
        self.replies = deque(replies or [])
        self.always = Reply()
        self.received: list[Received] = []
        self.port = 0
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/on-call"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self._tls, limit=HEAD_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._server
        self._server.close()
        for talk in list(self._talks):
            talk.cancel()
        if self._talks:
            await asyncio.wait(self._talks)

    async def wait_for(self, requests: int, within_s: float = 10.0) -> list[Received]:
        """All requests so far, once there are at least so many."""
        await until(lambda: len(self.received) >= requests, within_s, f"{requests} requests at the receiver")
        return self.received

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk
        self._talks.add(talk)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._talk(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._talks.discard(talk)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, and the connection ends."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.received.append(Received(datetime.now(UTC), method, path, headers, body, self._signed(headers, body)))  # noqa: TID251  # a stranger's own clock
        await _answer(self.replies.popleft() if self.replies else self.always, writer)

    def _signed(self, headers: dict[str, str], body: bytes) -> bool:
        if not re.fullmatch(r"[0-9]{1,12}", headers.get("webhook-timestamp", "")) or "webhook-id" not in headers:
            return False
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        right = {Webhook(secret).sign(headers["webhook-id"], at, body.decode("utf-8", "replace")) for secret in self._secrets}
        return bool(right & set(headers.get("webhook-signature", "").split(" ")))


async def _answer(reply: Reply, writer: asyncio.StreamWriter) -> None:
    if reply.hang:
        await asyncio.Event().wait()
    await asyncio.sleep(reply.delay_s)
    if reply.reset:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return
    headers = {"content-length": str(len(reply.body)), "connection": "close"} | reply.headers
    raw = f"HTTP/1.1 {reply.status} Scripted\r\n".encode() + b"".join(f"{k}: {v}\r\n".encode() for k, v in headers.items()) + b"\r\n" + reply.body
    for part in [raw] if reply.drip_s is None else [raw[at : at + 1] for at in range(len(raw))]:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(reply.drip_s or 0)
