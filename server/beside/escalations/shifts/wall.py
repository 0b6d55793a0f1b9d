"""What a clock on the wall of a hub shows, as a moment: pure, and decided for the two nights a year on which that is not plain.

- A time that does not exist (02:30 on the night the clocks go forward) is the moment the clocks jump: 03:00.
- A time that exists twice (01:30 on the night they go back) is the first of the two.

So of two times on the wall the later one is never the earlier moment. Shifts that meet on the wall meet in truth, none has a length below zero, and a
night shift over the change is an hour shorter or longer.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FORM = "%Y-%m-%dT%H:%M"


def moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment (UTC) at which a clock in `zone` shows `wall` (without a zone, to the minute)."""
    at = _read(wall, zone, fold=0)
    return at if wall_of(at, zone) == wall else _jump(_read(wall, zone, fold=1), at, zone)


def wall_of(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clock shows at `at`, without its zone."""
    return at.astimezone(zone).replace(tzinfo=None)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment this day begins. In zones that change at midnight, that is when the clock first shows something of the day."""
    return moment(datetime.combine(day, time()), zone)


def read_wall(text: str) -> datetime:
    """`2026-12-01T20:00` as a time on the wall. Raises `ValueError`, for years outside of 2000 to 2199 too: no rota means those."""
    wall = datetime.strptime(text, FORM)  # noqa: DTZ007  # a time on the wall has no zone
    if len(text) != 16 or not 2000 <= wall.year < 2200:
        raise ValueError(text)
    return wall


def write_wall(wall: datetime) -> str:
    return wall.strftime(FORM)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _read(wall: datetime, zone: ZoneInfo, *, fold: int) -> datetime:
    """With the offset of before the change, or (`fold` 1) of after it."""
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks jump, to the second: it is known to be between these two."""
    new = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == new:
            after = middle
        else:
            before = middle
    return after
