"""uvicorn's HTTP protocol with bounds on what comes before a request: the parser it stands on keeps whatever it is sent, for as long as that takes."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 16 * 1024  # our longest head, with every cookie and header a browser sends, is under two
HEADERS = 100
HEAD_S = 10.0  # FAULTS 66: a head that drips in is an attack or a dead line
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"


class TooLargeHead(Exception):
    """Stops the parser."""


class HttpProtocol(HttpToolsProtocol):
    """One connection. A head too long is answered with 431, one too slow with the end of the connection."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._in_head, self._head_bytes = True, 0
        self._due: asyncio.TimerHandle | None = None
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        self._wait_for_head()

    def on_headers_complete(self) -> None:
        self._head_is_here()
        if len(self.headers) > HEADERS or len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._in_head, self._head_bytes = True, HEAD_BYTES + 1
            raise TooLargeHead
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        super().handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment]  # it and this refer to each other, and nobody calls `connection_lost` here any more

    def send_400_response(self, msg: str) -> None:
        if not self._in_head or self._head_bytes <= HEAD_BYTES:
            super().send_400_response(msg)
        elif not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()

    def _wait_for_head(self) -> None:
        if self._due is None:
            self._due = self.loop.call_later(HEAD_S, self.transport.abort)

    def _head_is_here(self) -> None:
        self._in_head = False
        if self._due is not None:
            self._due.cancel()
            self._due = None
