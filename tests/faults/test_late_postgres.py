"""The machine with PostgreSQL comes up last: nodes and workers wait for it, and what waiting cannot mend is still said at once."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.escalations.scene import SECRET, make_scene
from tests.rig.child import Child
from tests.rig.nodes import Premises, _environment
from tests.rig.postgres import PostgresServer
from tests.rig.receiver import OnCallReceiver
from tests.rig.tables import make_tables
from tests.rig.wait import until, wait_until

FOUND_S = 60.0  # bounds the wait
AWAITED = "database.awaited"


@pytest.fixture
def late() -> Iterator[PostgresServer]:
    """A PostgreSQL with every table that is not running."""
    server = PostgresServer()
    try:
        server.start()
        make_tables(server.url())
        server.stop()
        yield server
    finally:
        server.close()


@pytest.fixture
def waiting(late: PostgresServer, tmp_path: Path) -> Iterator[Premises]:
    """A house whose database is not there yet."""
    premises = Premises(tmp_path, late.url())
    try:
        yield premises
    finally:
        premises.close()


async def test_a_node_and_a_worker_wait_for_a_database_that_comes_up_last(late: PostgresServer, waiting: Premises) -> None:
    """Started before PostgreSQL, both say that they wait and end for nothing; once it is there, people are served and a page goes out (FAULTS 39, 130)."""
    async with OnCallReceiver(SECRET) as receiver:
        allowed = f'["127.0.0.1:{receiver.port}"]'
        node, worker = waiting.node(wait=False), waiting.worker(BESIDE_ALLOWED_PRIVATE_HOSTS=allowed)
        for child in (node.child, worker):
            await until(partial(_says, child, 2), FOUND_S, "a second look")
        with pytest.raises(OSError, match="refused"):
            node.readiness()
        late.start()
        node.wait_until_ready()
        async with waiting.house() as house:
            await (await make_scene(house, receiver)).raise_it()
            await receiver.wait_for(1, FOUND_S)
        assert (True, True) == (node.child.alive, worker.alive)


def test_whoever_waits_can_be_stopped(waiting: Premises) -> None:
    """SIGTERM ends a node and a worker that wait, at once and as if all were well; a migration that was to wait says that it did nothing."""
    children = [waiting.node(wait=False).child, waiting.worker(), _migrating(waiting)]
    for child in children:
        wait_until(partial(_says, child), FOUND_S, "the first look")
    assert [0, 0, 2] == [child.stop(signal.SIGTERM) for child in children]
    assert "Not started. It was told to stop before the database was there" in children[-1].said


def test_a_migration_that_waits_does_its_work(late: PostgresServer, waiting: Premises) -> None:
    """`beside migrate --wait`, as the units and the image begin, goes on once PostgreSQL is there."""
    child = _migrating(waiting)
    wait_until(partial(_says, child), FOUND_S, "the first look")
    late.start()
    wait_until(lambda: not child.alive, FOUND_S, "the migration")
    assert 0 == child.stop()


@pytest.mark.parametrize("command", ["serve", "worker", "migrate"])
def test_a_database_that_is_there_and_refuses_us_is_not_waited_for(late: PostgresServer, waiting: Premises, command: str) -> None:
    """A name that PostgreSQL does not know is said in one line, and so is nobody at all to someone who asked for a migration now (FAULTS 117)."""
    line = "Not started. The database cannot be reached: look at BESIDE_DATABASE_URL; where it is new, run `beside migrate` first"
    if command != "migrate":
        late.start()
        waiting.settings["BESIDE_DATABASE_URL"] = late.url("no_such_database")
    ended = subprocess.run(
        [sys.executable, "-m", "beside", command], env=_environment() | waiting.settings, capture_output=True, text=True, timeout=FOUND_S, check=False
    )
    assert (2, line) == (ended.returncode, ended.stderr.strip())


def _migrating(premises: Premises) -> Child:
    return premises._start("migrating", ["migrate", "--wait"], {}, None)


def _says(child: Child, times: int = 1) -> bool:
    return child.said.count(AWAITED) >= times
