"""Enough of XMPP to come in and to send and get messages: raw bytes, as in `crowd`, so that the server is what is measured."""

import asyncio
import base64
from collections.abc import Callable

from tests.bench.ejabberd import HOST, PASSWORD

PATIENCE_S = 60.0
STREAM = f"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='{HOST}' version='1.0'>"
BIND = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>"
END = b"</message>"


class Talker(asyncio.Protocol):
    """One person, `u{number}`. Each message that comes in is one call of `heard`."""

    def __init__(self, number: int, heard: Callable[[], None]) -> None:
        self._number, self._heard = number, heard
        login = base64.b64encode(f"\0u{number}\0{PASSWORD}".encode()).decode()
        self._steps = [
            (b"</stream:features>", f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{login}</auth>"),
            (b"<success", STREAM),
            (b"</stream:features>", BIND),
            (b"</iq>", ""),
        ]
        self._buffer = b""
        self.inside: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(STREAM.encode())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._steps:
            for _ in range(self._buffer.count(END)):
                self._heard()
            self._buffer = self._buffer.rpartition(END)[2]
        elif self._steps[0][0] in self._buffer:
            _, answer = self._steps.pop(0)
            self._buffer = b""
            self.transport.write(answer.encode())
            if not self._steps:
                self.inside.set_result(None)

    def connection_lost(self, _: Exception | None) -> None:
        if not self.inside.done():
            self.inside.set_exception(ConnectionError(f"ejabberd hung up on u{self._number}: {self._buffer.decode(errors='replace')}"))


def message_to(number: int, words: str) -> bytes:
    """A message to that person, without its number: the same bytes do for all."""
    return f"<message type='chat' to='u{number}@{HOST}/r'><body>{words}</body></message>".encode()


async def come_in(port: int, number: int, heard: Callable[[], None]) -> Talker:
    """Signed in, bound to the resource `r`."""
    _, talker = await asyncio.get_running_loop().create_connection(lambda: Talker(number, heard), "127.0.0.1", port)
    await asyncio.wait_for(talker.inside, PATIENCE_S)
    return talker


class TheirPairs:
    """Even numbers speak to the next odd one. A message counts when the other has it, and then the next is sent."""

    def __init__(self, words: str) -> None:
        self.counted = 0
        self._words = words
        self._going = False
        self._speakers: list[Talker] = []

    async def gather(self, port: int, pairs: int) -> None:
        for pair in range(pairs):
            self._speakers.append(await come_in(port, 2 * pair, lambda: None))
            await come_in(port, 2 * pair + 1, self._on_heard(pair))

    def begin(self) -> None:
        self._going = True
        for pair in range(len(self._speakers)):
            self._speak(pair)

    def end(self) -> None:
        self._going = False

    def _on_heard(self, pair: int) -> Callable[[], None]:
        def heard() -> None:
            self.counted += 1
            if self._going:
                self._speak(pair)

        return heard

    def _speak(self, pair: int) -> None:
        self._speakers[pair].transport.write(message_to(2 * pair + 1, self._words))
