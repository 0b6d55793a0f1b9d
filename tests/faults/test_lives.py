"""The judge of a soak: a process that grows with its sockets is well, one that grows with time is not."""

import pytest

from tests.faults.lives import MIB, TELLING_S, Life

SOCKETS = [0, 0, 120, 500, 500, 530, 40, 41, 510, 500]


@pytest.mark.parametrize(("a_minute", "a_file"), [(0.0, 0.04), (2.0, 0.04), (2.0, 0.0), (-1.0, 0.04)])
def test_sockets_take_memory_and_time_should_not(a_minute: float, a_file: float) -> None:
    """What it grows by with time alone is found, however many come and go meanwhile."""
    most = [max(SOCKETS[: n + 1]) for n in range(len(SOCKETS))]  # what so many took stays
    life = Life("node", [(60.0 * n, round((130 + a_minute * n + a_file * most[n]) * MIB), files) for n, files in enumerate(SOCKETS)])
    assert life.seconds > TELLING_S
    assert life.mib_a_minute == pytest.approx(a_minute, abs=0.01)


def test_the_same_sockets_all_the_while_hide_nothing() -> None:
    """Where nobody comes or goes, time is all there is."""
    assert Life("node", [(60.0 * n, (130 + 2 * n) * MIB, 500) for n in range(6)]).mib_a_minute == pytest.approx(2.0)
