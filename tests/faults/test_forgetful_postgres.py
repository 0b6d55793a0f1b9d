"""A PostgreSQL that acknowledges what it may lose: nobody is served on it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal

from tests.rig.nodes import Premises, _environment
from tests.rig.postgres import PostgresServer
from tests.rig.tables import make_tables
from tests.rig.wait import wait_until

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


def set_to(server: PostgresServer, setting: str, value: str) -> None:
    """As an operator would, for the whole server; until a new connection finds it so."""
    server.run(SQL("ALTER SYSTEM SET {} = {}").format(Identifier(setting), Literal(value)))
    server.run(SQL("SELECT pg_reload_conf()"))
    wait_until(lambda: found(server, setting) == value, RUN_S, setting)


def found(server: PostgresServer, setting: str) -> str:
    with psycopg.connect(server.url()) as asking:
        return str((asking.execute(SQL("SHOW {}").format(Identifier(setting))).fetchone() or [""])[0])


@pytest.mark.parametrize(
    ("setting", "command"), [("synchronous_commit", "serve"), ("synchronous_commit", "worker"), ("fsync", "serve"), ("full_page_writes", "serve")]
)
def test_nothing_starts_where_an_acknowledgement_may_be_lost(tmp_path: Path, durable: PostgresServer, setting: str, command: str) -> None:
    """With any of the three switched off neither a node nor a worker starts, and the line names which (FAULTS 54)."""
    set_to(durable, setting, "off")
    try:
        line = f"Not started. PostgreSQL may lose acknowledged messages: {setting}=off. Set it back to its default"
        assert (2, line) == refused(Premises(tmp_path, durable.url()), command)
    finally:
        set_to(durable, setting, "on")


def test_a_node_starts_on_a_postgres_as_it_comes(tmp_path: Path, durable: PostgresServer) -> None:
    """The defaults of PostgreSQL are good enough: what is refused above is refused for its setting alone (FAULTS 54)."""
    premises = Premises(tmp_path, durable.url())
    try:
        assert 200 == premises.node(BESIDE_UNSAFE_COMMITS="false").readiness()[0]
    finally:
        premises.close()
