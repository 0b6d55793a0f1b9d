"""What a flood is, as a table of times."""

import pytest

from beside.gateway.flood import Flood


@pytest.mark.parametrize(
    ("times", "rises"),
    [
        ([0.0, 1.0], [False, False]),
        ([0.0, 1.0, 2.0], [False, False, True]),
        ([0.0, 1.0, 10.0], [False, False, False]),
        ([0.0, 1.0, 10.0, 10.5, 10.6], [False, False, False, True, True]),
        ([5.0, 5.0, 5.0], [False, False, True]),
    ],
)
def test_three_within_ten_seconds_are_one(times: list[float], rises: list[bool]) -> None:
    """Three in less than ten seconds, whatever was before them; not two, and not three over a longer time."""
    flood = Flood(3, 10.0)
    assert rises == [flood.rises(at) for at in times]
