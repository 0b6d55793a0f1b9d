"""What alembic runs: the caller passes the live connection."""

from typing import Any, Literal

from alembic import context
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from beside.kit.db import Table
from beside.migrations import tables


def plain_types(kind: str, found: Any, _: Any) -> str | Literal[False]:
    """Keep revisions free of our models' types: plain SQLAlchemy outlives them."""
    if kind == "type" and isinstance(found, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(found, AutoString):
        length: int | None = getattr(found.impl_instance, "length", None)
        return f"sa.String(length={length})" if length else "sa.String()"
    if kind == "type" and type(found).__name__ == "Enum":
        return f"sa.String(length={found.length})"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_item=plain_types,
    render_as_batch=True,
    compare_type=False,
    transaction_per_migration=False,
)
assert tables.ALL
with context.begin_transaction():
    context.run_migrations()
