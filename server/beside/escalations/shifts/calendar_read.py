"""What a calendar's events mean as shifts of a hub: days and weeks that repeat, single days that fall out. What we cannot keep is named. Pure.

Nothing here raises, whatever the text: it may come from anywhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from beside.escalations.shifts.calendar_lines import Event, Property, events_in, plain_text
from beside.escalations.shifts.layout import LONGEST, Shift, days_of
from beside.escalations.shifts.wall import read_wall, wall_of, write_wall
from beside.protocol.rota import CalendarNote

ENTRIES_AT_MOST = 200
NAME_AT_MOST = 80  # characters of a name that is shown
FURTHEST = 8  # weeks from one to the next, as a shift may have it
COUNT_AT_MOST = 1_000
DAY_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
KNOWN_RULES = frozenset({"FREQ", "INTERVAL", "BYDAY", "UNTIL", "COUNT", "WKST"})
TIME = re.compile(r"([0-9]{8})(?:T([0-9]{4})[0-9]{2}(Z?))?")
LENGTH = re.compile(r"P(?:([0-9]{1,3})W|(?:([0-9]{1,3})D)?(?:T(?:([0-9]{1,4})H)?(?:([0-9]{1,5})M)?(?:[0-9]{1,6}S)?)?)")


@dataclass(frozen=True, slots=True)
class Read:
    """One shift, on the wall of the hub."""

    name: str
    starts: datetime
    ends: datetime
    every_weeks: int = 0
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    off: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """The entry of this place, counted from 1, cannot be kept."""

    entry: int
    name: str
    note: CalendarNote


class _CannotKeep(Exception):
    def __init__(self, note: CalendarNote) -> None:
        super().__init__(note)
        self.note = note


def read_calendar(text: str, zone: ZoneInfo) -> tuple[list[Read], list[Left]]:
    """What can be kept, and what would be left out and why."""
    kept: list[Read] = []
    left: list[Left] = []
    for place, event in enumerate(islice(events_in(text), ENTRIES_AT_MOST + 1), 1):
        name = _name(event)
        if place > ENTRIES_AT_MOST:
            left.append(Left(place, "", CalendarNote.too_many))
            break
        try:
            kept.append(_read(event, name, zone))
        except _CannotKeep as why:
            left.append(Left(place, name, why.note))
    return kept, left


def _read(event: Event, name: str, zone: ZoneInfo) -> Read:
    if (status := event.first("STATUS")) and status.value.strip().upper() == "CANCELLED":
        raise _CannotKeep(CalendarNote.cancelled)
    if event.first("RECURRENCE-ID") or event.first("RDATE") or event.first("EXRULE"):
        raise _CannotKeep(CalendarNote.exceptions)
    begins = event.first("DTSTART")
    if begins is None:
        raise _CannotKeep(CalendarNote.no_times)
    starts, own = _time(begins, zone)
    ends = _end(event, begins, starts, zone)
    if not timedelta(0) < ends - starts <= LONGEST:
        raise _CannotKeep(CalendarNote.no_times)
    rules = event.all("RRULE")
    if not rules:
        return Read(name, starts, ends)
    if len(rules) > 1:
        raise _CannotKeep(CalendarNote.repeat_unknown)
    if own not in (None, zone.key):
        raise _CannotKeep(CalendarNote.zone_other)  # its hours here would change twice a year, on other days than the hub's clocks do
    return _repeating(
        Read(name, starts, ends),
        _rule(rules[0]),
        [_time(Property("", prop.params, one), zone)[0] for prop in event.all("EXDATE") for one in prop.value.split(",")],
        zone,
    )


def _repeating(once: Read, rule: dict[str, str], off: Sequence[datetime], zone: ZoneInfo) -> Read:
    if rule.keys() - KNOWN_RULES or rule.get("FREQ") not in ("DAILY", "WEEKLY") or ("UNTIL" in rule and "COUNT" in rule):
        raise _CannotKeep(CalendarNote.repeat_unknown)
    every = _number(rule.get("INTERVAL", "1"), CalendarNote.repeat_unknown)
    named = [part.strip() for part in rule["BYDAY"].split(",")] if "BYDAY" in rule else []
    if any(part not in DAY_NAMES for part in named):
        raise _CannotKeep(CalendarNote.repeat_unknown)
    days = tuple(sorted({DAY_NAMES.index(part) for part in named}))
    if rule["FREQ"] == "DAILY":
        if every % 7 and every != 1:
            raise _CannotKeep(CalendarNote.repeat_unknown)
        days, every = (days or tuple(range(7)), 1) if every == 1 else ((once.starts.weekday(),), every // 7)
    days = days or (once.starts.weekday(),)
    if once.starts.weekday() not in days or (rule.get("WKST", "MO") != "MO" and every > 1 and len(days) > 1):
        raise _CannotKeep(CalendarNote.repeat_unknown)
    if every > FURTHEST:
        raise _CannotKeep(CalendarNote.repeat_too_far)
    found = Read(once.name, once.starts, once.ends, every, days, None, tuple(sorted({at.date() for at in off})))
    until = _last_day(found, rule, zone)
    return Read(found.name, found.starts, found.ends, every, days, until, found.off)


def _last_day(found: Read, rule: dict[str, str], zone: ZoneInfo) -> date | None:
    """The last day on which it begins; None where it goes on."""
    if "UNTIL" in rule:
        last, _ = _time(Property("", {}, rule["UNTIL"]), zone)
        whole_day = "T" not in rule["UNTIL"]
        day = last.date() if whole_day or found.starts.time() <= last.time() else last.date() - timedelta(days=1)
        if day < found.starts.date():
            raise _CannotKeep(CalendarNote.no_times)
        return day
    if "COUNT" not in rule:
        return None
    count = _number(rule["COUNT"], CalendarNote.repeat_unknown)
    if count > COUNT_AT_MOST:
        raise _CannotKeep(CalendarNote.repeat_unknown)
    shift = Shift(UUID(int=0), 0, UUID(int=0), found.starts, found.ends, datetime(2000, 1, 1, tzinfo=UTC), found.every_weeks, found.weekdays)
    end = found.starts.date() + timedelta(weeks=found.every_weeks * count + 1)
    return list(islice(days_of(shift, found.starts.date(), end), count))[-1]


def _end(event: Event, begins: Property, starts: datetime, zone: ZoneInfo) -> datetime:
    if ends := event.first("DTEND"):
        return _time(ends, zone)[0]
    if lasts := event.first("DURATION"):
        found = LENGTH.fullmatch(lasts.value.strip())
        if found is None:
            raise _CannotKeep(CalendarNote.times_unreadable)
        weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
        return starts + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    if "T" not in begins.value:
        return starts + timedelta(days=1)
    raise _CannotKeep(CalendarNote.no_times)


def _time(prop: Property, zone: ZoneInfo) -> tuple[datetime, str | None]:
    """On the wall of the hub, and the zone it was written in; None where it was written in none."""
    found = TIME.fullmatch(prop.value.strip())
    if found is None:
        raise _CannotKeep(CalendarNote.times_unreadable)
    day, clock, utc = found.groups()
    clock = clock or "0000"
    try:
        wall = read_wall(f"{day[:4]}-{day[4:6]}-{day[6:]}T{clock[:2]}:{clock[2:]}")
    except ValueError:
        raise _CannotKeep(CalendarNote.times_unreadable) from None
    named = "UTC" if utc else prop.params.get("TZID")
    if named in (None, zone.key) or "T" not in prop.value:
        return wall, zone.key if named else None
    try:
        own = ZoneInfo(named)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _CannotKeep(CalendarNote.zone_unknown) from None
    there = wall_of(wall.replace(tzinfo=own), zone)
    return read_wall(write_wall(there)), named


def _rule(prop: Property) -> dict[str, str]:
    parts = [part.split("=", 1) for part in prop.value.strip().upper().split(";") if part]
    if any(len(part) != 2 for part in parts) or len({part[0] for part in parts}) != len(parts):
        raise _CannotKeep(CalendarNote.repeat_unknown)
    return {part[0]: part[1] for part in parts}


def _number(text: str, note: CalendarNote) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) > 0):
        raise _CannotKeep(note)
    return int(text)


def _name(event: Event) -> str:
    """What the entry is called, as it can be shown and looked for."""
    found = event.first("SUMMARY")
    seen = "".join(character for character in plain_text(found.value) if character.isprintable()) if found else ""
    return seen[:NAME_AT_MOST].strip()
