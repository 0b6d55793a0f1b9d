"""One log on this node: how far it has been fanned out, and who is live on it. An event is encoded once and written to each socket.

The log itself says who may see what: joining and leaving are entries in it. Applying them here in the order of `seq` means that nobody
gets an event that was committed after they left, on any node, however the hints travel.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from beside.conversations.log import Entry
from beside.gateway.connection import Connection
from beside.gateway.wire import text_frame
from beside.kit.logs import log
from beside.messages.shaping import Overlay, to_event
from beside.protocol.decode import encode
from beside.protocol.shapes import Log

Read = Callable[[UUID, Log, int], Awaitable[Sequence[Entry]]]
"""Read the entries of a log later than a seq, some at a time, in order."""


@dataclass(eq=False, slots=True)
class Follow:
    """One socket on one log. `cursor` is the last seq written to it; only a live one is fanned out to, the others catch up by themselves."""

    connection: Connection
    cursor: int
    live: bool = False
    catching_up: asyncio.Task[None] | None = field(default=None, repr=False)


class LiveLog:
    """`last_seq` is this node's position: everything up to it has been written to every live follower."""

    def __init__(self, conversation: UUID, log_name: Log, last_seq: int, read: Read, lag: Callable[[Follow], None], gone: Callable[[UUID], None]) -> None:
        self.conversation, self.log, self.last_seq = conversation, log_name, last_seq
        self.follows: set[Follow] = set()
        self._read, self._lag, self._gone = read, lag, gone
        self._wanted = last_seq
        self._pulling: asyncio.Task[None] | None = None

    def hear(self, seq: int) -> None:
        """Somebody says the log reaches `seq`. What this node lacks is read once, for all."""
        self._wanted = max(self._wanted, seq)
        if self._wanted > self.last_seq and self._pulling is None:
            self._pulling = asyncio.create_task(self._pull(), name=f"pull-{self.conversation}")

    def committed(self, entries: Sequence[Entry]) -> None:
        """These were committed on this node: no need to read them, if they are the next ones."""
        if self._pulling is None and entries[0].seq == self.last_seq + 1:
            self.feed(entries)
        else:
            self.hear(entries[-1].seq)

    def feed(self, entries: Sequence[Entry]) -> None:
        """Fan out the entries that are new here. They come in order and without a hole."""
        for entry in entries:
            if entry.seq <= self.last_seq:
                continue
            self.last_seq = entry.seq
            self._fan_out(entry)
            if entry.kind == "participant.left" and entry.author:
                self._gone(entry.author.account)

    def _fan_out(self, entry: Entry) -> None:
        """First who gets it, then the writing in one short loop: between two system calls there is as little of us as can be."""
        seq, frame = entry.seq, text_frame(encode(to_event(entry, {})))
        about, own = _for_its_author(entry)
        writes = []
        for follow in tuple(self.follows):
            if not follow.live or follow.cursor >= seq:
                continue
            connection = follow.connection
            mine = about is not None and connection.actor.account == about
            if not connection.offer(len(own if mine else frame)):
                follow.live = False
                self._lag(follow)
                continue
            follow.cursor = seq
            if mine:
                connection.transmit(own)
            else:
                writes.append(connection.transmit)
        for write in writes:
            write(frame)

    async def _pull(self) -> None:
        """Read until this node has what it was told of. A read that does not work is left to the next hint or poll."""
        try:
            while self._wanted > self.last_seq:
                entries = await self._read(self.conversation, self.log, self.last_seq)
                if not entries:
                    break  # told of more than there is: a forged or early hint; the poll looks again
                self.feed(entries)
            self._wanted = max(self.last_seq, 0)
        except Exception as lost:
            log.warning("room.pull_put_off", conversation=str(self.conversation), error=type(lost).__name__)
        finally:
            self._pulling = None


def _for_its_author(entry: Entry) -> tuple[UUID | None, bytes]:
    """Whoever wrote a message that was hidden is told why; nobody else is. Whose frame it is, and the frame."""
    if entry.kind != "message.redacted":
        return None, b""
    about = UUID(entry.detail["about"])
    return about, text_frame(encode(to_event(entry, {entry.target_seq or 0: Overlay(author=about)}, about)))
