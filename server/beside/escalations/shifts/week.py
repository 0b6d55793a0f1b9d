"""The rota of one week, as a coordinator and a clinician see it: who answers what when, what is asked of them, and what is missing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import col, or_, select

from beside.accounts.names import names_of
from beside.accounts.permissions import Permission, require
from beside.escalations.shifts.access import may_plan
from beside.escalations.shifts.duty import Trouble, channels_of, gaps_ahead
from beside.escalations.shifts.findings import AHEAD
from beside.escalations.shifts.gaps import Stretch, needed
from beside.escalations.shifts.layout import Span, Turn, days_of, turn_on
from beside.escalations.shifts.plan import Plan, plan_of, shift_of
from beside.escalations.shifts.tables import ChangeRow, LeaveRow, ShiftRow, SwapRow
from beside.escalations.shifts.wall import midnight, monday_of, wall_of
from beside.hubs.hours import open_spans
from beside.kit.context import Context
from beside.protocol.rota import RotaChange, RotaDay, RotaFound, RotaLeave, RotaLine, RotaPerson, RotaShift, RotaSpan, RotaSwap, RotaWeek
from beside.protocol.shapes import RotaAnswer

DAYS = 7


async def week_of(ctx: Context, day: date | None) -> RotaWeek:
    """The week that `day` (today, where None) is in. Raises `NotAllowed`."""
    me = require(ctx, Permission.rota_see)
    plan = await plan_of(ctx, me.hub, ctx.now, ctx.now)
    monday = monday_of(day or wall_of(ctx.now, plan.zone).date())
    bounds = [midnight(monday + timedelta(days=n), plan.zone) for n in range(DAYS + 1)]
    plan = await plan_of(ctx, me.hub, bounds[0], bounds[-1])
    swaps, leave, shifts = await _asked(ctx, me.hub), await _away(ctx, me.hub), await _planned(ctx, me.hub) if may_plan(ctx) else []
    troubles = await gaps_ahead(ctx, me.hub, ctx.now, ctx.now + AHEAD)
    named = {one.to for one in plan.swaps} | {row.account_id for row in leave} | {row.account_id for row, _ in shifts} | {row.of_account for row in swaps}
    names = await names_of(ctx, plan.people | named | {row.offered_to for row in swaps if row.offered_to})
    reach = await channels_of(ctx, me.hub, plan.people)
    hours = open_spans(plan.policy, bounds[0], bounds[-1])
    return RotaWeek(
        zone=plan.policy.timezone,
        monday=monday,
        days=[RotaDay(day=monday + timedelta(days=n), starts_at=bounds[n], ends_at=bounds[n + 1]) for n in range(DAYS)],
        lines=[_line(plan, rung, bounds, hours, names) for rung in plan.rungs],
        people=sorted((RotaPerson(account=one, name=names[one], reachable=bool(reach[one].live)) for one in plan.people), key=lambda one: one.name.casefold()),
        shifts=[_shift(row, changes, names) for row, changes in shifts],
        swaps=[shown for row in swaps if (shown := await _swap(ctx, plan, row, names))],
        leave=[RotaLeave(leave=row.id, account=row.account_id, name=names[row.account_id], starts_at=row.starts_at, ends_at=row.ends_at) for row in leave],
        found=[_found(plan, one, names) for one in troubles],
        may_plan=may_plan(ctx),
    )


def _line(plan: Plan, rung: int, bounds: Sequence[datetime], hours: Sequence[Stretch] | None, names: Mapping[UUID, str]) -> RotaLine:
    spans = plan.line(rung, bounds[0], bounds[-1])
    return RotaLine(rung=rung + 1, name=_name(plan, rung), spans=[part for span in spans for part in _parts(span, hours, names)])


def _parts(span: Span, hours: Sequence[Stretch] | None, names: Mapping[UUID, str]) -> list[RotaSpan]:
    """A span that nobody answers is shown as what is missing, between what nobody needs."""
    if span.turn is not None:
        return [_shown(span.starts, span.ends, RotaAnswer.on, span.turn, span, names)]
    parts: list[RotaSpan] = []
    at = span.starts
    for starts, ends in needed(span, hours):
        if at < starts:
            parts.append(_shown(at, starts, RotaAnswer.closed, None, span, names))
        if parts and parts[-1].answer is RotaAnswer.nobody and parts[-1].ends_at == starts:
            starts = parts.pop().starts_at
        parts.append(_shown(starts, ends, RotaAnswer.nobody, None, span, names))
        at = ends
    if at < span.ends:
        parts.append(_shown(at, span.ends, RotaAnswer.closed, None, span, names))
    return parts


def _shown(starts: datetime, ends: datetime, answer: RotaAnswer, turn: Turn | None, span: Span, names: Mapping[UUID, str]) -> RotaSpan:
    return RotaSpan(
        starts_at=starts,
        ends_at=ends,
        answer=answer,
        account=turn.account if turn else None,
        name=names.get(turn.account) if turn else None,
        away=names.get(span.away) if span.away else None,
        covers=names.get(turn.shift.account) if turn and turn.shift.account != turn.account else None,
        shift=turn.shift.id if turn else None,
        day=turn.day if turn else None,
        turn_starts_at=turn.starts if turn else None,
        turn_ends_at=turn.ends if turn else None,
    )


def _name(plan: Plan, rung: int) -> str:
    return plan.policy.escalation_rungs[rung].person


def _found(plan: Plan, one: Trouble, names: Mapping[UUID, str]) -> RotaFound:
    name = names.get(one.account) if one.account else None
    return RotaFound(rung=one.rung + 1, line=_name(plan, one.rung), kind=one.kind, name=name, starts_at=one.starts, ends_at=one.ends)


def _shift(row: ShiftRow, changes: Sequence[ChangeRow], names: Mapping[UUID, str]) -> RotaShift:
    return RotaShift(
        shift=row.id,
        rung=row.rung + 1,
        account=row.account_id,
        name=names[row.account_id],
        starts=row.starts,
        ends=row.ends,
        every_weeks=row.every_weeks,
        weekdays=row.weekdays,
        until=row.until,
        changes=[RotaChange(day=one.day, off=one.off, starts=one.starts, ends=one.ends) for one in changes],
    )


async def _swap(ctx: Context, plan: Plan, row: SwapRow, names: Mapping[UUID, str]) -> RotaSwap | None:
    """One that still can be agreed to; None where its turn is over, or is no more."""
    shift = await shift_of(ctx, await ctx.db.get_one(ShiftRow, row.shift_id))
    turn = turn_on(shift, row.day, [one for one in plan.swaps if (one.shift, one.day) == (shift.id, row.day)], plan.zone)
    if turn is None or turn.ends <= ctx.now or row.day not in days_of(shift, row.day, row.day):
        return None
    return RotaSwap(
        swap=row.id,
        shift=row.shift_id,
        day=row.day,
        rung=shift.rung + 1,
        starts_at=turn.starts,
        ends_at=turn.ends,
        of_account=row.of_account,
        of_name=names[row.of_account],
        offered_to=row.offered_to,
        offered_name=names.get(row.offered_to) if row.offered_to else None,
        asked_at=row.asked_at,
    )


async def _asked(ctx: Context, hub: UUID) -> Sequence[SwapRow]:
    """Nobody has said yes yet. What is over is left out later, moment by moment; what is long over is not read."""
    waiting = select(SwapRow).where(SwapRow.hub_id == hub, col(SwapRow.agreed_at).is_(None), col(SwapRow.ended_at).is_(None))
    return (await ctx.db.exec(waiting.where(SwapRow.day >= (ctx.now - timedelta(days=30)).date()).order_by(col(SwapRow.day), col(SwapRow.id)))).all()


async def _away(ctx: Context, hub: UUID) -> Sequence[LeaveRow]:
    to_come = select(LeaveRow).where(LeaveRow.hub_id == hub, col(LeaveRow.removed_at).is_(None), LeaveRow.ends_at > ctx.now)
    return (await ctx.db.exec(to_come.order_by(col(LeaveRow.starts_at), col(LeaveRow.id)))).all()


async def _planned(ctx: Context, hub: UUID) -> list[tuple[ShiftRow, list[ChangeRow]]]:
    """The shifts that go on, with what is different about days to come."""
    since = (ctx.now - timedelta(days=1)).date()
    ours = select(ShiftRow).where(ShiftRow.hub_id == hub, col(ShiftRow.removed_at).is_(None), or_(col(ShiftRow.until).is_(None), col(ShiftRow.until) >= since))
    rows = [row for row in (await ctx.db.exec(ours.order_by(col(ShiftRow.rung), col(ShiftRow.starts), col(ShiftRow.id)))).all() if _goes_on(row, since)]
    held = select(ChangeRow).where(col(ChangeRow.shift_id).in_([row.id for row in rows]), col(ChangeRow.ended_at).is_(None), ChangeRow.day >= since)
    changes = (await ctx.db.exec(held.order_by(col(ChangeRow.day)))).all()
    return [(row, [one for one in changes if one.shift_id == row.id]) for row in rows]


def _goes_on(row: ShiftRow, since: date) -> bool:
    return row.every_weeks > 0 or row.ends[:10] >= since.isoformat()
