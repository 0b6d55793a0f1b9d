"""Who is on shift when: properties that hold for any rota, and a calendar of the cases that people have."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from beside.escalations.shifts.gaps import Hole, holes
from beside.escalations.shifts.layout import Change, Leave, Shift, Span, Swap, who
from beside.escalations.shifts.wall import midnight, moment, read_wall, wall_of, write_wall

LONDON, KOLKATA, LORD_HOWE, HAVANA = map(ZoneInfo, ("Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana"))
ZONES = (LONDON, ZoneInfo("America/New_York"), KOLKATA, LORD_HOWE, HAVANA, ZoneInfo("UTC"))
ADA, BEN, CAI = (UUID(int=n) for n in (1, 2, 3))
NAMES = {ADA: "ada", BEN: "ben", CAI: "cai", None: "-"}
MADE = datetime(2026, 1, 1, tzinfo=UTC)
EVERY_DAY = tuple(range(7))


def shift(account: UUID, starts: str, ends: str, number: int = 1, **more: object) -> Shift:
    return Shift(UUID(int=number), 0, account, read_wall(starts), read_wall(ends), MADE + timedelta(minutes=number), **more)  # type: ignore[arg-type]  # handed on


def daily(account: UUID, starts: str, ends: str, number: int = 1, **more: object) -> Shift:
    return shift(account, starts, ends, number, every_weeks=1, weekdays=EVERY_DAY, **more)


def told(spans: list[Span], zone: ZoneInfo = LONDON) -> list[str]:
    """Each span as people say it, on the wall: `"ada 01T20:00-02T08:00"`."""
    return [f"{NAMES[one.account]} {wall_of(one.starts, zone):%dT%H:%M}-{wall_of(one.ends, zone):%dT%H:%M}" for one in spans]


def laid_out(
    shifts: list[Shift], first: date, days: int, zone: ZoneInfo = LONDON, *, leave: list[Leave] | None = None, swaps: list[Swap] | None = None
) -> list[Span]:
    return who(shifts, leave or [], swaps or [], midnight(first, zone), midnight(first + timedelta(days=days), zone), zone)


minutes = st.integers(0, 60 * 24 * 21)
walls = minutes.map(lambda n: datetime(2026, 3, 20) + timedelta(minutes=n))  # noqa: DTZ001  # on the wall; the clocks change on 29 March
moments = minutes.map(lambda n: datetime(2026, 3, 20, tzinfo=UTC) + timedelta(minutes=n))
people = st.sampled_from([ADA, BEN, CAI])


@st.composite
def shifts_of_a_line(draw: st.DrawFn) -> list[Shift]:
    made = []
    for number in range(1, draw(st.integers(0, 5)) + 1):
        starts = draw(walls)
        ends = starts + timedelta(minutes=draw(st.integers(1, 60 * 24 * 3)))
        off = {starts.date() + timedelta(days=n): Change(off=True) for n in draw(st.sets(st.integers(0, 10), max_size=3))}
        weekdays = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1)) | {starts.weekday()}))
        made.append(shift(draw(people), write_wall(starts), write_wall(ends), number, every_weeks=draw(st.integers(0, 3)), weekdays=weekdays, changes=off))
    return made


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    shifts=shifts_of_a_line(),
    away=st.lists(st.tuples(people, moments, st.integers(1, 5_000)), max_size=3),
    swapped=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12), people, people), max_size=3),
    start=moments,
    lasts=st.integers(1, 60 * 24 * 10),
    zone=st.sampled_from(ZONES),
)
def test_each_moment_has_one_answer(
    shifts: list[Shift], away: list[tuple[UUID, datetime, int]], swapped: list[tuple[int, int, UUID, UUID]], start: datetime, lasts: int, zone: ZoneInfo
) -> None:
    """Whatever the rota, the spans are the window: in order, none twice, none missing; nobody answers while away, and nobody but who has a turn (FAULTS 99)."""
    leave = [Leave(person, at, at + timedelta(minutes=n)) for person, at, n in away]
    swaps = [
        Swap(shifts[n % len(shifts)].id, shifts[n % len(shifts)].starts.date() + timedelta(days=days), of, to, MADE) for n, days, of, to in swapped if shifts
    ]
    end = start + timedelta(minutes=lasts)
    spans = who(shifts, leave, swaps, start, end, zone)
    assert [start, *(one.ends for one in spans)] == [*(one.starts for one in spans), end]
    assert all(one.starts < one.ends for one in spans)
    assert all((a.turn, a.away) != (b.turn, b.away) for a, b in pairwise(spans))
    for one in spans:
        gone = [each for each in leave if each.account == one.account and each.starts < one.ends and each.ends > one.starts]
        assert [] == gone
        if one.turn:
            assert one.turn.starts <= one.starts
            assert one.ends <= one.turn.ends
            assert one.turn.account in {one.turn.shift.account} | {swap.to for swap in swaps if swap.shift == one.turn.shift.id}


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(shifts=shifts_of_a_line(), start=moments, cut=st.integers(1, 5_000), lasts=st.integers(1, 5_000), zone=st.sampled_from(ZONES))
def test_a_window_is_the_sum_of_its_parts(shifts: list[Shift], start: datetime, cut: int, lasts: int, zone: ZoneInfo) -> None:
    """Who asks for a week gets what who asks day by day gets: no answer depends on the window."""
    middle = start + timedelta(minutes=cut)
    end = middle + timedelta(minutes=lasts)
    parts = [*who(shifts, [], [], start, middle, zone), *who(shifts, [], [], middle, end, zone)]
    whole = who(shifts, [], [], start, end, zone)
    for one in parts:
        assert [one.turn] == [span.turn for span in whole if span.starts <= one.starts and one.ends <= span.ends]


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@example(first=datetime(2026, 3, 29, 1, 30), further=45, zone=LONDON)  # noqa: DTZ001  # on the wall
@given(first=walls, further=st.integers(0, 4_000), zone=st.sampled_from(ZONES))
def test_later_on_the_wall_is_never_earlier_in_truth(first: datetime, further: int, zone: ZoneInfo) -> None:
    """Over every change of the clocks, the order of two times on the wall stays: no shift has a length below zero."""
    assert moment(first, zone) <= moment(first + timedelta(minutes=further), zone)


@pytest.mark.parametrize(
    ("wall", "zone", "expected"),
    [
        ("2026-03-29T00:59", LONDON, "2026-03-29T00:59"),
        ("2026-03-29T01:00", LONDON, "2026-03-29T01:00"),  # not there: the moment the clocks jump
        ("2026-03-29T01:30", LONDON, "2026-03-29T01:00"),
        ("2026-03-29T02:00", LONDON, "2026-03-29T01:00"),
        ("2026-10-25T01:30", LONDON, "2026-10-25T00:30"),  # there twice: the first
        ("2026-10-25T02:00", LONDON, "2026-10-25T02:00"),
        ("2026-10-04T02:15", LORD_HOWE, "2026-10-03T15:30"),  # half an hour is not there
        ("2026-03-08T00:00", HAVANA, "2026-03-08T05:00"),  # a day that begins at one o'clock
        ("2026-06-01T12:00", KOLKATA, "2026-06-01T06:30"),
    ],
)
def test_a_time_on_the_wall_is_one_moment(wall: str, zone: ZoneInfo, expected: str) -> None:
    """A time that is not there is the moment of the jump; one that is there twice is the first (FAULTS 99)."""
    assert expected == write_wall(moment(read_wall(wall), zone).replace(tzinfo=None))


NIGHTS = [daily(ADA, "2026-03-01T08:00", "2026-03-01T20:00", 1), daily(BEN, "2026-03-01T20:00", "2026-03-02T08:00", 2)]


@pytest.mark.parametrize(
    ("first", "hours"),
    [(date(2026, 3, 28), 11), (date(2026, 10, 24), 13), (date(2026, 6, 1), 12)],
    ids=["the clocks go forward", "the clocks go back", "they stay"],
)
def test_a_night_over_the_change_of_the_clocks(first: date, hours: int) -> None:
    """From eight to eight on the wall: an hour less or more in truth, and nobody is missing at either end (FAULTS 99)."""
    spans = laid_out(NIGHTS, first, 2)
    assert ["ben", "ada", "ben", "ada", "ben"] == [NAMES[one.account] for one in spans]
    assert timedelta(hours=hours) == spans[2].ends - spans[2].starts


@pytest.mark.parametrize(
    ("shifts", "leave", "swaps", "expected"),
    [
        pytest.param([], [], [], ["- 01T00:00-02T00:00"], id="empty"),
        pytest.param(
            [daily(ADA, "2026-05-01T08:00", "2026-05-01T20:00"), daily(BEN, "2026-05-01T20:30", "2026-05-02T08:00", 2)], [], [],
            ["ben 01T00:00-01T08:00", "ada 01T08:00-01T20:00", "- 01T20:00-01T20:30", "ben 01T20:30-02T00:00"],
            id="half an hour nobody has at the change of shifts",
        ),
        pytest.param(
            [daily(ADA, "2026-05-01T00:00", "2026-05-02T00:00")],
            [Leave(ADA, datetime(2026, 6, 1, 9, tzinfo=UTC), datetime(2026, 6, 1, 11, tzinfo=UTC))], [],
            ["ada 01T00:00-01T10:00", "- 01T10:00-01T12:00", "ada 01T12:00-02T00:00"],
            id="away for two hours of it",
        ),
        pytest.param(
            [daily(ADA, "2026-05-01T00:00", "2026-05-02T00:00"), daily(BEN, "2026-05-01T09:00", "2026-05-01T11:00", 2)],
            [Leave(BEN, datetime(2026, 6, 1, 9, tzinfo=UTC), datetime(2026, 6, 1, 20, tzinfo=UTC))], [],
            ["ada 01T00:00-01T09:00", "ben 01T09:00-01T10:00", "ada 01T10:00-02T00:00"],
            id="away, and the other shift covers",
        ),
        pytest.param(
            [daily(ADA, "2026-05-01T00:00", "2026-05-02T00:00")], [], [Swap(UUID(int=1), date(2026, 6, 1), ADA, CAI, MADE)],
            ["cai 01T00:00-02T00:00"], id="swapped",
        ),
        pytest.param(
            [daily(ADA, "2026-05-01T00:00", "2026-05-02T00:00")], [],
            [Swap(UUID(int=1), date(2026, 6, 1), ADA, CAI, MADE), Swap(UUID(int=1), date(2026, 6, 1), CAI, BEN, MADE + timedelta(days=1))],
            ["ben 01T00:00-02T00:00"], id="swapped on",
        ),
        pytest.param(
            [daily(ADA, "2026-05-01T00:00", "2026-05-02T00:00")], [], [Swap(UUID(int=1), date(2026, 6, 1), BEN, CAI, MADE)],
            ["ada 01T00:00-02T00:00"], id="a swap of somebody who is not on",
        ),
        pytest.param(
            [daily(ADA, "2026-05-01T00:00", "2026-05-02T00:00")],
            [Leave(CAI, datetime(2026, 6, 1, 9, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC))],
            [Swap(UUID(int=1), date(2026, 6, 1), ADA, CAI, MADE)],
            ["cai 01T00:00-01T10:00", "- 01T10:00-02T00:00"], id="whoever took it over is away",
        ),
        pytest.param(
            [daily(ADA, "2026-05-01T00:00", "2026-05-02T00:00"), shift(BEN, "2026-06-01T12:00", "2026-06-01T13:00", 2)], [], [],
            ["ada 01T00:00-01T12:00", "ben 01T12:00-01T13:00", "ada 01T13:00-02T00:00"], id="a single shift goes before one that repeats",
        ),
        pytest.param(
            [shift(ADA, "2026-05-30T09:00", "2026-06-06T09:00")], [], [], ["ada 01T00:00-02T00:00"], id="a week of duty that began before",
        ),
        pytest.param(
            [daily(ADA, "2026-05-01T00:00", "2026-05-02T00:00", until=date(2026, 5, 31))], [], [], ["- 01T00:00-02T00:00"], id="over",
        ),
        pytest.param(
            [daily(ADA, "2026-05-01T08:00", "2026-05-01T20:00", changes={date(2026, 6, 1): Change(starts=read_wall("2026-06-01T10:00"), ends=read_wall("2026-06-01T12:00"))})], [], [],  # noqa: E501  # one row of a table
            ["- 01T00:00-01T10:00", "ada 01T10:00-01T12:00", "- 01T12:00-02T00:00"], id="other hours this once",
        ),
        pytest.param(
            [daily(ADA, "2026-05-01T08:00", "2026-05-01T20:00", changes={date(2026, 6, 1): Change(off=True)})], [], [],
            ["- 01T00:00-02T00:00"], id="falls out this once",
        ),
    ],
)  # fmt: skip
def test_a_day_as_people_plan_it(shifts: list[Shift], leave: list[Leave], swaps: list[Swap], expected: list[str]) -> None:
    """One summer day in London, planned in each way that a rota has: who answers is who should, and what is missing is said (FAULTS 99)."""
    assert expected == told(laid_out(shifts, date(2026, 6, 1), 1, leave=leave, swaps=swaps))


def test_every_second_week_is_counted_from_the_first() -> None:
    """Monday and Thursday of every second week: the weeks between are somebody else's, over a new year too."""
    mine = shift(ADA, "2026-12-17T09:00", "2026-12-17T17:00", every_weeks=2, weekdays=(0, 3))
    spans = laid_out([mine], date(2026, 12, 14), 35)
    assert ["ada 17T09:00-17T17:00", "ada 28T09:00-28T17:00", "ada 31T09:00-31T17:00", "ada 11T09:00-11T17:00", "ada 14T09:00-14T17:00"] == [
        said for said in told(spans) if said.startswith("ada")
    ]


def test_a_hub_that_is_shut_needs_nobody() -> None:
    """What is missing counts only while the hub is open; leave is told from a rota that is empty."""
    at = [datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in (9, 12, 15, 18, 21)]
    spans = [Span(at[0], at[1]), Span(at[1], at[2], away=ADA), Span(at[2], at[4])]
    assert [Hole(at[0], at[1]), Hole(at[1], at[2], ADA), Hole(at[2], at[4])] == holes(spans, None)
    half = timedelta(hours=1)
    opened = [(at[0] + half, at[1]), (at[1], at[1] + half), (at[2], at[2] + half), (at[3], at[3] + half)]
    assert [Hole(at[0] + half, at[1]), Hole(at[1], at[1] + half, ADA), Hole(at[2], at[3] + half)] == holes(spans, opened)
    assert [] == holes(spans, [])
