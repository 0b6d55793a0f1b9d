"""What was asked for in writing, as the pure rule wants it; what cannot be is refused by its field. No database here."""

from datetime import date, datetime, timedelta
from uuid import UUID

from beside.escalations.shifts.layout import LONGEST, Shift
from beside.escalations.shifts.wall import read_wall
from beside.kit.errors import BadInput
from beside.protocol.rota import ChangeDay, PlanShift

EARLIER = timedelta(days=1)  # an occurrence may be moved to begin so long before its usual day, and no longer after it than a shift may last
FIRST_YEAR, LAST_YEAR = 2000, 2199  # as `wall.read_wall`


def read_shift(asked: PlanShift, account: UUID, shift: UUID, now: datetime) -> Shift:
    """Raises `BadInput`, naming the field."""
    starts, ends = read_time(asked.starts, "starts"), read_time(asked.ends, "ends")
    if not timedelta(0) < ends - starts <= LONGEST:
        raise BadInput("not_usable", field="ends")
    if asked.until is not None and (asked.every_weeks == 0 or asked.until < starts.date() or asked.until.year > LAST_YEAR):
        raise BadInput("not_usable", field="until")
    weekdays = tuple(sorted(set(asked.weekdays or ()))) or (starts.weekday(),)
    if asked.every_weeks and starts.weekday() not in weekdays:
        raise BadInput("not_usable", field="weekdays")  # the first one would be none
    return Shift(
        shift, asked.rung - 1, account, starts, ends, now, every_weeks=asked.every_weeks, weekdays=weekdays if asked.every_weeks else (), until=asked.until
    )


def read_hours(asked: ChangeDay) -> tuple[datetime, datetime] | None:
    """Other hours of one occurrence; None where none are asked for. Raises `BadInput`."""
    if asked.starts is None and asked.ends is None:
        return None
    if asked.off or asked.starts is None or asked.ends is None:
        raise BadInput("not_usable", field="ends" if asked.ends is None else "starts")
    starts, ends = read_time(asked.starts, "starts"), read_time(asked.ends, "ends")
    usual = datetime(asked.day.year, asked.day.month, asked.day.day)  # noqa: DTZ001  # on the wall
    if not usual - EARLIER <= starts <= usual + LONGEST:
        raise BadInput("not_usable", field="starts")
    if not timedelta(0) < ends - starts <= LONGEST:
        raise BadInput("not_usable", field="ends")
    return starts, ends


def read_time(text: str, field: str) -> datetime:
    """A time on the wall. Raises `BadInput`."""
    try:
        return read_wall(text)
    except ValueError:
        raise BadInput("not_usable", field=field) from None


def read_day(day: date, field: str) -> date:
    """A day that a rota can mean. Raises `BadInput`."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadInput("not_usable", field=field)
    return day
