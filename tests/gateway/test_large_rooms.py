"""A large room that is busy is written to a few times a second, and each time with all that was said: nothing is lost, doubled or told too late."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from beside.conversations.log import Entry
from beside.gateway import room
from beside.gateway.connection import UNCONFIRMED_EVENTS, Connection
from beside.gateway.room import TOGETHER, Follow, LiveLog
from beside.kit.context import Actor
from beside.kit.ids import new_id
from beside.protocol.events import Author
from beside.protocol.shapes import Log, Place
from tests.rig.wait import until

CHAT, HUB = new_id(), new_id()
LARGE = 40  # the smallest rooms are written to at once, whatever is said
AT = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)


class Paper:
    """A transport that keeps each write."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None: ...

    @property
    def events(self) -> list[int]:
        """The seqs of all events that were written, in order."""
        return [seq for data in self.writes for seq in seqs_in(data)]


def seqs_in(data: bytes) -> list[int]:
    found = []
    while data:
        size, head = data[1], 2
        if size == 126:
            size, head = int.from_bytes(data[2:4], "big"), 4
        found.append(int(json.loads(data[head : head + size])["seq"]))
        data = data[head + size :]
    return found


class Room:
    """A log on a node, and everybody in it on sockets of their own. What would be read from the database is in `stored`."""

    def __init__(self, people: int) -> None:
        self.stored: list[Entry] = []
        self.behind: list[Follow] = []
        self.gone: list[UUID] = []
        self.log = LiveLog(CHAT, Log.public, 0, self._read, self.behind.append, self._leave)
        self.papers = [Paper() for _ in range(people)]
        self.follows = [Follow(Connection(Actor(new_id(), HUB, new_id(), frozenset({"member"})), paper), 0, live=True) for paper in self.papers]
        self.log.follows.update(self.follows)

    async def _read(self, _: UUID, __: Log, after: int) -> Sequence[Entry]:
        return [entry for entry in self.stored if entry.seq > after]

    def _leave(self, account: UUID, _: int) -> None:
        self.gone.append(account)
        for follow in [each for each in self.follows if each.connection.actor.account == account]:
            self.log.follows.discard(follow)

    def say(self, count: int = 1, kind: str = "message.posted", *, by: Follow | None = None, client_id: UUID | None = None) -> None:
        """So many more entries, committed on this node one by one."""
        for _ in range(count):
            self.log.committed([self.entry(kind, by=by, client_id=client_id)])

    def entry(self, kind: str = "message.posted", *, by: Follow | None = None, client_id: UUID | None = None) -> Entry:
        """The next one, stored; nobody was told."""
        author = Author(account=(by or self.follows[0]).connection.actor.account, pseudonym="Wren", place=Place.member)
        self.stored.append(Entry(CHAT, Log.public, len(self.stored) + 1, kind, AT, author, client_id or new_id(), body="words"))
        return self.stored[-1]

    async def quiet(self) -> None:
        await until(lambda: self.log.last_seq == len(self.stored), 10.0, "everything to be written")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long a rest as no test waits for: what is written before it is over was not held."""
    monkeypatch.setattr(room, "MOST_S", 600.0)
    monkeypatch.setattr(room, "EACH_S", 10.0)


async def test_the_first_words_go_at_once_and_the_next_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a silence nothing waits; what is said right after it is one write to each, in order."""
    monkeypatch.setattr(room, "EACH_S", 0.2 / LARGE)
    here = Room(LARGE)
    here.say()
    assert [[1]] * LARGE == [paper.events for paper in here.papers]
    here.say(5)
    assert [[1]] * LARGE == [paper.events for paper in here.papers]
    await here.quiet()
    assert [[1, 2, 3, 4, 5, 6]] * LARGE == [paper.events for paper in here.papers]
    assert [2] * LARGE == [len(paper.writes) for paper in here.papers]


async def test_small_rooms_never_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a room of thirty everything goes at once, however much is said."""
    monkeypatch.undo()
    here = Room(30)
    here.say(10)
    assert [list(range(1, 11))] * 30 == [paper.events for paper in here.papers]


async def test_what_is_no_message_ends_the_wait() -> None:
    """Somebody leaves while words are held: they get what was said before, and nothing that is said after (FAULTS 75)."""
    here = Room(LARGE)
    leaving = here.follows[7]
    here.say(3)
    here.say(kind="participant.left", by=leaving)
    assert [[1, 2, 3, 4]] * LARGE == [paper.events for paper in here.papers]
    assert [leaving.connection.actor.account] == here.gone
    here.say(TOGETHER)
    assert [1, 2, 3, 4] == here.papers[7].events
    assert list(range(1, TOGETHER + 5)) == here.papers[8].events


async def test_no_more_is_held_than_may_go_in_one_write() -> None:
    """However long the rest, so many messages are written as soon as there are so many."""
    here = Room(LARGE)
    here.say(1 + TOGETHER)
    assert [[1], list(range(2, TOGETHER + 2))] == [seqs_in(data) for data in here.papers[0].writes]


async def test_whoever_is_further_gets_only_what_they_lack() -> None:
    """A socket that caught up from the log while words were held is not sent them again."""
    here = Room(LARGE)
    here.say(4)
    here.follows[5].cursor = 3
    here.say(kind="conversation.closed")
    assert [1, 4, 5] == here.papers[5].events
    assert [1, 2, 3, 4, 5] == here.papers[6].events


async def test_whoever_cannot_take_all_of_it_catches_up_from_the_log() -> None:
    """A socket with no room for what is held leaves the live set at the place where it was, and no part of it is written."""
    here = Room(LARGE)
    here.say()
    here.follows[5].connection.offer([1] * (UNCONFIRMED_EVENTS - 3))
    here.say(3)
    here.say(kind="conversation.closed")
    assert [here.follows[5]] == here.behind
    assert (False, 1, [1]) == (here.follows[5].live, here.follows[5].cursor, here.papers[5].events)
    assert [1, 2, 3, 4, 5] == here.papers[6].events


async def test_a_hint_that_comes_while_words_are_held_loses_and_doubles_nothing() -> None:
    """Another node says the log is longer: what is held is not read again, and what lies beyond it is."""
    here = Room(LARGE)
    here.say(3)
    author = here.stored[0].author
    here.stored += [Entry(CHAT, Log.public, 4, "message.posted", AT, author, new_id(), body="elsewhere")]
    here.log.hear(3)
    here.log.hear(4)
    await until(lambda: here.log.heard_seq == 4, 10.0, "what was said elsewhere")
    here.stored += [Entry(CHAT, Log.public, 5, "conversation.closed", AT, author)]
    here.log.hear(5)
    await here.quiet()
    await asyncio.sleep(0)
    assert [[1, 2, 3, 4, 5]] * LARGE == [paper.events for paper in here.papers]
