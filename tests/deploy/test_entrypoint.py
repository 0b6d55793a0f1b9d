"""The container's entry point, executed as it stands."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

ENTRYPOINT = ROOT / "deploy" / "entrypoint.sh"


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """A folder for PATH with a `beside` that writes down each call, and stops with 3 when asked to `stumble`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "beside"
    program.write_text(f'#!/bin/sh\necho "$* ${{PGPASSWORD:-none}}" >> {tmp_path}/calls\n[ "${{STUMBLE:-}}" != "$1" ] || exit 3\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return tmp_path


def _start(first: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    search = f"{first}{os.pathsep}{os.environ['PATH']}"
    here = {"PATH": search, "HOME": str(first), **environment}
    return subprocess.run([str(ENTRYPOINT), *words], env=here, cwd=first, capture_output=True, text=True, timeout=60, check=False)


def _calls(recorder: Path) -> list[str]:
    calls = recorder / "calls"
    return calls.read_text().splitlines() if calls.exists() else []


@pytest.mark.parametrize(
    ("words", "calls"),
    [
        ([], ["serve none"]),
        (["serve"], ["serve none"]),
        (["worker"], ["worker none"]),
        (["migrate"], ["migrate --wait none"]),
        (["migrate", "serve", "--port", "9000"], ["migrate --wait none", "serve --port 9000 none"]),
        (["account", "create"], ["account create none"]),
    ],
)
def test_what_it_is_told_is_what_it_starts(recorder: Path, words: list[str], calls: list[str]) -> None:
    """One word starts one part; `migrate` before another brings the database up to date first."""
    assert 0 == _start(recorder / "bin", *words).returncode
    assert calls == _calls(recorder)


def test_nothing_is_served_on_a_database_that_could_not_be_migrated(recorder: Path) -> None:
    """When migrating stops short, serving does not begin."""
    assert 3 == _start(recorder / "bin", "migrate", "serve", STUMBLE="migrate").returncode
    assert ["migrate --wait none"] == _calls(recorder)


def test_the_databases_password_comes_from_its_file(recorder: Path) -> None:
    """The password is read from the file and handed on by environment, where the driver looks for it."""
    (recorder / "password").write_text("a long one\n")
    _start(recorder / "bin", "serve", BESIDE_DATABASE_PASSWORD_FILE=str(recorder / "password"))
    assert ["serve a long one"] == _calls(recorder)


def test_a_password_file_that_is_missing_starts_nothing(recorder: Path) -> None:
    """A password that was promised and is not there stops the start."""
    assert 0 != _start(recorder / "bin", "serve", BESIDE_DATABASE_PASSWORD_FILE=str(recorder / "absent")).returncode
    assert [] == _calls(recorder)


def test_the_real_command_answers() -> None:
    """With the installed `beside`, the entry point shows what there is to say."""
    said = _start(Path(sys.executable).parent, "--help")
    assert 0 == said.returncode, said.stderr
    assert [] == [word for word in ["serve", "worker", "migrate", "doctor"] if word not in said.stdout]


@pytest.mark.parametrize("part", ["serve", "worker"])
def test_nothing_starts_without_its_key(part: str, tmp_path: Path) -> None:
    """Without a key, a part refuses to start and says which setting it wants, in plain words."""
    (tmp_path / "secret").write_text("a secret of more than thirty-two characters")
    settings = {"BESIDE_PUBLIC_URL": "https://beside.example.org", "BESIDE_SECRET_FILE": str(tmp_path / "secret"), "BESIDE_DATA": str(tmp_path)}
    said = _start(Path(sys.executable).parent, part, **settings)
    assert 0 != said.returncode
    assert "BESIDE_KEY_FILE" in said.stdout + said.stderr
    assert "Traceback" not in said.stdout + said.stderr
    assert [] == list(tmp_path.glob("*.db"))
