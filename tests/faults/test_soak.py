"""Two minutes of what a night does for an hour."""

from pathlib import Path

import pytest

from tests.faults.schedule import chosen_seed
from tests.faults.soak import Soak, soak

MINUTES = 2.0
CLIENTS = 500
EVERY_S = 8.0  # as many faults as in seven minutes of the real one


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_the_oracle_is_content_after_faults_of_every_kind(tmp_path: Path) -> None:
    """Kills, latency, cuts, resets, black holes, half-open lines, stalls: nothing is lost or doubled (FAULTS 127; two minutes of its hour)."""
    found, figures = await soak(Soak(MINUTES, CLIENTS, every_s=EVERY_S, seed=chosen_seed()), tmp_path)
    print(*figures, sep="\n")  # noqa: T201  # a slope is a figure, not a verdict: two minutes of a busy machine prove no leak
    assert [] == found
