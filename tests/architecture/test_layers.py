"""Who may import whom: the contracts of `pyproject.toml` hold, and each of them bites."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, SERVER

LINT = Path(sys.executable).with_name("lint-imports")


def _lint(root: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(root / "server")}
    return subprocess.run([LINT, "--no-logo", "--no-cache"], cwd=root, env=environment, capture_output=True, text=True, timeout=100, check=False)


def test_the_layers_hold() -> None:
    """Top imports bottom, never the other way, in every module of the server."""
    found = _lint(ROOT)
    assert 0 == found.returncode, found.stdout + found.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("hubs/upward.py", "import beside.accounts.tables", "Top imports bottom"),
        ("somewhere/__init__.py", "", "Top imports bottom"),
        ("accounts/framework.py", "import starlette.requests", "Only doors know the web framework"),
        ("accounts/shared.py", "import redis", "Only the broker, the limits and presence know Redis"),
        ("escalations/ladder.py", "import beside.kit.db", "Rules are pure: no framework, no database, no clock"),
        ("matching/line.py", "import time", "Rules are pure: no framework, no database, no clock"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, module: str, line: str, contract: str) -> None:
    """One line in the wrong place breaks the contract that forbids it."""
    shutil.copytree(SERVER, tmp_path / "server" / "beside", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    written = tmp_path / "server" / "beside" / module
    written.parent.mkdir(exist_ok=True)
    written.write_text(f"{written.read_text() if written.exists() else ''}\n{line}\n")
    found = _lint(tmp_path)
    assert 1 == found.returncode
    assert contract in found.stdout + found.stderr
    assert line.removeprefix("import ").split(".requests")[0] in found.stdout
