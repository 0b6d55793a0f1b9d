"""A lane of its own to the database, on which a whole transaction is two trips: the first begins it and looks, the last writes and commits.

For the one place where that is what costs. A command everywhere else has a session (`kit.context.command`), whose trips are more and whose use is easier.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, Protocol

import psycopg
from sqlalchemy import Dialect
from sqlalchemy.exc import DBAPIError

from beside.kit.answering import said_nothing
from beside.kit.exchange import Exchange
from beside.kit.trip import Found, Prepared, Step, as_always, prepared

Ready = Sequence[tuple[Prepared, Any]]
Asked = SimpleQueue[tuple[Ready | None, asyncio.Future[Sequence[Any]]]]


class Driver(Protocol):
    """One connection of one database, made when it is first needed. What it raises is the driver's own."""

    @property
    def begin(self) -> Prepared: ...

    @property
    def is_open(self) -> bool: ...

    async def run(self, steps: Ready) -> Sequence[Any]: ...

    async def close(self) -> None: ...


class Lane:
    """One transaction at a time. Nothing of it is stored before `commit` has returned."""

    def __init__(self, dialect: Dialect, driver: Driver, turn: Callable[[], AbstractAsyncContextManager[Any]]) -> None:
        self._dialect, self._driver, self._turn = dialect, driver, turn
        self._begun = False
        self._put: list[Step] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["Lane"]:
        """What was not committed on the way out is undone; a connection that cannot even do that is given up."""
        async with self._turn():
            try:
                yield self
            except BaseException:
                await self._undo()
                raise
            await self._undo()

    async def look(self, *steps: Step) -> list[Found]:
        """What these find, inside the transaction. Where the connection had died unnoticed, a new one is asked: nothing was begun on the old."""
        if self._begun:
            return await self._run(steps)
        self._begun = True
        return (await self._first(steps, self._driver.begin))[1:]

    async def glance(self, *steps: Step) -> list[Found]:
        """What these find, outside of any transaction."""
        return await self._first(steps)

    def put(self, *steps: Step) -> None:
        """Write these with the commit."""
        self._put.extend(steps)

    async def commit(self) -> None:
        """Write what was put, and make it last. Raises as a session would; then nothing was stored, unless the answer alone was lost."""
        put, self._put = self._put, []
        if self._begun:
            await self._run(put, end=_COMMIT)
            self._begun = False

    async def close(self) -> None:
        await self._driver.close()

    async def _first(self, steps: Sequence[Step], begin: Prepared | None = None) -> list[Found]:
        was_open = self._driver.is_open
        try:
            return await self._run(steps, begin=begin)
        except DBAPIError as lost:
            if not was_open or self._driver.is_open or said_nothing(lost):
                raise
        return await self._run(steps, begin=begin)

    async def _run(self, steps: Sequence[Step], *, begin: Prepared | None = None, end: Prepared | None = None) -> list[Found]:
        ready = [(each, each.parameters(values)) for each, values in ((prepared(statement, self._dialect), values) for statement, values in steps)]
        every = [*([(begin, ())] if begin else ()), *ready, *([(end, ())] if end else ())]
        try:
            found = await self._driver.run(every)
        except self._dialect.loaded_dbapi.Error as refused:
            raise as_always(self._dialect, refused, lost=not self._driver.is_open) from refused
        return [each.rows(rows) for (each, _), rows in zip(every, found, strict=True)]

    async def _undo(self) -> None:
        self._put.clear()
        begun, self._begun = self._begun, False
        if not begun or not self._driver.is_open:
            return
        try:
            await self._driver.run([(_ROLLBACK, ())])
        except (self._dialect.loaded_dbapi.Error, asyncio.CancelledError):
            await self._driver.close()  # the database undoes what a connection leaves behind


class PostgresqlDriver:
    """A trip is one exchange with the server, whatever is in it."""

    begin = Prepared.word("BEGIN")

    def __init__(self, connect: Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]) -> None:
        self._connect = connect
        self._exchange: Exchange | None = None

    @property
    def is_open(self) -> bool:
        return self._exchange is not None and not self._exchange.db.closed

    async def run(self, steps: Ready) -> Sequence[Any]:
        exchange = self._exchange
        if exchange is None or exchange.db.closed:
            exchange = self._exchange = Exchange(await self._connect())
        try:
            return await exchange.run(steps)
        finally:
            if not exchange.at_rest:
                await self.close()  # an answer may still be on its way: nobody else may get it (FAULTS 44)

    async def close(self) -> None:
        if self._exchange is not None:
            gone, self._exchange = self._exchange, None
            await gone.db.close()


class SqliteDriver:
    """In a thread of its own: a trip is one hop there and back, whatever is in it. `connect` is called there."""

    begin = Prepared.word("BEGIN IMMEDIATE")

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._db: sqlite3.Connection | None = None
        self._asked: Asked | None = None

    @property
    def is_open(self) -> bool:
        return self._db is not None

    async def run(self, steps: Ready) -> Sequence[Any]:
        if self._asked is None:
            self._asked = SimpleQueue()
            Thread(target=self._work, args=(self._asked,), name="lane", daemon=True).start()
        return await self._hop(steps)

    async def close(self) -> None:
        if self._asked is not None:
            await self._hop(None)
            self._asked = None

    async def _hop(self, steps: Ready | None) -> Sequence[Any]:
        assert self._asked is not None
        answered: asyncio.Future[Sequence[Any]] = asyncio.get_running_loop().create_future()
        self._asked.put((steps, answered))  # leaner than an executor, whose futures cost as much as the statements do
        return await answered

    def _work(self, asked: Asked) -> None:
        """The thread, until it is asked for nothing."""
        steps: Ready | None = ()
        while steps is not None:
            steps, answered = asked.get()
            found: Sequence[Any] = ()
            refused: Exception | None = None
            try:
                if steps is None:
                    self._leave()
                else:
                    found = self._run(steps)
            except Exception as failure:
                refused = failure
            with suppress(RuntimeError):  # the loop ended meanwhile, and nobody waits any more
                answered.get_loop().call_soon_threadsafe(_answer, answered, found, refused)

    def _run(self, steps: Ready) -> Sequence[Any]:
        db = self._db = self._db or self._connect()
        found: list[Any] = []
        for each, parameters in steps:
            if isinstance(parameters, list):
                db.executemany(each.text, parameters)
                found.append(())
            else:
                found.append(db.execute(each.text, parameters).fetchall())
        return found

    def _leave(self) -> None:
        if self._db is not None:
            db, self._db = self._db, None
            db.close()


def _answer(answered: asyncio.Future[Sequence[Any]], found: Sequence[Any], refused: Exception | None) -> None:
    if answered.done():  # whoever asked has gone
        return
    if refused is not None:
        answered.set_exception(refused)
    else:
        answered.set_result(found)


_COMMIT, _ROLLBACK = Prepared.word("COMMIT"), Prepared.word("ROLLBACK")
