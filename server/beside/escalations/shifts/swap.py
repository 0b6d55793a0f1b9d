"""Somebody asks to be relieved of one turn, somebody else takes it: written down with who asked, who said yes, and when."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from beside.audit.write import record
from beside.escalations.shifts.access import hold_rota, may_plan, require_answerer, require_shift, require_swap, require_to_swap
from beside.escalations.shifts.asked import read_day
from beside.escalations.shifts.layout import Turn, days_of, turn_on
from beside.escalations.shifts.plan import as_swaps, shift_of
from beside.escalations.shifts.tables import ShiftRow, SwapRow
from beside.escalations.shifts.telling import tell_rota
from beside.hubs.scope import policy_of
from beside.kit.context import Context
from beside.kit.errors import BadInput, Conflict, NotAllowed
from beside.protocol.rota import AskSwap


async def ask_swap(ctx: Context, asked: AskSwap) -> UUID:
    """By whose turn it is, or by who plans. Asking again withdraws what was asked before. Raises `NotAllowed`, `NotFound`, `BadInput`, `Conflict`
    (`already_done`: that turn is over)."""
    require_to_swap(ctx)
    await hold_rota(ctx, ctx.me.hub)
    turn = await _turn_to_come(ctx, await require_shift(ctx, asked.shift), read_day(asked.day, "day"))
    if turn.account != ctx.me.account and not may_plan(ctx):
        raise NotAllowed
    to = await require_answerer(ctx, asked.to, "to") if asked.to else None
    if to == turn.account or (asked.agreed and (to is None or not may_plan(ctx))):
        raise BadInput("not_usable", field="to")
    for standing in await _asked(ctx, asked.shift, turn.day):
        standing.ended_by, standing.ended_at = ctx.me.account, ctx.now
    await ctx.db.flush()
    row = SwapRow(hub_id=ctx.me.hub, shift_id=asked.shift, day=turn.day, of_account=turn.account, offered_to=to, asked_by=ctx.me.account, asked_at=ctx.now)
    ctx.db.add(row)
    await ctx.db.flush()
    await record(ctx, "account:swap:asked", ctx.me.hub, swap=row.id, shift=asked.shift, of=turn.account, to=to)
    if asked.agreed and to:
        await _agree(ctx, row, to)
    tell_rota(ctx, ctx.me.hub)
    return row.id


async def agree_swap(ctx: Context, swap: UUID, who: UUID | None) -> None:
    """By whom it was offered to, by anybody where it was offered to all, or by who plans, for somebody. Raises `NotAllowed`, `NotFound`, `BadInput`,
    `Conflict` (`already_taken`, `already_done`)."""
    require_to_swap(ctx)
    await hold_rota(ctx, ctx.me.hub)
    row = await require_swap(ctx, swap)
    if row.ended_at is not None:
        raise Conflict("already_done")
    if row.agreed_at is not None:
        raise Conflict("already_taken")
    turn = await _turn_to_come(ctx, await require_shift(ctx, row.shift_id), row.day)
    to = who or ctx.me.account
    if to != ctx.me.account and not may_plan(ctx):
        raise NotAllowed
    if row.offered_to not in (None, to) and not may_plan(ctx):
        raise NotAllowed
    await require_answerer(ctx, to, "who")
    if turn.account != row.of_account:
        raise Conflict("already_taken")
    if to == row.of_account:
        raise BadInput("not_usable", field="who")
    await _agree(ctx, row, to)
    tell_rota(ctx, ctx.me.hub)


async def end_swap(ctx: Context, swap: UUID) -> None:
    """What was asked is taken back, or turned down by whom it was offered to; who plans also undoes what was agreed. Ending it twice changes nothing."""
    require_to_swap(ctx)
    await hold_rota(ctx, ctx.me.hub)
    row = await require_swap(ctx, swap)
    theirs = (row.of_account, row.asked_by, row.offered_to)
    if not may_plan(ctx) and (ctx.me.account not in theirs or row.agreed_at is not None):
        raise NotAllowed
    if row.ended_at is not None:
        return
    row.ended_by, row.ended_at = ctx.me.account, ctx.now
    await ctx.db.flush()
    await record(ctx, "account:swap:ended", ctx.me.hub, swap=swap)
    tell_rota(ctx, ctx.me.hub)


async def _agree(ctx: Context, row: SwapRow, to: UUID) -> None:
    row.to_account, row.agreed_by, row.agreed_at = to, ctx.me.account, ctx.now
    await ctx.db.flush()
    await record(ctx, "account:swap:agreed", ctx.me.hub, swap=row.id, shift=row.shift_id, of=row.of_account, to=to)


async def _turn_to_come(ctx: Context, row: ShiftRow, day: date) -> Turn:
    """The occurrence of that day, as it stands. Raises `BadInput` where there is none, `Conflict` where it is over."""
    shift = await shift_of(ctx, row)
    agreed = select(SwapRow).where(SwapRow.shift_id == row.id, SwapRow.day == day, col(SwapRow.agreed_at).is_not(None), col(SwapRow.ended_at).is_(None))
    swaps = as_swaps(await ctx.db.exec(agreed.order_by(col(SwapRow.agreed_at), col(SwapRow.id))))
    zone = ZoneInfo((await policy_of(ctx, row.hub_id)).timezone)
    turn = turn_on(shift, day, swaps, zone) if day in days_of(shift, day, day) else None
    if turn is None:
        raise BadInput("not_usable", field="day")
    if turn.ends <= ctx.now:
        raise Conflict("already_done")
    return turn


async def _asked(ctx: Context, shift: UUID, day: date) -> list[SwapRow]:
    open_ones = select(SwapRow).where(SwapRow.shift_id == shift, SwapRow.day == day, col(SwapRow.agreed_at).is_(None), col(SwapRow.ended_at).is_(None))
    return list((await ctx.db.exec(open_ones)).all())
