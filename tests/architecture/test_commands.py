"""The commands of the Makefile and the scripts behind them: there, well formed, and the ones the README names."""

import os
import re
import subprocess

import pytest

from tests.architecture.tree import ROOT, files

PROMISED = ["help", "run", "test", "check", "bench", "lock", "client", "clean"]
SCRIPTS = [path for path in [*files(ROOT / ".ci"), *files(ROOT / "deploy", ".sh")] if path.suffix != ".lock"]


def test_every_promised_command_is_explained() -> None:
    """`make help` says what each promised command is for."""
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True).stdout
    explained = dict(re.findall(r"^make (\w+) +(\S.*)$", said, re.MULTILINE))
    assert [] == [name for name in PROMISED if name not in explained]


def test_the_readme_names_the_two_commands() -> None:
    """The README says how to run Beside and how to test it."""
    readme = (ROOT / "README.md").read_text()
    assert [] == [command for command in ["make run", "make test"] if command not in readme]


def test_continuous_integration_runs_the_readmes_command() -> None:
    """`.ci/run` runs `make test` and nothing else."""
    said = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line and not line.startswith("#")]
    assert ["set -eu", 'cd "$(dirname "$0")/.."', "exec make test"] == said


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_can_be_run_by_any_shell(script: os.PathLike[str]) -> None:
    """Each script is executable, names its shell, and is understood by plain sh."""
    assert os.access(script, os.X_OK)
    with open(script) as text:
        assert "#!/bin/sh" == text.readline().strip()
    found = subprocess.run(["sh", "-n", script], capture_output=True, text=True, timeout=30, check=False)
    assert (0, "") == (found.returncode, found.stderr)
