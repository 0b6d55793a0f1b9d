"""Many rows in one parameter: a statement keeps one text, and the database one plan, however many rows it is given.

`given("rows", account=Uuid(), seq=BigInteger())` stands where a table may stand in a statement; at execution `rows` is a list of mappings with
those names. They travel as JSON, which both databases take apart by themselves, and which costs a fraction of a parameter for every value.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Column, Insert, LargeBinary, Table, TableValuedAlias, Text, TypeDecorator, bindparam, column, func, insert, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from beside.kit.trip import Step

Rows = Sequence[Mapping[str, Any]]

_encoder = msgspec.json.Encoder(uuid_format="hex")  # as SQLite keeps them; PostgreSQL reads either


class _Json(TypeDecorator[Rows]):
    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Rows | None, dialect: Any) -> str:
        return _encoder.encode(value or ()).decode()


class _Given(FunctionElement[Any]):
    """The rows of one parameter as a subquery, in each database's own words."""

    inherit_cache = True

    def __init__(self, rows: BindParameter[Rows], columns: tuple[Column[Any], ...]) -> None:
        super().__init__(rows, *columns)
        self.rows, self.typed = rows, columns


@compiles(_Given, "postgresql")
def _postgresql(given: _Given, compiler: SQLCompiler, **rest: Any) -> str:
    shape = ", ".join(f"{each.name} {compiler.dialect.type_compiler_instance.process(each.type)}" for each in given.typed)
    return f"(SELECT * FROM json_to_recordset(CAST({compiler.process(given.rows, **rest)} AS json)) AS rows_({shape}))"


@compiles(_Given, "sqlite")
def _sqlite(given: _Given, compiler: SQLCompiler, **rest: Any) -> str:
    picked = ", ".join(f"json_extract(value, '$.{each.name}') AS {each.name}" for each in given.typed)
    return f"(SELECT {picked} FROM json_each({compiler.process(given.rows, **rest)}))"


def given(parameter: str, **columns: TypeEngine[Any]) -> TableValuedAlias:
    """The rows that are passed as `parameter`, with these columns."""
    typed = tuple(Column(name, kind) for name, kind in columns.items())
    return _Given(bindparam(parameter, type_=_Json()), typed).table_valued(*(column(each.name, each.type) for each in typed))


def insertion(table: Table, rows: Rows, *, sqlite: bool) -> Step:
    """What writes these rows, which all have the same columns."""
    if sqlite:  # in this very process: a row at a time costs less there than taking bytes out of JSON, which it cannot do by itself
        return _row_by_row(table, tuple(rows[0])), rows
    return _all_at_once(table, tuple(rows[0])), {"rows": rows}


@lru_cache(maxsize=16)
def _row_by_row(table: Table, names: tuple[str, ...]) -> Insert:
    return insert(table).values({name: bindparam(name) for name in names})


@lru_cache(maxsize=16)
def _all_at_once(table: Table, names: tuple[str, ...]) -> Insert:
    binary = {name for name in names if isinstance(table.c[name].type, LargeBinary)}
    these = given("rows", **{name: Text() if name in binary else table.c[name].type for name in names})
    values = [func.decode(these.c[name], "base64") if name in binary else these.c[name] for name in names]
    return insert(table).from_select(names, select(*values))
