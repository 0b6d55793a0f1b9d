"""The systemd units for one machine: well formed, tight, and set by settings that exist."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from beside.settings import Settings
from tests.architecture.tree import ROOT

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
TIGHT = ["DynamicUser=yes", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "UMask=0077"]


def _said(unit: Path) -> list[str]:
    return [line for line in unit.read_text().splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_may_do_little(unit: Path) -> None:
    """A unit runs as nobody in particular, writes to its own folder only, and is handed its secrets by systemd."""
    said = _said(unit)
    assert [] == [line for line in TIGHT if line not in said]
    assert ["LoadCredential=key:/etc/beside/key", "LoadCredential=secret:/etc/beside/secret"] == [line for line in said if line.startswith("LoadCredential=")]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_sets_what_there_is_to_set(unit: Path) -> None:
    """Each variable of a unit is a setting of Beside's."""
    named = re.findall(r"(BESIDE_[A-Z_]+)=", unit.read_text())
    assert named
    assert set() == set(named) - {f"BESIDE_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_a_unit(unit: Path, tmp_path: Path) -> None:
    """Every line is a key with its value in a section, and where systemd is installed it finds nothing to complain of."""
    assert [] == [line for line in _said(unit) if not re.fullmatch(r"\[(Unit|Service|Install)\]|[A-Z]\w+=.*", line)]
    analyze = shutil.which("systemd-analyze")
    if analyze:
        copy = tmp_path / unit.name
        copy.write_text(unit.read_text().replace("/opt/beside/bin/beside", shutil.which("true") or "true"))
        found = subprocess.run([analyze, "verify", str(copy)], capture_output=True, text=True, timeout=60, check=False)
        assert (0, "") == (found.returncode, found.stderr)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_that_stops_has_time_to_say_goodbye(unit: Path) -> None:
    """systemd waits longer than a node's own grace before it kills."""
    (waits,) = [int(line.removeprefix("TimeoutStopSec=")) for line in _said(unit) if line.startswith("TimeoutStopSec=")]
    assert waits > Settings.model_fields["grace_seconds"].default
