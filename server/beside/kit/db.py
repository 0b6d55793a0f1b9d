"""One class makes either database: SQLite on one machine, PostgreSQL on many. Rows are tables of one metadata."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, MetaData, event
from sqlalchemy import Enum as EnumType
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.sqltypes import UTCDateTime

from beside.kit.answering import ANSWER_S, KERNEL, Impatient
from beside.kit.lane import Driver, Lane, PostgresqlDriver, SqliteDriver
from beside.kit.shared_trips import SharedTrips
from beside.kit.trip import Found, Step

BUSY_MS = 5_000  # how long a SQLite statement waits for another process (backup, doctor) before it gives up
POOL_SIZE = (
    8  # connections a node keeps, beside its four lanes (what people say, and who knocks); PostgreSQL's default of 100 then serves ten nodes and workers
)
POOL_OVERFLOW = 5
POOL_WAIT_S = 2.0  # FAULTS 49: a request that gets no connection by then is told so
IDLE_MS = 10_000  # FAULTS 101: a process that hangs in the middle of a transaction loses it, and what it held, by then; ours last for milliseconds
LOCK_TIMEOUT_MS = 2_000  # FAULTS 49: who waits for somebody else's lock is told so by then; ours are held for milliseconds

_CONNECT = {
    "options": f"-c lock_timeout={LOCK_TIMEOUT_MS} -c idle_in_transaction_session_timeout={IDLE_MS} -c timezone=UTC",
    "connect_timeout": ANSWER_S,
} | KERNEL

# synchronous=FULL: an acknowledged message survives the power going
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}", "temp_store=MEMORY", "cache_size=-16000")

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """The parent of every table: one metadata, named constraints (SQLite's batch migrations need the names)."""

    metadata = MetaData(naming_convention=NAMING)


def words_of(enum: type[StrEnum]) -> EnumType:
    """A column of an enum's values as plain text: a new member needs no migration."""
    return EnumType(enum, native_enum=False, create_constraint=False, length=32, values_callable=lambda e: [m.value for m in e])


AwareDateTime = UTCDateTime


class Database:
    """Sessions for reading and for writing. Nobody below the edge commits: `kit.context` does.

    `patient`: for work for which nobody waits, a statement of which may take its time.
    """

    def __init__(self, url: str, *, patient: bool = False) -> None:
        self.url = make_url(_with_driver(url))
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._kind = psycopg.AsyncConnection if patient else Impatient
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgresql(self.url, self._connect)
        self.refuses: str | None = None
        """Why it lately stored nothing though it answers: `disk_full`, `read_only`. None once words were stored again."""
        self._writer = asyncio.Lock() if self.is_sqlite else None
        writing = self.engine.execution_options(sqlite_write=True) if self.is_sqlite else self.engine
        self._reads = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)
        self._writes = async_sessionmaker(writing, class_=AsyncSession, expire_on_commit=False)
        self._lanes: list[Lane] = []
        looking, writing_down = self.lane(), self.lane()
        self.shared_looks = SharedTrips(lambda steps: looking.glance(*steps))
        """Questions of many askers, in one trip."""
        self.shared_writes = SharedTrips(lambda steps: _in_one_commit(writing_down, steps))
        """Small writes of many, in one commit: what `look` wrote is stored when it returns."""

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session to look things up in."""
        async with self._reads() as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A session in a write transaction; SQLite has one writer at a time, and they queue here rather than in the file."""
        async with self._turn(), self._writes() as session:
            yield session

    def lane(self) -> Lane:
        """A new lane, closed with the rest: one connection more than the pool's, from its first use on."""
        made = Lane(self.engine.dialect, self._driver(), self._turn)
        self._lanes.append(made)
        return made

    @property
    def is_not_there(self) -> bool:
        """Whether this is a SQLite file that was never made; opening it would make an empty one."""
        return self.is_sqlite and not Path(self.url.database or "").exists()

    async def close(self) -> None:
        for lane in self._lanes:
            await lane.close()
        await self.engine.dispose()

    def _turn(self) -> AbstractAsyncContextManager[object]:
        return self._writer or nullcontext()

    def _driver(self) -> Driver:
        if self.is_sqlite:
            return SqliteDriver(partial(_open_sqlite, self.url.database or ""))
        return PostgresqlDriver(partial(self._connect, autocommit=True))

    async def _connect(self, **more: Any) -> psycopg.AsyncConnection[Any]:
        given = self.engine.dialect.create_connect_args(self.url)[1]
        return await self._kind.connect(**{**given, **_CONNECT, **more})


async def _in_one_commit(lane: Lane, steps: Sequence[Step]) -> list[Found]:
    async with lane.transaction():
        found = await lane.look(*steps)
        await lane.commit()
        return found


def _with_driver(url: str) -> str:
    """Operators write `postgresql://` and `sqlite:///`; the driver is our affair."""
    for plain, driven in (("postgresql://", "postgresql+psycopg://"), ("postgres://", "postgresql+psycopg://"), ("sqlite://", "sqlite+aiosqlite://")):
        if url.startswith(plain):
            return driven + url.removeprefix(plain)
    return url


def _postgresql(url: Any, connect: Callable[[], Awaitable[Any]]) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_WAIT_S,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,  # what a statement carried is nobody's business, in an error least of all
        async_creator=connect,
    )


def _sqlite(url: Any) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=5, max_overflow=5, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(dbapi: Any, _: Any) -> None:
        dbapi.isolation_level = None  # the driver must not BEGIN for us
        _set_up(dbapi.cursor())

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        # a reader that turns writer cannot be made to wait, so a writer says so at the start
        writing = connection.get_execution_options().get("sqlite_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _open_sqlite(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    _set_up(db.cursor())
    return db


def _set_up(cursor: Any) -> None:
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def require_aware(at: datetime) -> datetime:
    """`at`, if it knows its zone; a naive time is a programming mistake."""
    if at.tzinfo is None:
        raise TypeError("a time without a zone")
    return at
