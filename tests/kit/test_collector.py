"""A node does not stop everybody to look through all that it holds."""

import subprocess
import sys
from pathlib import Path

import pytest
import uvicorn

from beside.app import Node, Server
from beside.foundation import build
from tests.gateway.conftest import settings_for

HOLDS = """
import gc
from beside.kit.collector import settle
started = [[n] for n in range(200_000)]
if {settled}:
    settle()
before = gc.get_stats()[2]["collections"]
came = [[n] for n in range(400_000)]
young = gc.get_stats()[0]["collections"]
print(gc.get_stats()[2]["collections"] - before, young > 0, len(started + came))
"""


@pytest.mark.parametrize(("settled", "looks_at_everything"), [(True, False), (False, True)])
def test_a_few_thousand_who_come_are_no_reason_to_look_at_everything(settled: bool, looks_at_everything: bool) -> None:
    """As many objects as three thousand sockets are made of; Python as it comes would look through all of them, each time a quarter was added."""
    said = subprocess.run([sys.executable, "-c", HOLDS.format(settled=settled)], capture_output=True, text=True, check=True).stdout.split()
    assert looks_at_everything == (int(said[0]) > 0)
    assert said[1:] == ["True", "600000"]


async def test_a_node_settles_before_anybody_comes(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every node, whichever command starts it."""
    happened: list[str] = []

    async def served(*_: object) -> None:
        happened.append("served")

    monkeypatch.setattr(uvicorn.Server, "serve", served)
    monkeypatch.setattr("beside.app.settle", lambda: happened.append("settled"))
    settings = settings_for(tmp_path, sqlite_url)
    await Server(Node(build(settings), settings)).serve()
    assert happened == ["settled", "served"]
