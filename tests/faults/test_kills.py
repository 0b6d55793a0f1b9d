"""Nodes, Redis, PostgreSQL and the worker are killed again and again while tens of thousands of messages are sent."""

import os
from pathlib import Path

import pytest

from tests.faults.kill_storm import kill_storm
from tests.faults.schedule import chosen_seed

SENDS = int(os.environ.get("BESIDE_KILL_SENDS", "30000"))  # three minutes of two busy cores; 100000 and 200 take ten, a night asks for a million
KILLS = int(os.environ.get("BESIDE_KILL_KILLS", "80"))  # and for a thousand: make soak ARGS='--sends 1000000 --kills 1000'


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_nothing_acknowledged_is_lost_doubled_or_out_of_order(tmp_path: Path) -> None:
    """30,000 sends, 80 kills (nodes, some while they stop; Redis, PostgreSQL, worker): everything is there, once, in order (FAULTS 33, 35, 38, 46)."""
    found, figures = await kill_storm(SENDS, KILLS, chosen_seed(), tmp_path)
    print(*figures)  # noqa: T201  # figures, for whoever asks with -s
    assert found == []
