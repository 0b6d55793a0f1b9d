"""One command, one transaction, one context. What is published or enqueued is staged here and released by the commit.

async with command(house, actor) as ctx:      # writes; commits on the way out, rolls back on an error
    ...
async with query(house, actor) as ctx:        # reads
    ...
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel.ext.asyncio.session import AsyncSession

from beside.kit.answering import said_nothing
from beside.kit.errors import Crossed, NoAnswer, NotSignedIn, Unavailable
from beside.kit.house import House
from beside.kit.jobs import Job
from beside.kit.lane import Lane
from beside.kit.logs import log
from beside.kit.metrics import ALARMS
from beside.kit.rows import insertion
from beside.kit.shared_trips import SharedTrips
from beside.kit.told import note
from beside.kit.trip import Found, Step, in_one_trip
from beside.protocol.signals import Signal

CROSSED = frozenset({"40001", "40P01"})  # PostgreSQL's words for: could not be put in an order with another; a deadlock (FAULTS 50)
REFUSES = {
    "25006": "read_only",  # PostgreSQL's word for a standby that is asked to write (FAULTS 51); its drivers call that our mistake
    "53100": "disk_full",  # FAULTS 48
    "SQLITE_FULL": "disk_full",
    "SQLITE_READONLY": "read_only",
}
AGAIN_MS = 2_000


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: ids and roles, nothing of the person."""

    account: UUID
    hub: UUID
    session: UUID
    roles: frozenset[str]


@dataclass(slots=True)
class Context:
    """`now` is one instant for the whole command. `db` is inside the command's transaction, and so are `look` and `put`; a command on a lane has only these."""

    house: House
    on: AsyncSession | Lane | SharedTrips
    now: datetime
    actor: Actor | None = None
    _signals: list[tuple[str, Signal]] = field(default_factory=list)
    _grown: dict[tuple[UUID, str], list[object]] = field(default_factory=dict)
    _due_now: bool = False
    _last: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def db(self) -> AsyncSession:
        """The session. A command on a lane has none: what such a command calls says what it wants in steps."""
        assert isinstance(self.on, AsyncSession), "a command on a lane, and whoever shares a trip, has no session"
        return self.on

    async def look(self, *steps: Step) -> list[Found]:
        """What these find, in one trip."""
        if not isinstance(self.on, AsyncSession):
            return await self.on.look(*steps)
        await self.on.flush()  # what this command added is there to be found, as in any other question
        return await in_one_trip(self.on, *steps)

    async def put(self, *steps: Step) -> None:
        """Write these: at once in a session, with the commit on a lane."""
        if isinstance(self.on, Lane):
            self.on.put(*steps)
        else:
            await in_one_trip(self.db, *steps)

    @property
    def me(self) -> Actor:
        """The actor, where there must be one. Raises `NotSignedIn`."""
        if self.actor is None:
            raise NotSignedIn
        return self.actor

    def publish(self, topic: str, signal: Signal) -> None:
        """Send a signal to every node once this is committed. Signals carry ids and numbers only."""
        self._signals.append((topic, signal))

    def grew(self, conversation: UUID, log_name: str, event: object) -> None:
        """An event of this conversation will be committed here; local sockets get it without a read."""
        self._grown.setdefault((conversation, log_name), []).append(event)

    def enqueue(self, name: str, args: Mapping[str, Any], *, due_at: datetime | None = None) -> None:
        """A durable job in this transaction: it runs at least once, after `due_at` (default: now)."""
        due = due_at or self.now
        job = Job(name=name, args=dict(args), due_at=due, created_at=self.now)
        if isinstance(self.on, Lane):
            self.on.put(insertion(Job.metadata.tables["job"], [job.model_dump()], sqlite=self.house.database.is_sqlite))
        else:
            self.db.add(job)
        self._due_now = self._due_now or due <= self.now

    def wake(self) -> None:
        """Something other than a job is due once this is committed: the worker in this process looks at once."""
        self._due_now = True

    def react(self, fact: str, **ids: Any) -> None:
        """A fact that higher domains may act on: one durable job per row of `reactions.py` under this name."""
        for name in self.house.reactions.get(fact, ()):
            self.enqueue(name, {key: str(value) for key, value in ids.items()})

    def finally_write(self, work: Callable[[], Awaitable[None]]) -> None:
        """In this transaction, right before it is committed: for what many commands lock, so that they hold it for a moment. If it breaks, all of it does."""
        self._last.append(work)

    async def complete(self) -> None:
        """Write what was to be written last, in the order in which it came."""
        while self._last:
            await self._last.pop(0)()

    async def release(self) -> None:
        """After the commit: local sockets first, then the other nodes, then the worker. Nothing here can undo the commit."""
        for (conversation, log_name), events in self._grown.items():
            for grew in self.house.grew_here:
                grew(conversation, log_name, events)
        if kept := [(topic, signal.kept) for topic, signal in self._signals if signal.kept is not None]:
            await note(self.house, kept)
        await self._hint()
        if self._due_now:
            for wake in self.house.woken:
                wake()

    async def _hint(self) -> None:
        """All are on their way before the first is waited for: a bus far away is waited for once. The poll finds what a lost one told of."""
        on_their_way = []
        for topic, signal in self._signals:
            try:
                on_their_way.append((topic, self.house.broker.publish(topic, msgspec.json.encode(signal))))
            except Exception as lost:
                _lost(topic, lost)
        for topic, hint in on_their_way:
            try:
                await hint
            except Exception as lost:
                _lost(topic, lost)


