"""How long people usually wait here at this hour: an honest range, or nothing. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil, floor
from statistics import quantiles
from zoneinfo import ZoneInfo

DAYS = 28  # four of each weekday: recent enough to be true of this team
AROUND = timedelta(hours=1)  # either side of this hour of the day
ENOUGH = 20  # below that we say that we can't tell yet


def windows(now: datetime, zone: str) -> list[tuple[datetime, datetime]]:
    """The spans of the last 28 days, and of today so far, that lie within an hour of this time of day in the hub's zone."""
    here = now.astimezone(ZoneInfo(zone))
    days = [here - timedelta(days=day) for day in range(1, DAYS + 1)]  # wall-clock days: 18:00 stays 18:00 when the clocks change
    return [(now - AROUND, now), *((day.astimezone(now.tzinfo) - AROUND, day.astimezone(now.tzinfo) + AROUND) for day in days)]


def usual_minutes(waits: Sequence[timedelta]) -> tuple[int, int] | None:
    """From the 25th to the 75th percentile, rounded outwards to whole minutes; None where there are too few to tell."""
    if len(waits) < ENOUGH:
        return None
    low, _, high = quantiles([wait / timedelta(minutes=1) for wait in waits], n=4, method="inclusive")
    return floor(low), max(1, ceil(high))
