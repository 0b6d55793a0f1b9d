"""One socket: what it follows, how much of what it was sent is still unconfirmed, and how it ends."""

import asyncio
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

from beside.gateway.flood import Flood
from beside.gateway.wire import text_frame
from beside.kit.context import Actor
from beside.kit.ids import new_id
from beside.kit.metrics import REFUSED
from beside.protocol.codes import REFUSALS, CloseCode
from beside.protocol.decode import encode
from beside.protocol.events import Event, Refused
from beside.protocol.shapes import Log

UNCONFIRMED_EVENTS = 64  # DELIVERY: beyond either, a socket leaves the live set and catches up from the log
UNCONFIRMED_BYTES = 256 * 1024
BUFFER_BYTES = 256 * 1024  # written but not yet taken by the kernel: the peer is not reading
STALLED_S = 30.0  # no confirmation for so long while some is due: the socket is closed as slow
BEHIND_AGAIN_S = 0.1  # a transport does not say when it was emptied to us; only who is behind is looked at
FOLLOWED = 64  # logs one socket may follow: every group of a busy moderator, twice over
MISTAKES = 20  # refused frames in MISTAKES_S: a broken client, or a curious one
MISTAKES_S = 60.0
NOT_THEIRS = frozenset({"slow_down", "unavailable", "busy"})  # "again in a moment": who does so while a database is away made no mistake

_CONFIRMATION = re.compile(rb'\{"type":"received\.confirm","count":(\d{1,15})\}')  # in any other form it is read as every frame is


class Transport(Protocol):
    def write(self, data: bytes) -> None: ...
    def is_closing(self) -> bool: ...
    def get_write_buffer_size(self) -> int: ...
    def abort(self) -> None: ...


