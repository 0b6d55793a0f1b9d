"""uvicorn's sans-I/O WebSocket protocol with what we need of it mended (checked against uvicorn 0.54).

- Shutdown with a peer in the middle of closing raises in the original, and the whole server ends without saying goodbye.
- A peer that stopped reading is never freed by `close()`, which waits for a flush: we abort, and the kernel is told to give up too.
- A denied handshake is logged as a fault; it is ordinary.
- The application gets the transport: an event is encoded once and the same bytes are written to every socket.
- A flood of pings is a flood.
- A whole text frame that came alone is read by us (`quick_frame`); one that is a confirmation, or words to be stored, wakes no application.
- What belonged to a socket refers to itself in circles, and would stay until the next full collection; it is let go when the socket is.
"""

import socket
import time
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from beside.gateway.flood import Flood
from beside.gateway.quick_frame import ends_between_messages, whole_text

LINGER_S = 5.0  # how long a closing socket may take to flush before it is cut
USER_TIMEOUT_MS = 30_000  # DELIVERY: unacknowledged bytes free the socket within 35 s
PINGS = 60  # in PING_WINDOW_S; browsers send none, other clients one every 20 s
PING_WINDOW_S = 10.0


Take = Callable[[bytes, bool], bool]
"""Shown every text frame before the application is, and whether none stands in line for that; says whether that was all."""


class WireProtocol(WebSocketsSansIOProtocol):
    """One socket's bytes. In `scope["extensions"]`, `beside.transport` is its transport and `beside.take_first` is told who takes frames first."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._pings = Flood(PINGS, PING_WINDOW_S)
        self._take: Take | None = None
        self._whole = False  # whether everything so far ended where a message ends
        raw = transport.get_extra_info("socket")
        if raw is not None and hasattr(socket, "TCP_USER_TIMEOUT") and raw.family in (socket.AF_INET, socket.AF_INET6):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)

    def data_received(self, data: bytes) -> None:
        if self._whole and self._take is not None and self.conn.state is State.OPEN and (said := whole_text(data)) is not None:
            self.curr_msg_data_type, self.frames = "text", [said]
            self.send_receive_event_to_app()
            return
        greeted = self.handshake_initiated
        super().data_received(data)
        self._whole = self._whole and ends_between_messages(data) if greeted else data.endswith(b"\r\n\r\n")

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):  # the application's task exists and has not run yet
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions["beside.transport"] = self.transport
            extensions["beside.take_first"] = self.take_first

    def take_first(self, take: Take) -> None:
        self._take = take

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.conn.parser.close()  # it is suspended in a method of what holds it; nothing more will be read
        self.conn.parser_exc = None  # where bytes broke the protocol: it remembers the parser's frame, and with it all that came

    async def run_asgi(self) -> None:
        await super().run_asgi()
        self._take = None
        self.scope["extensions"].clear()

    def send_receive_event_to_app(self) -> None:
        whole = self.curr_msg_data_type == "text" and len(self.frames) == 1 and not self.close_sent
        if whole and self._take is not None and self._take(self.frames[0], self.queue.empty()):
            self.frames = []
        else:
            super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        if self._pings.rises(time.monotonic()):
            self.transport.abort()
            return
        super().handle_ping()

    def shutdown(self) -> None:
        if self.handshake_complete and not self.close_sent and self.conn.state is not State.OPEN:
            self.stop_keepalive()
            self.transport.close()
        else:
            super().shutdown()
        self.loop.call_later(LINGER_S, self.transport.abort)

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            self.request = self.response = None  # type: ignore[assignment]  # never asked for again: 3 KiB of headers a socket
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True
        if message["type"] == "websocket.close":
            self.loop.call_later(LINGER_S, self.transport.abort)  # a peer that reads nothing gets no say in when this ends

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()


def text_frame(payload: bytes) -> bytes:
    """One unmasked text frame, as a server sends it."""
    size = len(payload)
    if size < 126:
        return b"\x81" + bytes((size,)) + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload
