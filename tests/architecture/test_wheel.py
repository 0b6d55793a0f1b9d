"""What is installed elsewhere: one wheel with the server, the pages, and the command."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.architecture.tree import ROOT


def test_the_wheel_brings_the_pages_along(tmp_path: Path) -> None:
    """The wheel holds every module of the server, every built page, and the `beside` command, and no test."""
    for part in ["pyproject.toml", "README.md"]:
        shutil.copy(ROOT / part, tmp_path)
    shutil.copytree(ROOT / "server", tmp_path / "server", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "client_web", tmp_path / "client_web", ignore=shutil.ignore_patterns("node_modules"))
    os.utime(tmp_path / "client_web" / "dist" / "index.html")  # as built as it is in the checkout: nothing to build here
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "out")]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=100)
    (wheel,) = (tmp_path / "out").glob("beside-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        entries = next(packed.read(name).decode() for name in names if name.endswith("entry_points.txt"))
    modules = {str(path.relative_to(ROOT / "server")) for path in (ROOT / "server" / "beside").rglob("*.py")}
    pages = {f"beside/web/{path.relative_to(ROOT / 'client_web' / 'dist')}" for path in (ROOT / "client_web" / "dist").rglob("*") if path.is_file()}
    assert set() == (modules | pages) - names
    assert "beside = beside.__main__:main" in entries
    assert [] == [name for name in names if name.split("/")[0] not in {"beside", wheel.name.split("-py3")[0] + ".dist-info"}]
