"""A socket without a library: exactly the bytes that the test writes, and whatever the server answers."""

import asyncio
import base64
import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from beside.accounts.cookies import NAME

ANSWER_S = 10.0
MASK = bytes.fromhex("37fa213d")  # always the same: a case is then called the same in every process that runs the tests


@dataclass(slots=True)
class RawSocket:
    """After a good handshake. `read_frame` gives (opcode, payload); opcode 8 is a close, and -1 the end of the connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    status: int

    async def send(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def read_frame(self) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(ANSWER_S):
                first, second = await self.reader.readexactly(2)
                size = second & 0x7F
                if size == 126:
                    size = int.from_bytes(await self.reader.readexactly(2), "big")
                elif size == 127:
                    size = int.from_bytes(await self.reader.readexactly(8), "big")
                return first & 0x0F, await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return -1, b""

    async def closed_with(self) -> int:
        """Read on until the server ends it: its close code, or 1006 where it cut the line."""
        while True:
            opcode, payload = await self.read_frame()
            if opcode == -1:
                return 1006
            if opcode == 8:
                return int.from_bytes(payload[:2], "big") if payload else 1005

    def close(self) -> None:
        self.writer.transport.abort()


async def open_raw(url: str, token: str | None, *, origin: str | None = None, extra: str = "", path: str = "/ws", local: str | None = None) -> RawSocket:
    """A handshake by hand, from the address `local`. `status` says how it was answered; 101 is a socket."""
    there = urlsplit(url)
    reader, writer = await asyncio.open_connection(there.hostname, there.port, local_addr=(local, 0) if local else None)
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {there.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
    ]
    if origin is not None:
        lines.append(f"Origin: {origin}")
    if token is not None:
        lines.append(f"Cookie: {NAME}={token}")
    writer.write(("\r\n".join(lines) + "\r\n" + extra + "\r\n").encode())
    await writer.drain()
    async with asyncio.timeout(ANSWER_S):
        head = await reader.readuntil(b"\r\n\r\n")
    return RawSocket(reader, writer, int(head.split()[1]))


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, mask: bool = True, reserved: int = 0, size: int | None = None) -> bytes:
    """One client frame, right or wrong as asked. `size` lies about the length."""
    claimed = len(payload) if size is None else size
    first = (0x80 if fin else 0) | reserved << 4 | opcode
    flag = 0x80 if mask else 0
    if claimed < 126:
        head = bytes((first, flag | claimed))
    elif claimed < 65_536:
        head = bytes((first, flag | 126)) + claimed.to_bytes(2, "big")
    else:
        head = bytes((first, flag | 127)) + claimed.to_bytes(8, "big")
    if not mask:
        return head + payload
    key = MASK
    return head + key + bytes(byte ^ key[n % 4] for n, byte in enumerate(payload))