class Connection:
    """`transport` is written to directly; `end` asks the endpoint's task to close with a code."""

    # thousands of them are gone through for one message of a large room: each is one piece of memory
    __slots__ = (
        "_buffered",
        "_confirmed",
        "_held",
        "_is_closing",
        "_mistakes",
        "_progress",
        "_progressed_at",
        "_said",
        "_sent",
        "_transport",
        "_unconfirmed",
        "_unconfirmed_bytes",
        "actor",
        "ended",
        "follows",
        "id",
        "opened_at",
        "reading",
        "saying",
        "transmit",
        "typed_at",
        "used",
    )

    def __init__(self, actor: Actor, transport: Transport) -> None:
        self.id = new_id()
        self.actor = actor
        self.opened_at = time.monotonic()
        self.typed_at = 0.0
        self.used = True
        self.follows: dict[tuple[UUID, Log], Any] = {}
        self.ended: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()
        self._transport = transport
        self._is_closing, self._buffered = transport.is_closing, transport.get_write_buffer_size  # looked up once, and asked for every event
        self.transmit = transport.write
        """Straight to the socket: for an event that `offer` has let through, with no await between. Everything else goes by `write`."""
        self.reading = False
        """Whether the endpoint's task waits for the next frame, with nothing left to do."""
        self.saying: UUID | None = None
        """The number of what this socket is having stored: the answer to it follows at once, and what else it asks for waits until then."""
        self._said: asyncio.Future[None] | None = None
        self._held = b""
        self._unconfirmed: list[int] = []
        self._unconfirmed_bytes = 0
        self._sent = self._confirmed = 0
        self._progress: asyncio.Event | None = None
        self._progressed_at = time.monotonic()
        self._mistakes = Flood(MISTAKES, MISTAKES_S)

    def send(self, event: Event) -> None:
        """An answer or a signal: not counted, and let go where the socket is behind (a heartbeat will tell)."""
        self.write(text_frame(encode(event)))

    def write(self, frame: bytes) -> None:
        if not self._is_closing():
            self.transmit(frame)

    def hold(self, frames: bytes) -> None:
        """Instead of `transmit`, where an answer follows at once: both then cost one call of the system. Whatever is written next goes right after them."""
        self._held += frames
        self.transmit = self._write_after_held

    def has_said(self) -> None:
        """What it was having stored is answered, or will not be here: what is held goes, and whatever waited behind it."""
        self.saying = None
        if self._held:
            self.write(self._no_longer_held())
        if self._said is not None and not self._said.done():
            self._said.set_result(None)

    async def until_said(self) -> None:
        """Until what it is having stored is answered."""
        while self.saying is not None:
            self._said = asyncio.get_running_loop().create_future()
            await self._said

    def _write_after_held(self, data: bytes) -> None:
        held = self._no_longer_held()
        self.transmit(held + data)

    def _no_longer_held(self) -> bytes:
        """Also where nothing can be written any more: what is closed leaves no circle behind."""
        held, self._held = self._held, b""
        self.transmit = self._transport.write
        return held

    def offer(self, sizes: Sequence[int]) -> bool:
        """Whether these log events, of so many bytes each, may be sent now; they are counted, and whoever asked writes them (`transmit`)."""
        unconfirmed = self._unconfirmed
        count = len(unconfirmed)
        if count + len(sizes) > UNCONFIRMED_EVENTS or self._unconfirmed_bytes >= UNCONFIRMED_BYTES or self._buffered() >= BUFFER_BYTES or self._is_closing():
            return False
        if not count:
            self._progressed_at = time.monotonic()
        self._sent += len(sizes)
        unconfirmed.extend(sizes)
        self._unconfirmed_bytes += sum(sizes)
        return True

    @property
    def has_room(self) -> bool:
        """Whether one more log event may be sent now."""
        return len(self._unconfirmed) < UNCONFIRMED_EVENTS and self._unconfirmed_bytes < UNCONFIRMED_BYTES and self._buffered() < BUFFER_BYTES

    @property
    def is_gone(self) -> bool:
        """Whether nothing can reach the peer any more; the endpoint's task is about to see it."""
        return self._is_closing()

    @property
    def room_for(self) -> int:
        return max(0, UNCONFIRMED_EVENTS - len(self._unconfirmed))

    @property
    def is_behind(self) -> bool:
        """Whether the peer is not taking what is written: it then gets heartbeats only."""
        return self._buffered() >= BUFFER_BYTES

    @property
    def is_free(self) -> bool:
        """Whether what is said now may be carried out now: nothing of it is under way, the peer takes what is written, and it is not about to end."""
        return self.reading and self.saying is None and not self.is_behind and not self.ended.done()

    @property
    def is_stalled(self) -> bool:
        return bool(self._unconfirmed) and not self.has_room and time.monotonic() - self._progressed_at > STALLED_S

    def confirm(self, count: int) -> None:
        """The peer has received `count` log events in all; a count from the future or the past is left alone."""
        received = min(count, self._sent) - self._confirmed
        if received > 0:
            self._confirmed += received
            self._unconfirmed_bytes -= sum(self._unconfirmed[:received])
            del self._unconfirmed[:received]
            self._progressed_at = time.monotonic()
        if self._progress is not None:
            self._progress.set()

    def take(self, frame: bytes) -> bool:
        """Whether this frame was a confirmation, as clients write it; it is dealt with. In a busy room it is the most frequent frame of all."""
        said = _CONFIRMATION.fullmatch(frame)
        if said is None:
            return False
        self.used = True
        self.confirm(int(said[1]))
        return True

    async def wait_for_progress(self, seconds: float) -> None:
        """Until something was confirmed, or so long."""
        progress = self._progress = self._progress or asyncio.Event()  # made for the few who wait: an idle one costs most of a KiB
        progress.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(progress.wait(), seconds)

    async def wait_until_taken(self) -> bool:
        """Until the peer takes what was written, so that answers never pile up for somebody who only asks. Whether it did, before it counts as stalled."""
        give_up = time.monotonic() + STALLED_S
        while self.is_behind and not self.is_gone:
            if time.monotonic() > give_up:
                return False
            await asyncio.sleep(BEHIND_AGAIN_S)
        return True

    def refuse(self, code: str, *, ref: str | None = None, client_id: UUID | None = None, retry_after_ms: int | None = None) -> None:
        """Say no in care text; too many of these end the socket."""
        REFUSED.labels(code).inc()
        self.send(Refused(ref=ref, code=code, message=REFUSALS[code], client_id=client_id, retry_after_ms=retry_after_ms))
        if code not in NOT_THEIRS and self._mistakes.rises(time.monotonic()):
            self.end(CloseCode.too_many_mistakes)

    def end(self, code: CloseCode, reason: str = "") -> None:
        """Close with `code`; the first call counts."""
        if not self.ended.done():
            self.ended.set_result((int(code), reason))

    def abort(self) -> None:
        self._transport.abort()
