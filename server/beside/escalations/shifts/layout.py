"""Who is on shift at each moment: a pure rule over rows. Time and zone are arguments; there is no database here and no clock.

Where two shifts of one line overlap, one answers: a single shift before one that repeats, then the one that was written down later. Whoever is away is
passed over, moment by moment, and the other shift answers meanwhile; where there is none, that is a gap.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from beside.escalations.shifts.wall import moment, monday_of, wall_of

LONGEST = timedelta(days=14)  # one turn of duty: a week is usual, two are the most that we have heard of
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Change:
    """One occurrence that differs: it falls out (`off`), or has other hours (on the wall)."""

    off: bool = False
    starts: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """`starts` and `ends` are the first occurrence, on the wall of the hub. `every_weeks` 0: only that one; else on these `weekdays` (Monday is 0) of
    every so many weeks, counted from the week of `starts`. Occurrences before `counts_from` or after `until` (days on which they begin) are none.
    """

    id: UUID
    rung: int
    account: UUID
    starts: datetime
    ends: datetime
    made_at: datetime
    every_weeks: int = 0
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    counts_from: date | None = None
    changes: Mapping[date, Change] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Swap:
    """`to` does one occurrence in place of `of`. The later of two says who; one that no longer fits who is on changes nothing."""

    shift: UUID
    day: date
    of: UUID
    to: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Leave:
    """Away from one moment to another."""

    account: UUID
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """One occurrence of a shift, with who does it."""

    shift: Shift
    day: date
    account: UUID
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """From `starts` to `ends` (moments) one answer: a turn of somebody, or nobody. `away`: whose turn it is, who is on leave."""

    starts: datetime
    ends: datetime
    turn: Turn | None = None
    away: UUID | None = None

    @property
    def account(self) -> UUID | None:
        return self.turn.account if self.turn else None


def who(shifts: Iterable[Shift], leave: Iterable[Leave], swaps: Iterable[Swap], start: datetime, end: datetime, zone: ZoneInfo) -> list[Span]:
    """The window cut into spans, in order, without a hole and without two answers. `shifts` are those of one line."""
    turns = turns_of(shifts, swaps, start, end, zone)
    away = [one for one in leave if one.starts < end and one.ends > start]
    bounds = [(one.starts, one.ends) for one in turns] + [(one.starts, one.ends) for one in away]
    cuts = {start, end} | {at for pair in bounds for at in pair if start < at < end}
    return _joined(_answer(turns, away, begins, ends) for begins, ends in pairwise(sorted(cuts)))


def turns_of(shifts: Iterable[Shift], swaps: Iterable[Swap], start: datetime, end: datetime, zone: ZoneInfo) -> list[Turn]:
    """Every occurrence that touches the window, the one that answers first in front."""
    agreed: dict[tuple[UUID, date], list[Swap]] = {}
    for swap in sorted(swaps, key=lambda one: one.at):
        agreed.setdefault((swap.shift, swap.day), []).append(swap)
    found = []
    for shift in sorted(shifts, key=lambda one: (one.every_weeks == 0, one.made_at, one.id), reverse=True):
        for day in days_of(shift, wall_of(start - 2 * LONGEST, zone).date(), wall_of(end, zone).date() + timedelta(days=1)):
            turn = turn_on(shift, day, agreed.get((shift.id, day), ()), zone)
            if turn and turn.starts < end and turn.ends > start:
                found.append(turn)
    return found


def days_of(shift: Shift, first: date, last: date) -> Iterator[date]:
    """The days from `first` to `last` on which this shift begins, what falls out by `Change` left in."""
    anchor = shift.starts.date()
    first = max(first, shift.counts_from or anchor, anchor)
    last = min(last, shift.until or last)
    if shift.every_weeks == 0:
        if first <= anchor <= last:
            yield anchor
        return
    day = first
    while day <= last:
        weeks = (monday_of(day) - monday_of(anchor)) // WEEK
        if weeks % shift.every_weeks:
            day = monday_of(day) + WEEK
            continue
        if day.weekday() in shift.weekdays:
            yield day
        day += timedelta(days=1)


def turn_on(shift: Shift, day: date, swaps: Sequence[Swap], zone: ZoneInfo) -> Turn | None:
    """The occurrence of that day, `swaps` being its own in order of time; None where it falls out, or the change of the clocks left nothing of it."""
    change = shift.changes.get(day, Change())
    if change.off:
        return None
    begins = change.starts or datetime.combine(day, shift.starts.time())
    ends = change.ends or datetime.combine(day, shift.starts.time()) + (shift.ends - shift.starts)
    account = shift.account
    for swap in swaps:
        account = swap.to if swap.of == account else account
    turn = Turn(shift, day, account, moment(begins, zone), moment(ends, zone))
    return turn if turn.starts < turn.ends else None


def _answer(turns: Sequence[Turn], away: Sequence[Leave], starts: datetime, ends: datetime) -> Span:
    first_away = None
    for turn in turns:
        if not (turn.starts <= starts and ends <= turn.ends):
            continue
        if not any(one.account == turn.account and one.starts <= starts and ends <= one.ends for one in away):
            return Span(starts, ends, turn)
        first_away = first_away or turn.account
    return Span(starts, ends, away=first_away)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Neighbours with the same answer are one."""
    joined: list[Span] = []
    for span in spans:
        if joined and (joined[-1].turn, joined[-1].away) == (span.turn, span.away):
            joined[-1] = Span(joined[-1].starts, span.ends, span.turn, span.away)
        else:
            joined.append(span)
    return joined
