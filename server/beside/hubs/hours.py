"""Opening hours, as a pure rule: is a hub open at this moment, and if not, when is it next?"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from beside.hubs.policy import Policy, Span

WEEK = 7


def is_open(policy: Policy, at: datetime) -> bool:
    """Whether the hub is open at `at` (aware)."""
    if policy.open_hours is None:
        return True
    return any(start <= at < end for start, end in _around(policy, at))


def opens_at(policy: Policy, at: datetime) -> datetime | None:
    """The next opening after `at`, in the hub's zone; None while open, or where the hub has no hours at all."""
    if policy.open_hours is None or is_open(policy, at):
        return None
    return min((start for start, _ in _around(policy, at) if start > at), default=None)


def open_after(policy: Policy, at: datetime, by: timedelta) -> datetime:
    """When `by` of open time has passed since `at`. A hub that never opens in the coming week is taken as always open: a timer must end."""
    spans = [] if policy.open_hours is None else sorted(_around(policy, at))
    left = by
    for start, end in spans:
        begin = max(start, at)
        if end <= begin:
            continue
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return at + by


def open_spans(policy: Policy, start: datetime, end: datetime) -> list[tuple[datetime, datetime]] | None:
    """When the hub is open between two moments, in UTC; None: always. Spans may touch or overlap, as the policy has them."""
    if policy.open_hours is None:
        return None
    weeks = range((end - start) // timedelta(days=WEEK) + 1)
    placed = {span for week in weeks for span in _around(policy, start + timedelta(days=WEEK * week))}
    inside = [(max(opens.astimezone(UTC), start), min(closes.astimezone(UTC), end)) for opens, closes in placed]
    return sorted((opens, closes) for opens, closes in inside if opens < closes)


def _around(policy: Policy, at: datetime) -> list[tuple[datetime, datetime]]:
    """Every span that touches the days from yesterday to a week on."""
    zone = ZoneInfo(policy.timezone)
    today = at.astimezone(zone).date()
    days = [today + timedelta(days=n) for n in range(-1, WEEK + 1)]
    return [
        _placed(span, datetime(day.year, day.month, day.day, tzinfo=zone)) for day in days for span in policy.open_hours or [] if span.weekday == day.weekday()
    ]


def _placed(span: Span, midnight: datetime) -> tuple[datetime, datetime]:
    """Wall-clock arithmetic in the hub's zone: 18:00 stays 18:00 on the day the clocks change."""
    return midnight + timedelta(minutes=span.start), midnight + timedelta(minutes=span.end)
