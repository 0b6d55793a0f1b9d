"""The command line as an operator meets it: real processes, plain words where something is missing."""

import os
import subprocess
import sys
from pathlib import Path

SOON_S = 90


def beside(*arguments: str, folder: Path, said: str = "", **settings: str) -> tuple[int, str]:
    """Run it; its exit code, and all that it said."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "beside", *arguments], cwd=folder, env=kept | settings, input=said, capture_output=True, text=True, timeout=SOON_S, check=False
    )
    return done.returncode, done.stdout + done.stderr


def configured(folder: Path) -> dict[str, str]:
    (folder / "key").write_text(beside("new-key", folder=folder)[1])
    (folder / "secret").write_text("s" * 48)
    return {"BESIDE_KEY_FILE": "key", "BESIDE_SECRET_FILE": "secret", "BESIDE_PUBLIC_URL": "https://beside.example.org"}


def test_serve_says_what_is_missing_in_one_line_each(tmp_path: Path) -> None:
    """Without its address, its key or its secret nothing starts, and the line says what to set (FAULTS 117)."""
    whole = configured(tmp_path)
    for name in whole:
        code, said = beside("serve", folder=tmp_path, **{key: value for key, value in whole.items() if key != name})
        assert (2, True, False) == (code, name in said, "Traceback" in said)
    assert [] == list(tmp_path.glob("data/*"))


def test_serve_asks_for_a_migration_rather_than_breaking(tmp_path: Path) -> None:
    """A database that is not there yet is said so in plain words."""
    code, said = beside("serve", folder=tmp_path, **configured(tmp_path))
    assert (2, True, False) == (code, "beside migrate" in said, "Traceback" in said)


def test_an_operator_comes_from_nothing_to_a_first_coordinator(tmp_path: Path) -> None:
    """migrate, account create, doctor, audit verify, deliveries: each does its part, and says so."""
    settings = configured(tmp_path)
    assert 0 == beside("migrate", folder=tmp_path, **settings)[0]
    who = ["--hub", "north", "--role", "coordinator", "--name", "juno", "--pseudonym", "Juno"]
    assert 0 == beside("account", "create", *who, folder=tmp_path, said="a-long-pass-sentence\n", **settings)[0]
    code, said = beside("account", "create", *who, folder=tmp_path, said="a-long-pass-sentence\n", **settings)
    assert (2, True, False) == (code, "name_taken" in said, "Traceback" in said)
    code, said = beside("doctor", folder=tmp_path, **settings)
    assert (0, False) == (code, "MEND" in said)
    assert (0, "The ledger is whole.\n") == beside("audit", "verify", "north", folder=tmp_path, **settings)
    assert (0, "Nothing has been sent.\n") == beside("deliveries", "north", folder=tmp_path, **settings)
    assert (2, True) == ((lost := beside("deliveries", "north", "--state", "lost", folder=tmp_path, **settings))[0], "not_delivered" in lost[1])


def test_doctor_names_each_thing_to_mend_and_ends_with_one(tmp_path: Path) -> None:
    """With nothing set, doctor lists what is missing and does not stop at the first."""
    code, said = beside("doctor", folder=tmp_path)
    assert 1 == code
    assert [True] * 3 == [name in said for name in ("BESIDE_PUBLIC_URL", "BESIDE_KEY_FILE", "BESIDE_SECRET_FILE")]


def test_doctor_says_whether_anyone_is_reachable_tonight(tmp_path: Path) -> None:
    """A hub without a ladder and no worker: each is said in a line, the end is 1, and nothing looks like a mistake of the program's."""
    settings = configured(tmp_path)
    beside("migrate", folder=tmp_path, **settings)
    who = ["--hub", "north", "--role", "coordinator", "--name", "juno", "--pseudonym", "Juno"]
    beside("account", "create", *who, folder=tmp_path, said="a-long-pass-sentence\n", **settings)
    code, said = beside("doctor", "on-call", "--test", folder=tmp_path, **settings)
    assert (1, False) == (code, "Traceback" in said)
    assert [True] * 3 == [words in said for words in ("north: there is no ladder", "No worker has been seen", "BESIDE_HEARTBEAT_URL")]
    assert (1, True) == ((found := beside("doctor", "on-call", "--hub", "south", folder=tmp_path, **settings))[0], "no hub called south" in found[1])


def test_a_switch_without_a_heartbeat_is_said(tmp_path: Path) -> None:
    """Told of nothing, a dead-man's switch would call every night: the line says what to set."""
    code, said = beside("serve", folder=tmp_path, BESIDE_DEADMAN_URL="https://switch.example.org/x", **configured(tmp_path))
    assert (2, False) == (code, "Traceback" in said)
    beside("migrate", folder=tmp_path, **configured(tmp_path))
    code, said = beside("serve", folder=tmp_path, BESIDE_DEADMAN_URL="https://switch.example.org/x", **configured(tmp_path))
    assert (2, True, False) == (code, "BESIDE_HEARTBEAT_URL" in said, "Traceback" in said)


def test_doctor_finds_a_key_of_another_database(tmp_path: Path) -> None:
    """A wrong key is found before anybody writes with it (FAULTS 117)."""
    settings = configured(tmp_path)
    beside("migrate", folder=tmp_path, **settings)
    beside("doctor", folder=tmp_path, **settings)
    (tmp_path / "key").write_text(beside("new-key", folder=tmp_path)[1])
    code, said = beside("doctor", folder=tmp_path, **settings)
    assert (1, True) == (code, "another key" in said)
    code, said = beside("serve", folder=tmp_path, **settings)
    assert (2, True) == (code, "not the one this database was written with" in said)
