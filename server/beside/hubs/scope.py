"""The only tenant filter: every lookup by id passes through here, so that nothing of another hub is ever found."""

from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select

from beside.hubs.policy import Policy, read_policy
from beside.hubs.tables import Hub
from beside.kit.context import Context
from beside.kit.errors import NotFound

R = TypeVar("R")


def require_in_hub(row: R | None, hub: UUID) -> R:
    """`row`, if it is there and of this hub. Raises `NotFound`: another hub's rows do not exist."""
    if row is None or row.hub_id != hub:  # type: ignore[attr-defined]  # every tenant row has hub_id; a protocol would fight SQLModel's columns
        raise NotFound
    return row


async def require_hub(ctx: Context, hub: UUID) -> Hub:
    """The hub's own row."""
    found = await ctx.db.get(Hub, hub)
    if found is None:
        raise NotFound
    return found


async def hub_by_slug(ctx: Context, slug: str | None) -> Hub:
    """The hub of this slug; without one, the oldest. Raises `NotFound`."""
    if slug is not None and not slug.isprintable():  # a NUL is no name, and PostgreSQL would not even look
        raise NotFound
    statement = select(Hub).order_by(col(Hub.created_at)).limit(1)
    found = (await ctx.db.exec(statement.where(Hub.slug == slug) if slug else statement)).first()
    if found is None:
        raise NotFound
    return found


async def policy_of(ctx: Context, hub: UUID) -> Policy:
    return read_policy((await require_hub(ctx, hub)).policy)
