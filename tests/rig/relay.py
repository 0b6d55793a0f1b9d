"""A mail relay on a real socket: it takes letters by a script, in clear, by STARTTLS or by TLS, and keeps each with what was said before it."""

import asyncio
import base64
import contextlib
import socket
import ssl
import struct
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Says:
    """What the relay answers to a letter. `hang`: nothing, ever; `drip_s`: a byte at a time; `reset`: RST; `at`: to which command it is said."""

    line: str = "250 2.0.0 Taken"
    at: str = "."
    delay_s: float = 0.0
    drip_s: float | None = None
    hang: bool = False
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """One letter. `tls`: it came encrypted; `user`: who signed in, if anybody."""

    sender: str
    to: str
    raw: bytes
    tls: bool
    user: str | None

    @property
    def letter(self) -> Message:
        return message_from_bytes(self.raw)


@dataclass
class _Talk:
    sender: str = ""
    to: str = ""
    tls: bool = False
    user: str | None = None


@dataclass
class MailRelay:
    """`async with MailRelay() as relay:`. `says` is used up in order, one a conversation; when none is left, letters are taken."""

    tls: ssl.SSLContext | None = None
    implicit: bool = False
    port: int = 0
    says: deque[Says] = field(default_factory=deque)
    always: Says = field(default_factory=Says)
    taken: list[Taken] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    _server: asyncio.Server | None = None
    _talks: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, scheme: str = "smtp+plain", who: str = "") -> str:
        return f"{scheme}://{who}localhost:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self.tls if self.implicit else None)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._server
        self._server.close()
        for talk in list(self._talks):
            talk.cancel()
        if self._talks:
            await asyncio.wait(self._talks)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._talks.add(task)
        self.connections += 1
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._talk(reader, writer, self.says.popleft() if self.says else self.always)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._talks.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, says: Says) -> None:
        talk = _Talk(tls=self.implicit)
        await _say(writer, says, "hello", "220 relay.test")
        while line := (await reader.readline()).decode("latin-1").strip():
            verb = line.split(" ")[0].split(":")[0].upper()
            self.commands.append(verb)
            match verb:
                case "EHLO":
                    more = (["STARTTLS"] if self.tls and not talk.tls else []) + ["AUTH PLAIN", "8BITMIME"]
                    await _say(writer, says, verb, "\r\n".join([f"250-{one}" for one in ["relay.test", *more]] + ["250 SIZE 100000"]))
                case "STARTTLS":
                    await _say(writer, says, verb, "220 go on")
                    assert self.tls
                    await writer.start_tls(self.tls)
                    talk.tls = True
                case "AUTH":
                    talk.user = base64.b64decode(line.split(" ")[2]).decode().split("\0")[1]
                    await _say(writer, says, verb, "235 welcome")
                case "MAIL":
                    talk.sender = line.split("<")[1].split(">")[0]
                    await _say(writer, says, verb, "250 ok")
                case "RCPT":
                    talk.to = line.split("<")[1].split(">")[0]
                    await _say(writer, says, verb, "250 ok")
                case "DATA":
                    await _say(writer, says, verb, "354 go on")
                    raw = (await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n")
                    self.taken.append(Taken(talk.sender, talk.to, raw, talk.tls, talk.user))
                    await _say(writer, says, ".", "250 ok")
                case "QUIT":
                    await _say(writer, says, verb, "221 bye")
                    return
                case _:
                    await _say(writer, says, verb, "250 ok")


async def _say(writer: asyncio.StreamWriter, says: Says, at: str, otherwise: str) -> None:
    if at != says.at:
        writer.write(otherwise.encode() + b"\r\n")
        await writer.drain()
        return
    if says.hang:
        await asyncio.Event().wait()
    await asyncio.sleep(says.delay_s)
    if says.reset:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return
    raw = says.line.encode() + b"\r\n"
    for part in [raw] if says.drip_s is None else [raw[at : at + 1] for at in range(len(raw))]:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(says.drip_s or 0)
