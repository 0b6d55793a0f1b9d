"""A shift is over from some day on: what was before stays as it was."""

from datetime import date, timedelta
from uuid import UUID

from beside.accounts.permissions import Permission, require
from beside.audit.write import record
from beside.escalations.shifts.access import hold_rota, require_shift
from beside.escalations.shifts.asked import read_day
from beside.escalations.shifts.telling import tell_rota
from beside.kit.context import Context


async def end_shift(ctx: Context, shift: UUID, from_day: date) -> None:
    """Ending what is over changes nothing. Raises `NotAllowed`, `NotFound`, `BadInput`."""
    require(ctx, Permission.rota_plan)
    await hold_rota(ctx, ctx.me.hub)
    row = await require_shift(ctx, shift)
    last = read_day(from_day, "from_day") - timedelta(days=1)
    if row.removed_at is not None or (row.until is not None and row.until <= last):
        return
    row.until, row.removed_by, row.removed_at = last, ctx.me.account, ctx.now
    await ctx.db.flush()
    await record(ctx, "hub:shift:ended", ctx.me.hub, shift=shift)
    tell_rota(ctx, ctx.me.hub)
