"""How quickly somebody may speak, as a table of times."""

import pytest

from beside.kit.pace import REMEMBERED, Pace


@pytest.fixture
def pace() -> Pace:
    return Pace(lambda: (3, 10.0))


def test_a_burst_goes_through_and_the_next_waits_for_the_oldest(pace: Pace) -> None:
    """Three in ten seconds: the fourth is told how long until the first counts no more, and then goes through."""
    assert [0, 0, 0] == [pace.wait("wren", at) for at in (100.0, 101.0, 102.0)]
    assert 7.0 == pace.wait("wren", 103.0)
    assert 0.5 == pace.wait("wren", 109.5)
    assert [0, 1.0] == [pace.wait("wren", 110.0), pace.wait("wren", 110.0)]


def test_what_came_to_nothing_does_not_count(pace: Pace) -> None:
    """A refused message, or the same again, leaves as much room as before."""
    for at in range(20):
        assert 0 == pace.wait("wren", 100.0 + at / 10)
        pace.take_back("wren")
    assert [0, 0, 0] == [pace.wait("wren", 103.0) for _ in range(3)]


def test_one_persons_flood_is_nobody_elses(pace: Pace) -> None:
    """Each person is counted for themselves."""
    assert [0, 0, 0, 10.0] == [pace.wait("wren", 100.0) for _ in range(4)]
    assert 0 == pace.wait("alder", 100.0)


def test_only_so_many_people_are_remembered(pace: Pace) -> None:
    """Memory is bounded: the one who was silent longest is forgotten first."""
    for _ in range(3):
        pace.wait("wren", 100.0)
    for number in range(REMEMBERED):
        pace.wait(f"somebody {number}", 100.0)
    assert 0 == pace.wait("wren", 100.0)
    assert 0 == pace.wait(f"somebody {REMEMBERED - 1}", 100.0)
