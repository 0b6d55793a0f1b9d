"""The rota of a hub as rows say it, in the terms of the pure rule: read once, laid out for any line and window inside."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, or_, select

from beside.accounts.permissions import TABLE, Permission
from beside.accounts.tables import Account, RoleGrant
from beside.escalations.shifts.layout import LONGEST, Change, Leave, Shift, Span, Swap, who
from beside.escalations.shifts.tables import ChangeRow, LeaveRow, ShiftRow, SwapRow
from beside.escalations.shifts.wall import read_wall, wall_of
from beside.hubs.policy import Policy
from beside.hubs.scope import policy_of
from beside.kit.context import Context

REACH = 2 * LONGEST  # an occurrence whose hours were moved may begin so long before the window


@dataclass(frozen=True, slots=True)
class Plan:
    """`people`: who can answer a call at all. A shift of anybody else is none: they would be called, and could do nothing."""

    policy: Policy
    zone: ZoneInfo
    people: frozenset[UUID]
    shifts: Sequence[Shift]
    leave: Sequence[Leave]
    swaps: Sequence[Swap]

    @property
    def rungs(self) -> list[int]:
        """The lines of the rota: rungs of the ladder that follow it, counted from 0."""
        return [place for place, rung in enumerate(self.policy.escalation_rungs) if rung.rota]

    def line(self, rung: int, start: datetime, end: datetime) -> list[Span]:
        """Who answers this rung, moment by moment."""
        return who([shift for shift in self.shifts if shift.rung == rung], self.leave, self.swaps, start, end, self.zone)


async def plan_of(ctx: Context, hub: UUID, start: datetime, end: datetime) -> Plan:
    """Everything that bears on the window."""
    policy = await policy_of(ctx, hub)
    zone = ZoneInfo(policy.timezone)
    people = await who_can_answer(ctx, hub)
    since = wall_of(start - REACH, zone).date()
    rows = await _shifts(ctx, hub, since)
    changes = await _changes(ctx, [row.id for row in rows])
    away = select(LeaveRow).where(LeaveRow.hub_id == hub, col(LeaveRow.removed_at).is_(None), LeaveRow.ends_at > start, LeaveRow.starts_at < end)
    swapped = select(SwapRow).where(SwapRow.hub_id == hub, col(SwapRow.agreed_at).is_not(None), col(SwapRow.ended_at).is_(None))
    return Plan(
        policy,
        zone,
        people,
        [as_shift(row, changes[row.id]) for row in rows if row.account_id in people],
        [Leave(row.account_id, row.starts_at, row.ends_at) for row in (await ctx.db.exec(away)).all()],
        [swap for swap in as_swaps(await ctx.db.exec(swapped.where(SwapRow.day >= since))) if swap.to in people],
    )


async def who_can_answer(ctx: Context, hub: UUID) -> frozenset[UUID]:
    """Everybody of the hub whose role lets them take a call."""
    roles = TABLE[Permission.escalation_acknowledge].roles
    holders = select(RoleGrant.account_id).join(Account, col(Account.id) == col(RoleGrant.account_id))
    held = holders.where(Account.hub_id == hub, col(RoleGrant.role).in_(roles), col(RoleGrant.revoked_at).is_(None))
    return frozenset((await ctx.db.exec(held)).all())


async def shift_of(ctx: Context, row: ShiftRow) -> Shift:
    """One row, with what is different about single days."""
    return as_shift(row, (await _changes(ctx, [row.id]))[row.id])


def as_shift(row: ShiftRow, changes: dict[date, Change]) -> Shift:
    return Shift(
        id=row.id, rung=row.rung, account=row.account_id, starts=read_wall(row.starts), ends=read_wall(row.ends), made_at=row.made_at,
        every_weeks=row.every_weeks, weekdays=tuple(row.weekdays), until=row.until, counts_from=row.counts_from, changes=changes,
    )  # fmt: skip


def as_swaps(rows: Iterable[SwapRow]) -> list[Swap]:
    """Those that are agreed."""
    return [Swap(row.shift_id, row.day, row.of_account, row.to_account, row.agreed_at) for row in rows if row.to_account and row.agreed_at]


async def _shifts(ctx: Context, hub: UUID, since: date) -> Sequence[ShiftRow]:
    ours = select(ShiftRow).where(ShiftRow.hub_id == hub, or_(col(ShiftRow.until).is_(None), col(ShiftRow.until) >= since))
    return (await ctx.db.exec(ours.order_by(col(ShiftRow.rung), col(ShiftRow.starts), col(ShiftRow.id)))).all()


async def _changes(ctx: Context, shifts: Sequence[UUID]) -> dict[UUID, dict[date, Change]]:
    found: dict[UUID, dict[date, Change]] = defaultdict(dict)
    for row in await ctx.db.exec(select(ChangeRow).where(col(ChangeRow.shift_id).in_(shifts), col(ChangeRow.ended_at).is_(None))):
        found[row.shift_id][row.day] = Change(row.off, _wall(row.starts), _wall(row.ends))
    return found


def _wall(text: str | None) -> datetime | None:
    return None if text is None else read_wall(text)
