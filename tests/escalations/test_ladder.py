"""The ladder as tables: what comes next after what happened, at each severity, and a whole climb in virtual time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beside.escalations.ladder import TIMERS, Climb, Do, Paged, Step, Taken, next_step, pause

AT = datetime(2026, 3, 2, 21, 34, tzinfo=UTC)
THREE = Climb(rungs=(2, 1, 1), turn=1, started_at=AT)
NEVER: list[Paged] = []


def s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def page(rung: int = 0, place: int = 0, at: float = 0, **more: object) -> Paged:
    return Paged(turn=1, rung=rung, place=place, created_at=AT + s(at), **more)  # type: ignore[arg-type]  # named as they are


SENT = page(tries=1, tried_at=AT, delivered_at=AT + s(1))
UNSENT = page(tries=1, tried_at=AT)

STEPS: list[tuple[str, str, Climb, list[Paged], Taken | None, Step | None]] = [
    ("nothing yet: the first page at once", "critical", THREE, NEVER, None, Step(Do.page, AT)),
    ("a page that was never tried: at once", "critical", THREE, [page()], None, Step(Do.post, AT, page=0)),
    ("refused once: again after 2 s", "critical", THREE, [UNSENT], None, Step(Do.post, AT + s(2), page=0)),
    (
        "under way: not before its worker is known to be gone",
        "critical",
        THREE,
        [replace(UNSENT, held_until=AT + s(4))],
        None,
        Step(Do.post, AT + s(4), page=0),
    ),
    ("asked to wait: not before that", "critical", THREE, [replace(UNSENT, not_before=AT + s(20))], None, Step(Do.post, AT + s(20), page=0)),
    ("not taken in for 30 s: the second channel", "critical", THREE, [page(tries=6, tried_at=AT + s(29))], None, Step(Do.page, AT + s(30), 0, 1)),
    ("delivered, nobody answers: the second channel after 60 s", "critical", THREE, [SENT], None, Step(Do.page, AT + s(60), 0, 1)),
    (
        "both channels used: the next rung 2 min after the first page",
        "critical",
        THREE,
        [SENT, replace(SENT, place=1, created_at=AT + s(60))],
        None,
        Step(Do.page, AT + s(120), 1),
    ),
    ("high: second channel after 5 min without an answer is the next rung's time too: up", "high", THREE, [SENT], None, Step(Do.page, AT + s(300), 1)),
    ("high: not taken in for 2 min: the second channel", "high", THREE, [page(tries=9, tried_at=AT + s(119))], None, Step(Do.page, AT + s(120), 0, 1)),
    (
        "concern: not taken in for an hour: the second channel",
        "concern",
        THREE,
        [page(tries=4, tried_at=AT + s(3500))],
        None,
        Step(Do.page, AT + s(3600), 0, 1),
    ),
    ("concern: delivered: the next rung after 4 h, no second channel", "concern", THREE, [SENT], None, Step(Do.page, AT + s(14400), 1)),
    ("the last rung did not answer: all of them again", "critical", Climb((1,), 1, AT), [SENT], None, Step(Do.again, AT + s(120))),
    ("a rung without a channel is passed over", "critical", Climb((0, 1), 1, AT), NEVER, None, Step(Do.page, AT, 1)),
    ("nobody to ask: look again later", "critical", Climb((), 1, AT), NEVER, None, Step(Do.again, AT + s(120))),
    ("handed back by the first: the second is asked first", "critical", Climb((1, 1), 1, AT, first=1), NEVER, None, Step(Do.page, AT, 1)),
    ("…and the first comes last", "critical", Climb((1, 1), 1, AT, first=1), [replace(SENT, rung=1)], None, Step(Do.page, AT + s(120), 0)),
    ("pages of an earlier climb do not count", "critical", Climb((1,), 2, AT), [SENT], None, Step(Do.page, AT)),
    ("taken: the reminder after 10 min", "critical", THREE, [SENT], Taken(AT + s(30), 0), Step(Do.remind, AT + s(630))),
    ("taken: pages under way are left alone", "critical", THREE, [UNSENT], Taken(AT + s(30), 0), Step(Do.remind, AT + s(630))),
    ("reminded: undone after 15 min", "critical", THREE, [SENT, replace(SENT, reminder=True)], Taken(AT, 0), Step(Do.undo, AT + s(900))),
    ("the reminder itself is posted", "critical", THREE, [page(at=600, reminder=True)], Taken(AT, 0), Step(Do.post, AT + s(600), page=0)),
    ("taken by somebody on no rung: only undone", "critical", Climb((), 1, AT), NEVER, Taken(AT, 0), Step(Do.undo, AT + s(900))),
    ("high: reminder after 20 min", "high", THREE, NEVER, Taken(AT, 0), Step(Do.remind, AT + s(1200))),
    ("high: undone after 30", "high", THREE, [replace(SENT, reminder=True)], Taken(AT, 0), Step(Do.undo, AT + s(1800))),
    ("concern: reminder after a day", "concern", THREE, NEVER, Taken(AT, 0), Step(Do.remind, AT + timedelta(days=1))),
    ("more urgent after it was taken: its time begins again", "critical", Climb((1,), 2, AT + s(60)), NEVER, Taken(AT, 0), Step(Do.remind, AT + s(660))),
    ("begun: nothing left to say", "critical", THREE, [UNSENT], Taken(AT, 0, started=True), None),
]


@pytest.mark.parametrize(("what", "severity", "climb", "pages", "taken", "expected"), STEPS, ids=[row[0] for row in STEPS])
def test_the_next_step_follows_from_what_happened(
    what: str, severity: str, climb: Climb, pages: list[Paged], taken: Taken | None, expected: Step | None
) -> None:
    """Given what was paged and who took it, the next step and its time are those of the timer table (FAULTS 90, 94)."""
    assert expected == next_step(severity, climb, pages, taken), what


PAUSES = [
    ("critical", [2, 5, 10, 20, 30, 30, 30]),
    ("high", [5, 15, 30, 60, 60, 60]),
    ("concern", [5, 300, 1800, 7200, 18000, 36000, 36000]),
]


@pytest.mark.parametrize(("severity", "expected"), PAUSES)
def test_retries_come_on_schedule(severity: str, expected: list[int]) -> None:
    """The pauses between attempts are those of the table, and the last goes on for ever: a page is never given up."""
    assert expected == [pause(TIMERS[severity], tries, 0).total_seconds() for tries in range(1, len(expected) + 1)]


@given(st.sampled_from(sorted(TIMERS)), st.integers(1, 500), st.floats(-1, 1))
def test_no_pause_strays_by_more_than_a_fifth(severity: str, tries: int, jitter: float) -> None:
    """Whatever the jitter, a retry comes within 20 % of its time."""
    plain = pause(TIMERS[severity], tries, 0)
    assert abs(pause(TIMERS[severity], tries, jitter) - plain) <= plain * 0.2 + timedelta(microseconds=1)


def test_a_whole_climb_reaches_each_rung_in_time_and_begins_again() -> None:
    """Delivered and never answered, a critical ladder of three asks the second at 120 s, the third at 240 s, and all again at 360 s (FAULTS 90)."""
    told = [(step.do, step.rung, step.place, step.at - AT) for step in walk("critical", THREE, until=s(400), delivered=True) if step.do is not Do.post]
    expected = [
        (Do.page, 0, 0, s(0)),
        (Do.page, 0, 1, s(60)),
        (Do.page, 1, 0, s(120)),
        (Do.page, 2, 0, s(240)),
        (Do.again, 0, 0, s(360)),
        (Do.page, 0, 0, s(360)),
    ]
    assert expected == told


def test_where_nothing_is_delivered_every_channel_is_still_tried() -> None:
    """With every receiver down, the second channel is tried at 30 s, both rungs keep being tried, and no 30 s pass without an attempt (FAULTS 88, 100)."""
    steps = walk("critical", THREE, until=s(120), delivered=False)
    assert (Do.page, 0, 1, s(30)) in [(step.do, step.rung, step.place, step.at - AT) for step in steps]
    posts = [step.at for step in steps if step.do is Do.post and step.place == 0]
    assert max(later - earlier for earlier, later in pairwise(posts)) <= s(30)


@given(
    st.sampled_from(sorted(TIMERS)),
    st.lists(st.integers(0, 3), max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 5000), st.booleans(), st.integers(0, 9)), max_size=8),
    st.one_of(st.none(), st.integers(0, 5000)),
)
def test_an_unfinished_escalation_always_has_a_next_step(
    severity: str, rungs: list[int], paged: list[tuple[int, int, int, bool, int]], taken_at: int | None
) -> None:
    """Whatever happened so far, until somebody has begun there is a next step, and it is never lost in the far future."""
    pages = [
        Paged(1, rung, place, AT + s(at), tries, AT + s(at) if tries else None, AT + s(at) if sent else None)
        for rung, place, at, sent, tries in paged
        if rung < len(rungs) and place < rungs[rung]
    ]
    taken = None if taken_at is None else Taken(AT + s(taken_at), 0)
    step = next_step(severity, Climb(tuple(rungs), 1, AT), pages, taken)
    assert step is not None
    assert step.at <= AT + s(5000) + max(TIMERS[severity].undo, timedelta(hours=12))


def walk(severity: str, climb: Climb, *, until: timedelta, delivered: bool) -> list[Step]:
    """Do every step at its time until `until`; attempts take no time, and succeed or not."""
    pages: list[Paged] = []
    done: list[Step] = []
    while (step := next_step(severity, climb, pages, None)) is not None and step.at <= AT + until and len(done) < 500:
        done.append(step)
        match step.do:
            case Do.page:
                pages.append(Paged(climb.turn, step.rung, step.place, step.at))
            case Do.post:
                tried = replace(pages[step.page], tries=pages[step.page].tries + 1, tried_at=step.at)
                pages[step.page] = replace(tried, delivered_at=step.at) if delivered else tried
            case _:
                climb = replace(climb, turn=climb.turn + 1, started_at=step.at)
    return done
