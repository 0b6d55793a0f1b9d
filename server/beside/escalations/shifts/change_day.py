"""One occurrence of a shift is different, or as usual again."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from beside.accounts.permissions import Permission, require
from beside.audit.write import record
from beside.escalations.shifts.access import hold_rota, require_shift
from beside.escalations.shifts.asked import read_day, read_hours
from beside.escalations.shifts.layout import days_of
from beside.escalations.shifts.plan import shift_of
from beside.escalations.shifts.tables import ChangeRow
from beside.escalations.shifts.telling import tell_rota
from beside.escalations.shifts.wall import write_wall
from beside.kit.context import Context
from beside.kit.errors import BadInput
from beside.protocol.rota import ChangeDay


async def change_day(ctx: Context, shift: UUID, asked: ChangeDay) -> None:
    """The newest change of a day is the one in force. Raises `NotAllowed`, `NotFound`, `BadInput` (a day on which the shift does not begin)."""
    require(ctx, Permission.rota_plan)
    await hold_rota(ctx, ctx.me.hub)
    row = await require_shift(ctx, shift)
    day = read_day(asked.day, "day")
    if day not in days_of(await shift_of(ctx, row), day, day):
        raise BadInput("not_usable", field="day")
    hours = read_hours(asked)
    standing = (col(ChangeRow.shift_id) == shift, col(ChangeRow.day) == day, col(ChangeRow.ended_at).is_(None))
    await ctx.db.exec(update(ChangeRow).where(*standing).values(ended_by=ctx.me.account, ended_at=ctx.now))
    if asked.off or hours:
        starts, ends = (write_wall(hours[0]), write_wall(hours[1])) if hours else (None, None)
        ctx.db.add(ChangeRow(shift_id=shift, day=day, off=asked.off, starts=starts, ends=ends, made_by=ctx.me.account, made_at=ctx.now))
    await ctx.db.flush()
    await record(ctx, "hub:shift:changed", ctx.me.hub, shift=shift, off=asked.off, usual=not asked.off and hours is None)
    tell_rota(ctx, ctx.me.hub)
