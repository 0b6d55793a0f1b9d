"""Nodes, Redis, PostgreSQL and the worker are killed again and again while a hundred thousand messages are sent."""

import os
from pathlib import Path

import pytest

from tests.faults.kill_storm import kill_storm
from tests.faults.schedule import chosen_seed

SENDS = int(os.environ.get("BESIDE_KILL_SENDS", "100000"))  # two minutes of two cores, four where others are busy too; a night asks for a million
KILLS = int(os.environ.get("BESIDE_KILL_KILLS", "200"))  # and for a thousand: make soak ARGS='--sends 1000000 --kills 1000'


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_nothing_acknowledged_is_lost_doubled_or_out_of_order(tmp_path: Path) -> None:
    """100,000 sends, 200 kills (nodes, some while they stop; Redis, PostgreSQL, worker): everything is there, once, in order (FAULTS 33, 35, 38, 46)."""
    found, figures = await kill_storm(SENDS, KILLS, chosen_seed(), tmp_path)
    print(*figures)  # noqa: T201  # figures, for whoever asks with -s
    assert found == []
