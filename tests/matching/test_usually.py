"""Honest ranges, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from beside.matching.usually import ENOUGH, usual_minutes, windows


def minutes(*some: float) -> list[timedelta]:
    return [timedelta(minutes=each) for each in some]


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        ([], None),
        (minutes(*[5.0] * (ENOUGH - 1)), None),
        (minutes(*[5.0] * ENOUGH), (5, 5)),
        (minutes(*[4.2] * 10, *[8.1] * 10), (4, 9)),
        (minutes(*range(1, 21)), (5, 16)),
        (minutes(*[0.2] * ENOUGH), (0, 1)),
        (minutes(*[3.0] * 19, 600.0), (3, 3)),
    ],
    ids=["nothing", "too few", "enough", "rounded outwards", "the middle half", "moments", "one long night"],
)
def test_a_range_is_the_middle_half_rounded_outwards(waits: list[timedelta], expected: tuple[int, int] | None) -> None:
    """Never a single invented number, never from fewer than 20 waits, never swayed by one long night."""
    assert expected == usual_minutes(waits)


def test_the_windows_are_this_hour_on_each_of_the_last_28_days() -> None:
    """Today up to now, and an hour either side on every earlier day."""
    now = datetime(2026, 6, 20, 18, 30, tzinfo=UTC)
    spans = windows(now, "UTC")
    assert 29 == len(spans)
    assert (now - timedelta(hours=1), now) == spans[0]
    assert (now - timedelta(days=1, hours=1), now - timedelta(days=1) + timedelta(hours=1)) == spans[1]
    assert (now - timedelta(days=28, hours=1), now - timedelta(days=28) + timedelta(hours=1)) == spans[28]


def test_the_hour_is_the_hubs_own_when_the_clocks_change() -> None:
    """19:30 in Berlin is compared with 19:30 in Berlin, on either side of the change (29 March 2026)."""
    now = datetime(2026, 4, 1, 17, 30, tzinfo=UTC)  # 19:30 in summer
    before_the_change = windows(now, "Europe/Berlin")[4]  # 28 March, when 19:30 was 18:30 UTC
    assert datetime(2026, 3, 28, 17, 30, tzinfo=UTC) == before_the_change[0]
    assert datetime(2026, 3, 28, 19, 30, tzinfo=UTC) == before_the_change[1]