def _lost(topic: str, lost: Exception) -> None:
    log.warning("broker.publish_lost", topic=topic.split(".")[0], error=type(lost).__name__)


@asynccontextmanager
async def command(house: House, actor: Actor | None = None) -> AsyncIterator[Context]:
    """A transaction for one command. Raises `Unavailable` where the database cannot take it; then nothing was stored, unless its answer
    alone was lost (`NoAnswer`, or a connection that ended in the commit)."""
    async with _said_in_our_words(house), house.database.write() as db:
        ctx = Context(house, db, house.clock.now(), actor)
        yield ctx
        await ctx.complete()
        await db.commit()
    await _release(ctx)


@asynccontextmanager
async def command_on(lane: Lane, house: House) -> AsyncIterator[Context]:
    """The same on a lane: two trips, and no session."""
    async with _said_in_our_words(house), lane.transaction():
        ctx = Context(house, lane, house.clock.now())
        yield ctx
        await ctx.complete()
        await lane.commit()
    await _release(ctx)


@asynccontextmanager
async def query(house: House, actor: Actor | None = None) -> AsyncIterator[Context]:
    """A context for looking things up. Nothing staged on it is released."""
    async with _said_in_our_words(house), house.database.read() as db:
        yield Context(house, db, house.clock.now(), actor)


@asynccontextmanager
async def glance(house: House, actor: Actor | None = None) -> AsyncIterator[Context]:
    """As `query`, for what thousands may ask in the same second: it has only `look`, whose trip is shared with whoever asks at this moment."""
    async with _said_in_our_words(house):
        yield Context(house, house.database.shared_looks, house.clock.now(), actor)


@asynccontextmanager
async def shared_command(house: House, actor: Actor | None = None) -> AsyncIterator[Context]:
    """As `command`, for a small write that thousands may ask for in the same second: one `look`, whose writes are stored when it returns, and no more."""
    async with _said_in_our_words(house):
        ctx = Context(house, house.database.shared_writes, house.clock.now(), actor)
        yield ctx
    assert not any((ctx._signals, ctx._grown, ctx._last, ctx._due_now)), "a shared command stages nothing: its write is stored before it ends"


async def _release(ctx: Context) -> None:
    if ctx._grown:
        ctx.house.database.refuses = None  # words were stored: the disk has room again, or the standby was promoted
    await ctx.release()


@asynccontextmanager
async def _said_in_our_words(house: House) -> AsyncIterator[None]:
    try:
        yield
    except (PoolTimeout, DBAPIError) as refused:
        ours = _in_our_words(house, refused)
        if ours is None:
            raise
        raise ours from refused


def _in_our_words(house: House, refused: PoolTimeout | DBAPIError) -> Unavailable | None:
    """Where the database cannot do it now; None where we asked for something wrong."""
    said = _said_by(refused)
    if said in CROSSED:
        return Crossed(detail=said, retry_after_ms=AGAIN_MS)
    if said in REFUSES:
        house.database.refuses = REFUSES[said]
        ALARMS.labels("database_stores_nothing").inc()
        log.error("database.stores_nothing", problem=REFUSES[said])
    elif not isinstance(refused, PoolTimeout | OperationalError) and not refused.connection_invalidated:
        return None
    else:
        log.warning("database.unavailable", error=type(refused).__name__)
    return (NoAnswer if said_nothing(refused) else Unavailable)(detail=type(refused).__name__, retry_after_ms=AGAIN_MS)


def _said_by(refused: PoolTimeout | DBAPIError) -> str:
    """The database's own word for what is wrong."""
    orig = getattr(refused, "orig", None)
    return getattr(orig, "sqlstate", None) or getattr(orig, "sqlite_errorname", None) or ""
