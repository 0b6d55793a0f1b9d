"""Who is suspended now. They can read why, appeal, and turn elsewhere; taking part waits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, SQLColumnExpression, exists
from sqlmodel import col, select

from beside.accounts.tables import Suspension
from beside.kit.context import Context

Moment = datetime | BindParameter[datetime]
"""A time, or in a statement that is kept: the place where one goes."""


def suspended_now(account: SQLColumnExpression[UUID], now: Moment) -> ColumnElement[bool]:
    """SQL: whether `account` is suspended at `now`."""
    return exists().where(*holding(now), col(Suspension.account_id) == account)


def holding(now: Moment) -> tuple[ColumnElement[bool], ...]:
    """SQL: the suspensions in force at `now`."""
    return col(Suspension.started_at) <= now, col(Suspension.until) > now, col(Suspension.lifted_at).is_(None)


async def suspended_until(ctx: Context, account: UUID) -> datetime | None:
    """When this account may take part again; None where it may now."""
    mine = select(Suspension.until).where(*holding(ctx.now), col(Suspension.account_id) == account)
    return (await ctx.db.exec(mine.order_by(col(Suspension.until).desc()).limit(1))).first()
