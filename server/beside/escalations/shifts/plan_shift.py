"""A new shift on the rota, or a shift as it is from now on."""

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, update
from sqlmodel import col, select

from beside.accounts.permissions import Permission, require
from beside.audit.write import record
from beside.escalations.shifts.access import hold_rota, require_answerer, require_shift
from beside.escalations.shifts.asked import read_shift
from beside.escalations.shifts.layout import Shift
from beside.escalations.shifts.tables import ChangeRow, ShiftRow, SwapRow
from beside.escalations.shifts.telling import tell_rota
from beside.escalations.shifts.wall import wall_of, write_wall
from beside.hubs.scope import policy_of
from beside.kit.context import Context
from beside.kit.errors import BadInput, Conflict
from beside.kit.ids import new_id
from beside.protocol.rota import PlanShift

SHIFTS_AT_MOST = 400  # in force in one hub: twenty people with five each on four lines; more is a mistake, or a program that runs away


async def plan_shift(ctx: Context, asked: PlanShift) -> UUID:
    """Raises `NotAllowed`, `BadInput`, `Conflict` (`rota_full`)."""
    require(ctx, Permission.rota_plan)
    shift = await _read(ctx, asked)
    await hold_rota(ctx, ctx.me.hub)
    await require_room(ctx, 1)
    await write_shift(ctx, shift)
    await record(ctx, "hub:shift:planned", ctx.me.hub, shift=shift.id, rung=shift.rung, account=shift.account)
    tell_rota(ctx, ctx.me.hub)
    return shift.id


async def replan_shift(ctx: Context, shift: UUID, asked: PlanShift) -> UUID:
    """From today on it is this instead: what was, stays as it was. Changes and swaps of days to come go with it where the person is the same."""
    require(ctx, Permission.rota_plan)
    await hold_rota(ctx, ctx.me.hub)
    old = await require_shift(ctx, shift)
    today = await today_of(ctx, ctx.me.hub)
    if old.removed_at is not None:
        raise Conflict("already_done")
    new = await _read(ctx, asked)
    await write_shift(ctx, new, counts_from=today if new.starts.date() < today else None)
    old.until, old.removed_by, old.removed_at = today - timedelta(days=1), ctx.me.account, ctx.now
    await ctx.db.flush()
    if new.account == old.account_id:
        await ctx.db.exec(update(ChangeRow).where(col(ChangeRow.shift_id) == shift, col(ChangeRow.day) >= today).values(shift_id=new.id))
        await ctx.db.exec(update(SwapRow).where(col(SwapRow.shift_id) == shift, col(SwapRow.day) >= today).values(shift_id=new.id))
    await record(ctx, "hub:shift:replanned", ctx.me.hub, shift=new.id, instead_of=shift, rung=new.rung, account=new.account)
    tell_rota(ctx, ctx.me.hub)
    return new.id


async def write_shift(ctx: Context, shift: Shift, *, counts_from: date | None = None) -> None:
    """The row, by the actor."""
    ctx.db.add(
        ShiftRow(
            id=shift.id,
            hub_id=ctx.me.hub,
            rung=shift.rung,
            account_id=shift.account,
            starts=write_wall(shift.starts),
            ends=write_wall(shift.ends),
            every_weeks=shift.every_weeks,
            weekdays=list(shift.weekdays),
            until=shift.until,
            counts_from=counts_from,
            made_by=ctx.me.account,
            made_at=ctx.now,
        )
    )
    await ctx.db.flush()


async def require_room(ctx: Context, more: int) -> None:
    """Whether so many more shifts fit. Raises `Conflict` (`rota_full`)."""
    today = await today_of(ctx, ctx.me.hub)
    ours = (ShiftRow.hub_id == ctx.me.hub, col(ShiftRow.removed_at).is_(None), (col(ShiftRow.until).is_(None)) | (col(ShiftRow.until) >= today))
    held = (await ctx.db.exec(select(func.count()).select_from(ShiftRow).where(*ours))).one()
    if held + more > SHIFTS_AT_MOST:
        raise Conflict("rota_full")


async def today_of(ctx: Context, hub: UUID) -> date:
    """The day it is in the hub."""
    return wall_of(ctx.now, ZoneInfo((await policy_of(ctx, hub)).timezone)).date()


async def _read(ctx: Context, asked: PlanShift) -> Shift:
    rungs = (await policy_of(ctx, ctx.me.hub)).escalation_rungs
    if asked.rung > len(rungs):
        raise BadInput("not_usable", field="rung")
    return read_shift(asked, await require_answerer(ctx, asked.account, "account"), new_id(), ctx.now)
