"""Without the right key nothing starts, nothing is written, and one plain line says what to do."""

import asyncio
import base64
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from beside.kit.context import query
from beside.kit.db import Table
from tests.rig.cast import make_cast
from tests.rig.nodes import Premises, _environment

GOOD = base64.b64encode(b"k" * 32).decode()
RUN_S = 60.0


def start(premises: Premises, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "beside", command], env=_environment() | premises.settings, capture_output=True, text=True, timeout=RUN_S, check=False
    )


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        (None, "which cannot be read"),
        ("", "at least one key of exactly 32 bytes"),
        (f"1:{base64.b64encode(b'k' * 31).decode()}\n", "at least one key of exactly 32 bytes"),
        ("1:not base64 at all\n", "not `version:base64`"),
        (f"{GOOD}\n", "not `version:base64`"),
    ],
    ids=["missing", "empty", "short", "no base64", "no version"],
)
def test_a_key_that_cannot_be_used_stops_the_start(premises: Premises, tmp_path: Path, keys: str | None, says: str) -> None:
    """The reason stands in one line without a traceback, and the database is as it was (FAULTS 117)."""
    path = tmp_path / "keys"
    path.unlink()
    if keys is not None:
        path.write_text(keys)
    before = (tmp_path / "beside.db").read_bytes()
    for command in ("serve", "worker"):
        ended = start(premises, command)
        assert 2 == ended.returncode
        assert ended.stderr.startswith("Not started. ")
        assert says in ended.stderr
        assert 1 == len(ended.stderr.strip().splitlines())
        assert GOOD not in ended.stdout + ended.stderr
    assert before == (tmp_path / "beside.db").read_bytes()


async def test_the_wrong_key_stops_the_start_and_writes_nothing(premises: Premises, tmp_path: Path) -> None:
    """A database written with one key is not opened with another, nor with a later version of another (FAULTS 117)."""
    async with premises.house() as house:
        await make_cast(house)
    rows = await _rows(premises)
    for line in (f"1:{base64.b64encode(b'w' * 32).decode()}\n", f"2:{base64.b64encode(b'w' * 32).decode()}\n"):
        (tmp_path / "keys").write_text(line)
        for command in ("serve", "worker"):
            ended = await asyncio.to_thread(start, premises, command)
            assert (2, "Not started. The key in BESIDE_KEY_FILE is not the one this database was written with. Nothing was written.") == (
                ended.returncode,
                ended.stderr.strip().splitlines()[-1],
            )
    (tmp_path / "keys").write_text(f"1:{GOOD}\n")
    assert rows == await _rows(premises)


async def _rows(premises: Premises) -> list[str]:
    """Every row of every table, as the right key's owner finds it."""
    async with premises.house() as house, query(house) as ctx:
        connection = await ctx.db.connection()
        return [repr(row) for table in Table.metadata.sorted_tables for row in (await connection.execute(select(table))).all()]
