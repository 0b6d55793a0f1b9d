"""A PostgreSQL that acknowledges what it may lose: nobody is served on it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.sql import SQL, Identifier, Literal

from tests.rig.nodes import Premises, _environment
from tests.rig.postgres import PostgresServer
from tests.rig.tables import make_tables

RUN_S = 60.0


@pytest.fixture(scope="module")
def durable() -> Iterator[PostgresServer]:
    """As safe as it comes, until a test says otherwise."""
    server = PostgresServer({})
    try:
        server.start()
        make_tables(server.url())
        yield server
    finally:
        server.close()


def refused(premises: Premises, command: str) -> tuple[int, str]:
    """It must end by itself: its exit code, and its last line."""
    environment = _environment() | premises.settings | {"BESIDE_UNSAFE_COMMITS": "false"}
    ended = subprocess.run([sys.executable, "-m", "beside", command], env=environment, capture_output=True, text=True, timeout=RUN_S, check=False)
    return ended.returncode, ended.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("setting", ["synchronous_commit", "fsync", "full_page_writes"])
def test_nothing_starts_where_an_acknowledgement_may_be_lost(tmp_path: Path, durable: PostgresServer, setting: str) -> None:
    """With any of the three switched off neither a node nor a worker starts, and the line names which (FAULTS 54)."""
    durable.run(SQL("ALTER SYSTEM SET {} = {}").format(Identifier(setting), Literal("off")))
    durable.stop()
    durable.start()
    premises = Premises(tmp_path, durable.url())
    line = f"Not started. PostgreSQL may lose acknowledged messages: {setting}=off. Set it back to its default"
    try:
        assert [(2, line)] * 2 == [refused(premises, command) for command in ("serve", "worker")]
    finally:
        durable.run(SQL("ALTER SYSTEM RESET {}").format(Identifier(setting)))
        durable.stop()
        durable.start()


def test_a_node_starts_on_a_postgres_as_it_comes(tmp_path: Path, durable: PostgresServer) -> None:
    """The defaults of PostgreSQL are good enough: what is refused above is refused for its setting alone (FAULTS 54)."""
    premises = Premises(tmp_path, durable.url())
    try:
        assert 200 == premises.node(BESIDE_UNSAFE_COMMITS="false").readiness()[0]
    finally:
        premises.close()
