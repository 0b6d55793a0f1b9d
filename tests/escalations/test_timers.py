"""How patient a hub may be, as tables; and that no policy that is accepted ever makes a critical step later than the design's."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beside.escalations.ladder import TIMERS, Climb, Do, Paged, Taken, next_step
from beside.escalations.timers import ASCENDING, DESIGN, LEAST, NAMES, Trouble, bounds, timers_for, trouble_with
from beside.hubs.policy import Patience

AT = datetime(2026, 3, 2, 21, 34, tzinfo=UTC)
CRITICAL, HIGH, CONCERN = DESIGN["critical"], DESIGN["high"], DESIGN["concern"]
HOUR = 3600

TABLE: list[tuple[str, dict[str, Patience], str | None]] = [
    ("the design itself", DESIGN, None),
    ("nothing chosen", {}, None),
    ("critical, shorter", {"critical": Patience(10, 30, 45, 300, 600)}, None),
    ("critical, one second longer: the next rung", {"critical": msgspec.structs.replace(CRITICAL, next_rung=121)}, "timer_too_long timers.critical.next_rung"),
    ("critical, one second longer: the second channel", {"critical": msgspec.structs.replace(CRITICAL, unseen=61)}, "timer_too_long timers.critical.unseen"),
    ("critical, longer: not taken in", {"critical": msgspec.structs.replace(CRITICAL, unsent=31)}, "timer_too_long timers.critical.unsent"),
    ("critical, longer: the reminder", {"critical": msgspec.structs.replace(CRITICAL, remind=601)}, "timer_too_long timers.critical.remind"),
    ("critical, longer: undone", {"critical": msgspec.structs.replace(CRITICAL, undo=901)}, "timer_too_long timers.critical.undo"),
    ("critical without a second channel", {"critical": msgspec.structs.replace(CRITICAL, unseen=None)}, "timer_too_long timers.critical.unseen"),
    ("critical, too soon to wake", {"critical": Patience(5, 15, 29, 300, 600)}, "timer_too_short timers.critical.next_rung"),
    ("high, twice as long", {"high": Patience(240, 600, 600, 2400, 3600)}, None),
    ("high, more than twice as long", {"high": msgspec.structs.replace(HIGH, undo=3601)}, "timer_too_long timers.high.undo"),
    ("high, more urgent than critical", {"high": msgspec.structs.replace(HIGH, next_rung=60, unseen=60, unsent=60)}, "timer_order timers.critical.next_rung"),
    ("concern, with a second channel", {"concern": msgspec.structs.replace(CONCERN, unseen=HOUR)}, None),
    ("concern, twice as long", {"concern": Patience(2 * HOUR, None, 8 * HOUR, 48 * HOUR, 96 * HOUR)}, None),
    ("concern, sooner than high", {"concern": msgspec.structs.replace(CONCERN, unsent=60)}, "timer_order timers.high.unsent"),
    ("a second channel after the next person", {"high": msgspec.structs.replace(HIGH, unseen=400)}, "timer_never timers.high.unseen"),
    ("reminded when it is too late", {"high": msgspec.structs.replace(HIGH, remind=1800)}, "timer_never timers.high.remind"),
]


@pytest.mark.parametrize(("what", "patience", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_what_a_hub_may_choose(what: str, patience: dict[str, Patience], expected: str | None) -> None:
    """Critical may only be shortened; high and concern may be twice as patient; nothing may be too soon, or come after what ends it."""
    found = trouble_with(patience)
    assert expected == (f"{found.code} {found.field}" if found else None)


def test_the_design_is_the_ladders_own() -> None:
    """What a hub starts from is the table that every test of the ladder holds to."""
    for severity in ASCENDING:
        assert TIMERS[severity] == timers_for(severity, None) == timers_for(severity, {}) == timers_for(severity, msgspec.to_builtins(DESIGN))


def test_a_row_that_says_more_than_it_may_is_not_believed() -> None:
    """Whatever somebody wrote into a row by hand, a critical escalation is never more patient than the design."""
    slow = {"critical": {"unsent": 9999, "unseen": None, "next_rung": 9999, "remind": 99999, "undo": 99999}}
    assert TIMERS["critical"] == timers_for("critical", slow)


def test_only_five_timers_are_a_hubs() -> None:
    """Connecting, trying again, the watchdog and the emergency words are the same everywhere."""
    fast = timers_for("critical", {"critical": {name: LEAST[name] for name in NAMES}})
    assert replace(fast, **{name: getattr(TIMERS["critical"], name) for name in NAMES}) == TIMERS["critical"]
    assert {field.name for field in fields(fast)} > set(NAMES)


@st.composite
def accepted(draw: st.DrawFn) -> dict[str, Patience]:
    """Any critical column that a hub may choose, beside others as patient as they may be, or as usual."""

    def within(name: str, *, least: int = 0, most: int = 10**6) -> int:
        allowed = bounds("critical", name)
        return draw(st.integers(max(least, allowed.least), min(most, allowed.most)))

    next_rung, remind = within("next_rung"), within("remind")
    critical = Patience(within("unsent", most=next_rung), within("unseen", most=next_rung), next_rung, remind, within("undo", least=remind + 1))
    others = draw(st.sampled_from([{}, {"high": Patience(240, 600, 600, 2400, 3600)}]))
    return {"critical": critical, **others}


seconds = st.integers(0, 1200)
pages = st.lists(
    st.builds(
        lambda rung, place, at, sent: Paged(1, rung, place, AT + timedelta(seconds=at), 1, AT + timedelta(seconds=at), AT if sent else None),
        st.integers(0, 2),
        st.integers(0, 1),
        seconds,
        st.booleans(),
    ),
    max_size=5,
    unique_by=lambda page: (page.rung, page.place),
)


@given(accepted(), pages, st.none() | seconds)
def test_no_accepted_policy_makes_a_critical_step_later(patience: dict[str, Patience], so_far: list[Paged], taken_at: int | None) -> None:
    """Whatever happened so far, under any policy that is accepted the next step of a critical escalation is due no later than by the design's column."""
    assert trouble_with(patience) is None
    climb = Climb((2, 2, 1), 1, AT)
    taken = None if taken_at is None else Taken(AT + timedelta(seconds=taken_at), 0)
    chosen = next_step("critical", climb, so_far, taken, timers=timers_for("critical", msgspec.to_builtins(patience)))
    usual = next_step("critical", climb, so_far, taken)
    assert chosen
    assert usual
    assert chosen.at <= usual.at


