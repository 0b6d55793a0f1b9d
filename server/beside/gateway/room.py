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

# A large room that was written to a moment ago waits before it is written to again, and what is said meanwhile goes in the same write: one room, however
# busy, then takes a sixteenth of a core for its writing. What is said after a silence goes at once, and in rooms of thirty and fewer it always does.
EACH_S = 0.0002  # of rest for each who was written to: sixteen times what that takes
SMALL = 30  # so many need a rest of 6 ms, which is not worth a timer
MOST_S = 0.1  # what people take for at once
TOGETHER = 16  # events in one write: half of what a client receives before it confirms, and a quarter of what it may leave unconfirmed

Read = Callable[[UUID, Log, int], Awaitable[Sequence[Entry]]]
"""Read the entries of a log later than a seq, some at a time, in order."""


@dataclass(eq=False, slots=True)
class Follow:
    """One socket on one log. `cursor` is the last seq written to it; only a live one is fanned out to, the others catch up by themselves.

    `since` is where the public log stood when it was found that they may read.
    """

    connection: Connection
    cursor: int
    since: int = 0
    live: bool = False
    catching_up: asyncio.Task[None] | None = field(default=None, repr=False)


class LiveLog:
    """`last_seq` is this node's position: everything up to it has been written to every live follower. `heard_seq` is how far it knows the log: what
    lies between was said in a large room a moment ago, and is written together.
    """

    def __init__(self, conversation: UUID, log_name: Log, last_seq: int, read: Read, lag: Callable[[Follow], None], gone: Callable[[UUID, int], None]) -> None:
        self.conversation, self.log = conversation, log_name
        self.last_seq = self.heard_seq = last_seq
        self.follows: set[Follow] = set()
        self._read, self._lag, self._gone = read, lag, gone
        self._wanted, self._told_again = last_seq, False
        self._pulling: asyncio.Task[None] | None = None
        self._held: list[Entry] = []
        self._written_at, self._written_to = 0.0, 0
        self._due: asyncio.TimerHandle | None = None

    def hear(self, seq: int) -> None:
        """Somebody says the log reaches `seq`. What this node lacks is read once, for all."""
        self._wanted, self._told_again = max(self._wanted, seq), True
        if self._wanted > self.heard_seq and self._pulling is None:
            self._pulling = asyncio.create_task(self._pull(), name=f"pull-{self.conversation}")

    def committed(self, entries: Sequence[Entry]) -> None:
        """These were committed on this node: no need to read them, if they are the next ones."""
        if self._pulling is None and entries[0].seq == self.heard_seq + 1:
            self.feed(entries)
        else:
            self.hear(entries[-1].seq)

    def feed(self, entries: Sequence[Entry]) -> None:
        """Fan out the entries that are new here. They come in order and without a hole. Whatever is no message ends a wait: it may be that somebody leaves."""
        for entry in entries:
            if entry.seq <= self.heard_seq:
                continue
            self.heard_seq = entry.seq
            self._held.append(entry)
            if entry.kind != "message.posted" or len(self._held) == TOGETHER:
                self._write()
        if self._held and self._due is None:
            if rest := self._rest():
                self._due = asyncio.get_running_loop().call_later(rest, self._write)
            else:
                self._write()

    def _rest(self) -> float:
        """Seconds until this room may be written to again."""
        if self._written_to <= SMALL:
            return 0.0
        rest = min(EACH_S * self._written_to, MOST_S)
        return max(0.0, self._written_at + rest - asyncio.get_running_loop().time())

    def _write(self) -> None:
        """What is held, to everybody who is live."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        entries, self._held = self._held, []
        self.last_seq = entries[-1].seq
        self._fan_out(entries)
        self._written_at = asyncio.get_running_loop().time()
        if entries[-1].kind == "participant.left" and entries[-1].author:
            self._gone(entries[-1].author.account, self.last_seq)

    def _fan_out(self, entries: Sequence[Entry]) -> None:
        """First who gets it, then the writing in one short loop: between two system calls there is as little of us as can be."""
        first, last = entries[0].seq, entries[-1].seq
        frames = [text_frame(encode(to_event(entry, {}))) for entry in entries]
        about, own = _for_its_author(entries[-1])
        sizes, whole = [len(frame) for frame in frames], b"".join(frames)
        alone = entries[0].client_id if len(entries) == 1 else None  # with what others say, nothing is held for anybody
        writes = []
        for follow in tuple(self.follows):
            if not follow.live or follow.cursor >= last:
                continue
            connection = follow.connection
            if follow.cursor >= first or (about is not None and connection.actor.account == about):
                self._write_to_one(follow, entries, frames if connection.actor.account != about else [*frames[:-1], own])
            elif not connection.offer(sizes):
                self._leave_behind(follow)
            else:
                follow.cursor = last
                writes.append(connection.hold if alone is not None and connection.saying == alone else connection.transmit)
        for write in writes:
            write(whole)
        self._written_to = len(writes)

    def _write_to_one(self, follow: Follow, entries: Sequence[Entry], frames: Sequence[bytes]) -> None:
        """Somebody who has some of it already, or is told more than the others."""
        lacking = [frame for entry, frame in zip(entries, frames, strict=True) if entry.seq > follow.cursor]
        if follow.connection.offer([len(frame) for frame in lacking]):
            follow.cursor = entries[-1].seq
            follow.connection.transmit(b"".join(lacking))
        else:
            self._leave_behind(follow)

    def _leave_behind(self, follow: Follow) -> None:
        follow.live = False
        self._lag(follow)

    async def _pull(self) -> None:
        """Read until this node has what it was told of. A read that does not work is left to the next hint or poll."""
        try:
            while self._wanted > self.heard_seq:
                self._told_again = False
                entries = await self._read(self.conversation, self.log, self.heard_seq)
                if not entries and not self._told_again:
                    break  # told of more than there is: a forged or early hint; the poll looks again
                self.feed(entries)
            self._wanted = self.heard_seq
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
