"""The reference for sends: ejabberd with its archive in a PostgreSQL that is given, on one core, with people to speak. A child, never the system's service."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg.sql import SQL

from tests.rig.child import Child, free_port
from tests.rig.postgres import PostgresServer
from tests.rig.wait import wait_until

ROOT = Path(__file__).parents[2]
PACKAGES = ["ejabberd", "erlang-p1-pgsql"]
SCHEMA = Path("/usr/share/ejabberd/sql/pg.new.sql")
HOST = "localhost"
PASSWORD = "open"
START_S = 60.0  # Erlang and its tables, on a busy machine
READY = "ejabberd stands"

SETTINGS = """
hosts: [{host}]
loglevel: error
listen:
  - {{port: {port}, ip: "127.0.0.1", module: ejabberd_c2s}}
auth_method: internal
default_db: mnesia
new_sql_schema: true
sql_type: pgsql
sql_server: "127.0.0.1"
sql_port: {sql_port}
sql_database: "{database}"
sql_username: beside
sql_password: ""
modules:
  mod_mam: {{db_type: sql, default: always}}
"""
# starts it and registers people without its control program, which would need a node name, a cookie and a port mapper
BEGIN = """
{{ok, _}} = application:ensure_all_started(ejabberd),
[ok = ejabberd_auth:try_register(<<"u", (integer_to_binary(N))/binary>>, <<"{host}">>, <<"{password}">>) || N <- lists:seq(0, {people} - 1)],
io:format("{ready}~n").
"""


def installed() -> str | None:
    """None where ejabberd is here, or could be put here; otherwise what is missing, in words."""
    if not _here() and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
    return None if _here() else f"ejabberd with PostgreSQL is not installed: on Debian, apt-get install {' '.join(PACKAGES)}"


class Ejabberd:
    """Everything of it is in one folder and in `database`. One scheduler: what one core is, to Erlang."""

    def __init__(self, server: PostgresServer, people: int) -> None:
        self.port = free_port()
        self._home = Path(tempfile.mkdtemp(prefix="beside-ejabberd-"))
        self._url = server.url(server.fresh_database())
        with psycopg.connect(self._url) as connection:
            connection.execute(SCHEMA.read_text().encode())
        settings = self._home / "ejabberd.yml"
        database = self._url.rsplit("/", 1)[1]
        settings.write_text(SETTINGS.format(host=HOST, port=self.port, sql_port=server.port, database=database))
        begin = BEGIN.format(host=HOST, password=PASSWORD, people=people, ready=READY)
        one_scheduler = ["+S", "1:1", "+SDcpu", "1:1", "+SDio", "1", "+sbwt", "none"]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._home),
            "ERL_LIBS": str(_found("ejabberd-*")[-1].parent),
            "EJABBERD_CONFIG_PATH": str(settings),
            "EJABBERD_LOG_PATH": str(self._home / "ejabberd.log"),
        }
        self.child = Child(
            ["erl", "-noinput", "+K", "true", *one_scheduler, "-mnesia", "dir", f'"{self._home / "mnesia"}"', "-eval", begin],
            log=self._home / "printed",
            env=environment,
            cwd=self._home,
        )

    def start(self) -> None:
        self.child.start()
        wait_until(self._stands, START_S, "ejabberd")

    def archived(self) -> int:
        """Rows in its archive: two for each message, one of each side."""
        with psycopg.connect(self._url) as connection:
            row = connection.execute(SQL("SELECT count(*) FROM archive")).fetchone()
        return int(row[0]) if row else 0

    def close(self) -> None:
        self.child.kill()
        shutil.rmtree(self._home, ignore_errors=True)

    def _stands(self) -> bool:
        if not self.child.alive:
            raise RuntimeError(f"ejabberd ended: {self.child.said[-2000:]}")
        return READY in self.child.said


def _here() -> bool:
    return shutil.which("erl") is not None and SCHEMA.exists() and bool(_found("ejabberd-*")) and bool(_found("erlang/lib/p1_pgsql-*"))


def _found(pattern: str) -> list[Path]:
    return sorted(Path("/usr/lib").glob(pattern)) + sorted(Path("/usr/lib").glob(f"*/{pattern}"))


def _install() -> None:
    """The package starts the system's own service, and what is measured should have the machine to itself: that one is stopped."""
    subprocess.run([ROOT / ".ci" / "apt.sh", *PACKAGES], capture_output=True, check=False)
    if _here() and shutil.which("service"):
        subprocess.run(["service", "ejabberd", "stop"], capture_output=True, check=False)
