"""One exchange with PostgreSQL on the library that psycopg itself stands on: all statements of a trip go out in one write, and one wait is for all answers.

psycopg's pipeline writes after each statement and looks for answers every time, which was a tenth of what a message cost a node. Its connection, its waiting,
its errors and its reading of rows are used here as they are; only when to write and when to wait is ours.
"""

import re
from collections.abc import Generator, Iterable, Sequence
from itertools import count
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName, error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

from beside.kit.trip import Prepared

_FORGOTTEN = (FeatureNotSupported, InvalidSqlStatementName)  # a migration changed the table, a pooler the server: prepared anew, it works
_DONE = {ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK}
_PLACE = re.compile(r"%\((\w+)\)s|%%")


class Statement:
    """One of ours as the server takes it: with numbers for its places, and a name under which it is prepared."""

    def __init__(self, text: str, number: int) -> None:
        self.places: list[str] = []
        self.name = b"ours_%d" % number
        self.text = _PLACE.sub(self._place, text).encode()

    def _place(self, found: re.Match[str]) -> str:
        if found[1] is None:
            return "%"
        if found[1] not in self.places:
            self.places.append(found[1])
        return f"${self.places.index(found[1]) + 1}"


class Exchange:
    """Of one connection, for as long as it lives. Statements are few and the same again and again: each is prepared before its first use."""

    def __init__(self, db: psycopg.AsyncConnection[Any]) -> None:
        self.db, self._line = db, db.pgconn
        self.at_rest = True
        """Whether all that was put was answered. Where it was not, the next answers would go to the wrong asker: the connection is of no more use."""
        self._adapt = Transformer(db)
        self._prepared: dict[str, Statement] = {}
        self._numbers = count()
        self._line.enter_pipeline_mode()

    async def run(self, steps: Sequence[tuple[Prepared, Any]]) -> list[Sequence[tuple[Any, ...]]]:
        """The rows of each, in their order. Raises what psycopg would; what stood behind the one that was refused was not carried out."""
        if new := {each.text for each, _ in steps} - self._prepared.keys():
            await self._prepare(new)
        asked = [(self._prepared[each.text], given) for each, given in steps]
        ready = [(statement.name, [self._as_text(given[place]) for place in statement.places]) for statement, given in asked]
        self.at_rest = False  # from the first that is put; what cannot be put into words was found before it
        for name, values in ready:
            self._line.send_query_prepared(name, values, result_format=Format.BINARY)
        try:
            return [self._read(result) for result in await self._answers(len(ready))]
        except _FORGOTTEN:
            self._prepared.clear()
            raise

    async def _prepare(self, texts: Iterable[str]) -> None:
        new = {text: Statement(text, next(self._numbers)) for text in texts}
        self.at_rest = False
        for statement in new.values():
            self._line.send_prepare(statement.name, statement.text)
        await self._answers(len(new))
        self._prepared |= new

    async def _answers(self, asked: int) -> list[PGresult]:
        """What the server says to each of so many that were put. Raises the first refusal."""
        self._line.pipeline_sync()
        results = await self.db.wait(_exchanged(self._line, asked))
        self.at_rest = True
        if refused := next((result for result in results if result.status not in _DONE), None):
            raise error_from_result(refused)
        return results

    def _read(self, result: PGresult) -> Sequence[tuple[Any, ...]]:
        self._adapt.set_pgresult(result)
        return self._adapt.load_rows(0, result.ntuples, tuple)

    def _as_text(self, value: Any) -> Buffer | None:
        """The server reads it by the type that its place has."""
        return None if value is None else self._adapt.get_dumper(value, PyFormat.TEXT).dump(value)


def _exchanged(line: PGconn, asked: int) -> Generator[Wait, Ready | int, list[PGresult]]:
    """Write what was put, then read until the server has answered all of it."""
    while line.flush():
        ready = yield Wait.RW
        if ready and ready & Ready.R:  # nothing is said to it where psycopg goes on after a cancellation
            line.consume_input()
    results = []
    for _ in range(asked):
        results.append((yield from _next(line)))
        yield from _next(line)  # no more of this one
    end = yield from _next(line)
    if end is None or end.status != ExecStatus.PIPELINE_SYNC:
        raise psycopg.OperationalError("the server answered out of turn")
    return [result for result in results if result is not None]


def _next(line: PGconn) -> Generator[Wait, Ready | int, PGresult | None]:
    while line.is_busy():
        yield Wait.R
        line.consume_input()
    return line.get_result()
