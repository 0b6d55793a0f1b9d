"""Somebody is away, or comes back after all. Why is not asked."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import col, select

from beside.audit.write import record
from beside.escalations.shifts.access import hold_rota, may_plan, require_answerer, require_leave, require_to_swap
from beside.escalations.shifts.asked import read_time
from beside.escalations.shifts.tables import LeaveRow
from beside.escalations.shifts.telling import tell_rota
from beside.escalations.shifts.wall import moment
from beside.hubs.scope import policy_of
from beside.kit.context import Context
from beside.kit.errors import BadInput, Conflict, NotAllowed
from beside.protocol.rota import TakeLeave

LONGEST_LEAVE = timedelta(days=366)
LEAVE_AT_MOST = 40  # to come, of one person: more is a mistake, or a program that runs away


async def take_leave(ctx: Context, asked: TakeLeave) -> UUID:
    """Their shifts meanwhile are gaps, unless somebody covers. Raises `NotAllowed`, `BadInput`, `Conflict` (`rota_full`)."""
    require_to_swap(ctx)
    account = asked.account or ctx.me.account
    if account != ctx.me.account and not may_plan(ctx):
        raise NotAllowed
    await require_answerer(ctx, account, "account")
    zone = ZoneInfo((await policy_of(ctx, ctx.me.hub)).timezone)
    starts, ends = moment(read_time(asked.starts, "starts"), zone), moment(read_time(asked.ends, "ends"), zone)
    if not starts < ends <= starts + LONGEST_LEAVE or ends <= ctx.now:
        raise BadInput("not_usable", field="ends")
    await hold_rota(ctx, ctx.me.hub)
    to_come = (LeaveRow.account_id == account, col(LeaveRow.removed_at).is_(None), LeaveRow.ends_at > ctx.now)
    if (await ctx.db.exec(select(func.count()).select_from(LeaveRow).where(*to_come))).one() >= LEAVE_AT_MOST:
        raise Conflict("rota_full")
    row = LeaveRow(hub_id=ctx.me.hub, account_id=account, starts_at=starts, ends_at=ends, made_by=ctx.me.account, made_at=ctx.now)
    ctx.db.add(row)
    await ctx.db.flush()
    await record(ctx, "account:leave:taken", ctx.me.hub, leave=row.id, account=account)
    tell_rota(ctx, ctx.me.hub)
    return row.id


async def end_leave(ctx: Context, leave: UUID) -> None:
    """It is not so, or over sooner. Doing it twice changes nothing. Raises `NotAllowed`, `NotFound`."""
    require_to_swap(ctx)
    await hold_rota(ctx, ctx.me.hub)
    row = await require_leave(ctx, leave)
    if row.removed_at is not None:
        return
    row.removed_by, row.removed_at = ctx.me.account, ctx.now
    await ctx.db.flush()
    await record(ctx, "account:leave:ended", ctx.me.hub, leave=leave)
    tell_rota(ctx, ctx.me.hub)
