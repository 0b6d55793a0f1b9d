"""Several statements in one trip to the database, for the few places where the trips are what costs.

PostgreSQL gets them in a pipeline and answers once; SQLite, which lives in a thread of this process, takes each with a single hop. They run inside the
transaction of the session that they are given, in their order, and the rows that come back are plain: no objects are made of them.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Executable
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

Values = Mapping[str, Any]
Step = tuple[Executable, Values | Sequence[Values]]
"""A statement and its parameters; where there are several sets of them, it is carried out once for each."""
Found = list[tuple[Any, ...]]
Convert = Callable[[Any], Any]


class Prepared:
    """A statement in the words of one database: its text, how its parameters go in, how its columns come out."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._order: Sequence[str] | None = compiled.positiontup
        self._fixed: Mapping[str, Any] = compiled.params
        self._into = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
        columns = getattr(statement, "selected_columns", ())
        processors = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._out: list[tuple[int, Convert]] = [(at, out) for at, out in enumerate(processors) if out]

    @classmethod
    def word(cls, text: str) -> "Prepared":
        """One that is the same in every database, and has nothing to put in or take out."""
        made = cls.__new__(cls)
        made.text, made._order, made._fixed, made._into, made._out = text, (), {}, {}, []
        return made

    def parameters(self, values: Values | Sequence[Values]) -> Any:
        """As the driver takes them; a list of such where `values` are several."""
        if not isinstance(values, Mapping):
            return [self.parameters(each) for each in values]
        made = {name: into(value) if (into := self._into.get(name)) else value for name, value in {**self._fixed, **values}.items()}
        return made if self._order is None else tuple(made[name] for name in self._order)

    def rows(self, found: Sequence[Sequence[Any]]) -> Found:
        if not self._out:
            return [tuple(row) for row in found]
        rows = [list(row) for row in found]
        for at, out in self._out:
            for row in rows:
                row[at] = out(row[at])
        return [tuple(row) for row in rows]


@lru_cache(maxsize=64)
def prepared(statement: Any, dialect: Dialect) -> Prepared:
    return Prepared(statement, dialect)


async def in_one_trip(session: AsyncSession, *steps: Step) -> list[Found]:
    """What each of these statements found. The same statement objects again and again, please: each is compiled once."""
    db = await session.connection()
    ready = [(each, each.parameters(values)) for each, values in ((prepared(statement, db.dialect), values) for statement, values in steps)]
    driver = (await db.get_raw_connection()).driver_connection
    run = _by_sqlite if db.dialect.name == "sqlite" else _by_postgresql
    try:
        found = await run(driver, ready)
    except db.dialect.loaded_dbapi.Error as refused:
        raise as_always(db.dialect, refused, lost=db.dialect.is_disconnect(refused, driver, None)) from refused
    return [each.rows(rows) for (each, _), rows in zip(ready, found, strict=True)]


async def _by_postgresql(driver: Any, steps: Sequence[tuple[Prepared, Any]]) -> list[Any]:
    async with driver.pipeline():
        cursors = [await driver.execute(each.text, parameters) for each, parameters in steps]
    return [await cursor.fetchall() if cursor.description else () for cursor in cursors]


async def _by_sqlite(driver: Any, steps: Sequence[tuple[Prepared, Any]]) -> list[Any]:
    return [await _one_by_sqlite(driver, each.text, parameters) for each, parameters in steps]


async def _one_by_sqlite(driver: Any, text: str, parameters: Any) -> Any:
    if isinstance(parameters, tuple):
        return await driver.execute_fetchall(text, parameters)
    await driver.executemany(text, parameters)
    return ()


def as_always(dialect: Any, refused: Exception, *, lost: bool) -> Exception:
    """The same error as SQLAlchemy would raise: whoever catches it need not know of this module. `lost`: the connection is of no more use."""
    return DBAPIError.instance(None, None, refused, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=lost, dialect=dialect)
