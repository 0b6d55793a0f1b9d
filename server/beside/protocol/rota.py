"""The rota over HTTP: what coordinators and clinicians ask for, and the week they are shown. Times on a wall are the hub's; the rest are moments."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from beside.protocol.shapes import RotaAnswer, RotaTrouble, Wall, Wire
from beside.protocol.snapshots import Snapshot

Rung = Annotated[int, Meta(ge=1, le=20, description="A line of the rota: a rung of the hub's ladder, counted from 1.")]
EveryWeeks = Annotated[int, Meta(ge=0, le=8, description="0: once. 1: every week. n: every n weeks, counted from the first.")]
Weekday = Annotated[int, Meta(ge=0, le=6, description="Monday is 0.")]
Weekdays = Annotated[list[Weekday], Meta(max_length=7)]


class PlanShift(Wire, frozen=True):
    """Somebody answers a rung from `starts` to `ends`: at most 14 days, once or again and again. Without `weekdays`, a repeat is on the day of `starts`.

    `until` is the last day on which it may begin.
    """

    rung: Rung
    account: UUID
    starts: Wall
    ends: Wall
    every_weeks: EveryWeeks = 0
    weekdays: Weekdays | None = None
    until: date | None = None


class EndShift(Wire, frozen=True):
    """No occurrence that begins on `from_day` or later."""

    from_day: date


class ChangeDay(Wire, frozen=True):
    """The occurrence that begins on `day` falls out, or has other hours. Neither: it is as usual again."""

    day: date
    off: bool = False
    starts: Wall | None = None
    ends: Wall | None = None


class AskSwap(Wire, frozen=True):
    """Who would take the occurrence of `day`? `to` null: whoever can. A coordinator can say that it is `agreed` already."""

    shift: UUID
    day: date
    to: UUID | None = None
    agreed: bool = False


class AgreeSwap(Wire, frozen=True):
    """Yes, I take it. `who`: a coordinator says it for somebody."""

    who: UUID | None = None


class TakeLeave(Wire, frozen=True):
    """Away, for at most a year. `account`: a coordinator says it for somebody."""

    starts: Wall
    ends: Wall
    account: UUID | None = None


class RotaPerson(Snapshot, frozen=True):
    """`reachable`: they have a channel that leads somewhere, as far as is known."""

    account: UUID
    name: str
    reachable: bool


class RotaDay(Snapshot, frozen=True):
    """A day of the hub's, which is an hour shorter or longer twice a year."""

    day: date
    starts_at: datetime
    ends_at: datetime


class RotaSpan(Snapshot, frozen=True):
    """One answer from one moment to another. `away`: whose turn it would be. `covers`: whose turn it was before a swap.

    `shift` and `day` name the occurrence, which lasts from `turn_starts_at` to `turn_ends_at`.
    """

    starts_at: datetime
    ends_at: datetime
    answer: RotaAnswer
    account: UUID | None
    name: str | None
    away: str | None
    covers: str | None
    shift: UUID | None
    day: date | None
    turn_starts_at: datetime | None
    turn_ends_at: datetime | None


class RotaLine(Snapshot, frozen=True):
    rung: int
    name: str
    spans: list[RotaSpan]


class RotaChange(Snapshot, frozen=True):
    day: date
    off: bool
    starts: Wall | None
    ends: Wall | None


class RotaShift(Snapshot, frozen=True):
    shift: UUID
    rung: int
    account: UUID
    name: str
    starts: Wall
    ends: Wall
    every_weeks: int
    weekdays: list[Weekday]
    until: date | None
    changes: list[RotaChange]


class RotaSwap(Snapshot, frozen=True):
    """Somebody asks to be relieved of one occurrence, and nobody has said yes. `offered_to` null: whoever can."""

    swap: UUID
    shift: UUID
    day: date
    rung: int
    starts_at: datetime
    ends_at: datetime
    of_account: UUID
    of_name: str
    offered_to: UUID | None
    offered_name: str | None
    asked_at: datetime


class RotaLeave(Snapshot, frozen=True):
    leave: UUID
    account: UUID
    name: str
    starts_at: datetime
    ends_at: datetime


class RotaFound(Snapshot, frozen=True):
    """Something that would go wrong in the next three days. `ends_at` null: no end is in sight."""

    rung: int
    line: str
    kind: RotaTrouble
    name: str | None
    starts_at: datetime
    ends_at: datetime | None


class RotaWeek(Snapshot, frozen=True):
    """Seven days of the hub's from a Monday. `shifts` is for those who plan, and empty for others; `swaps` and `leave` are what is still to come."""

    zone: str
    monday: date
    days: list[RotaDay]
    lines: list[RotaLine]
    people: list[RotaPerson]
    shifts: list[RotaShift]
    swaps: list[RotaSwap]
    leave: list[RotaLeave]
    found: list[RotaFound]
    may_plan: bool


class RotaFeed(Snapshot, frozen=True):
    """An address for a calendar to read. It is shown this once; making a new one ends the old."""

    url: str


class CalendarNote(StrEnum):
    """Why an entry of a calendar would be left out."""

    no_times = "no_times"
    times_unreadable = "times_unreadable"
    zone_unknown = "zone_unknown"
    zone_other = "zone_other"
    repeat_unknown = "repeat_unknown"
    repeat_too_far = "repeat_too_far"
    exceptions = "exceptions"
    cancelled = "cancelled"
    too_many = "too_many"


CalendarText = Annotated[str, Meta(min_length=1, max_length=60_000, description="The text of a calendar file (iCalendar, RFC 5545).")]
EntryName = Annotated[str, Meta(max_length=80)]


class RenewFeed(Wire, frozen=True):
    """`whole`: the hub's rota, for who plans it; else one's own turns."""

    whole: bool = False


class ReadCalendar(Wire, frozen=True):
    """What would be kept of it. Nothing is."""

    text: CalendarText


class CalendarPerson(Wire, frozen=True):
    """Whom a name in the calendar means; null: its entries are left out."""

    name: EntryName
    account: UUID | None = None


class BringCalendarIn(Wire, frozen=True):
    """The same text again, with which line it is for and who is who. All of it is kept, or nothing."""

    text: CalendarText
    rung: Rung
    people: Annotated[list[CalendarPerson], Meta(max_length=100)]


class CalendarEntry(Snapshot, frozen=True):
    """One shift that would be kept, as it stands in the hub's zone. `off`: days on which it falls out."""

    name: str
    starts: Wall
    ends: Wall
    every_weeks: int
    weekdays: list[Weekday]
    until: date | None
    off: list[date]


class CalendarLeft(Snapshot, frozen=True):
    """The entry of this place (from 1) would be left out."""

    entry: int
    name: str
    note: CalendarNote


class CalendarName(Snapshot, frozen=True):
    """A name in the calendar, and who is called that here, if anybody is."""

    name: str
    account: UUID | None


class CalendarRead(Snapshot, frozen=True):
    entries: list[CalendarEntry]
    left: list[CalendarLeft]
    names: list[CalendarName]


class CalendarKept(Snapshot, frozen=True):
    kept: int
