"""The machine with the database is gone; a base backup and the log of what came after it are not."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from beside.settings import Settings
from tests.escalations.scene import make_scene
from tests.gateway.conftest import Here, serving, settings_for
from tests.rig.backup import back_up, is_recovering
from tests.rig.nodes import _environment
from tests.rig.oracle import complaints
from tests.rig.postgres import FAST, PostgresServer
from tests.rig.tables import make_tables
from tests.rig.wait import until, wait_until

FOUND_S = 30.0  # bounds the wait
RUN_S = 60.0


@pytest.fixture
def archive() -> Iterator[Path]:
    """Where finished pieces of PostgreSQL's log are carried to: another machine, in life."""
    folder = Path(tempfile.mkdtemp(prefix="beside-archive-"))
    folder.chmod(0o777)  # whoever PostgreSQL runs as
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def archiving(archive: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL that archives, with tables."""
    server = PostgresServer(FAST | {"archive_mode": "on", "archive_command": f"cp %p {archive}/%f", "archive_timeout": "60s"})
    try:
        server.start()
        make_tables(server.url())
        yield server
    finally:
        server.close()


@pytest.fixture
def spare(archive: Path) -> Iterator[PostgresServer]:
    """Another one, not started, that would fetch what it lacks from there."""
    server = PostgresServer(FAST | {"restore_command": f"cp {archive}/%f %p"})
    try:
        yield server
    finally:
        server.close()


def archive_all(server: PostgresServer, archive: Path) -> None:
    """Until everything that was committed so far has been carried away."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        (name,) = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone() or ("",)
    wait_until(lambda: (archive / name).exists(), FOUND_S, "the archive")


def taken_up(settings: Settings, folder: Path) -> tuple[int, str]:
    """`beside restored`."""
    environment = _environment() | {
        "BESIDE_DATABASE_URL": settings.database,
        "BESIDE_KEY_FILE": str(folder / "keys"),
        "BESIDE_SECRET_FILE": str(folder / "secret"),
        "BESIDE_PUBLIC_URL": settings.require_public_url(),
    }
    done = subprocess.run([sys.executable, "-m", "beside", "restored"], env=environment, capture_output=True, text=True, timeout=RUN_S, check=False)
    return done.returncode, done.stdout.strip()


async def test_a_restored_database_is_taken_up_and_nobody_skips_a_word(tmp_path: Path, archive: Path, archiving: PostgresServer, spare: PostgresServer) -> None:
    """Everything archived is back, the ledgers are whole, and a page that has seen more than there is loads afresh (FAULTS 9, 53; the loss is not timed)."""
    settings = settings_for(tmp_path, archiving.url())
    async with serving(settings) as (node, server):
        scene = await make_scene(node.house)
        here, chat = Here(node, server, scene.cast, settings.require_public_url()), scene.conversation
        wren, alder = here.client(here.cast.member), here.client(here.cast.peer)
        for each in (wren, alder):
            await each.connect()
            await each.subscribe(chat)
        await wren.send(chat, "before the backup")
        back_up(archiving, spare, "-X", "none")
        await scene.raise_it()
        await wren.send(chat, "after the backup")
        archive_all(archiving, archive)
        lost = await alder.send(chat, "not archived yet")
        await until(lambda: "not archived yet" in wren.bodies(chat), FOUND_S)
        archiving.kill()
        for each in (wren, alder):
            await each.drop()
    (spare.home / "data" / "recovery.signal").touch()
    spare.start()
    wait_until(lambda: not is_recovering(spare), FOUND_S, "the end of recovery")
    again = settings.model_copy(update={"database_url": spare.url()})
    assert (0, "The database is taken up, and every ledger in it is whole.") == taken_up(again, tmp_path)
    async with serving(again) as (node, server):
        await alder.connect()
        alder.timelines.clear()
        await alder.subscribe(chat)
        for line in ("said anew", "and more"):  # the seq of what was lost is taken again, and passed
            await alder.send(chat, line)
        await wren.resume()
        for each in (wren, alder):
            await each.settle()
        assert ["before the backup", "after the backup", "said anew", "and more"] == wren.bodies(chat)
        alder.acknowledged.remove(lost)
        assert [] == await complaints(node.house, [wren, alder])
        for each in (wren, alder):
            await each.close()
            await each.http.aclose()