@given(accepted(), st.lists(st.booleans(), min_size=12, max_size=12))
def test_a_whole_critical_climb_is_never_later(patience: dict[str, Patience], taken_in: list[bool]) -> None:
    """From the first page to the end of the list, each person is called no later than by the design, whichever pages are taken in."""
    assert trouble_with(patience) is None

    def climbed(kept: dict[str, Patience] | None) -> dict[object, datetime]:
        timers = timers_for("critical", msgspec.to_builtins(kept) if kept else None)
        found: dict[object, datetime] = {}
        so_far: list[Paged] = []
        while Do.again not in found:
            waiting = [replace(page, held_until=AT + timedelta(days=9)) for page in so_far]
            step = next_step("critical", Climb((2, 2, 1), 1, AT), waiting, None, timers=timers)
            assert step
            found.setdefault(step.do if step.do is Do.again else step.rung, step.at)
            delivered = step.at if taken_in[2 * step.rung + step.place] else None
            so_far.append(Paged(1, step.rung, step.place, step.at, tries=1, tried_at=step.at, delivered_at=delivered))
        return found

    chosen, usual = climbed(patience), climbed(None)
    assert {0, 1, 2, Do.again} == set(usual)
    assert [] == [what for what, at in usual.items() if chosen[what] > at]


def test_the_bounds_are_what_the_rule_holds_to() -> None:
    """What the page offers as the shortest and the longest is accepted by itself, and one second beyond is not."""
    for name in NAMES:
        allowed = bounds("critical", name)
        for value in (allowed.least - 1, allowed.most + 1):
            found = trouble_with({"critical": msgspec.structs.replace(CRITICAL, **{name: value})})
            assert isinstance(found, Trouble)
            assert f"timers.critical.{name}" == found.field
