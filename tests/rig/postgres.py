"""A throw-away PostgreSQL server, from Debian's own binaries, with a fresh database for whoever asks."""

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier

from tests.rig.child import Child, free_port
from tests.rig.wait import wait_until

START_S = 30.0
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # nobody pulls the plug in most tests
DURABLE: dict[str, str] = {}  # the server's own defaults: what an acknowledgement may rely on


def binaries() -> Path:
    """Where the newest installed PostgreSQL keeps its programs. Raises `FileNotFoundError`."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if on_path is None:
        raise FileNotFoundError("PostgreSQL is not installed: on Debian, apt-get install postgresql")
    return Path(on_path).resolve().parent


class PostgresServer:
    """Starts empty in a folder of its own; `close` removes the folder. PostgreSQL refuses root, so as root it runs as `postgres`."""

    def __init__(self, settings: dict[str, str] | None = None) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="beside-pg-"))
        self.port = free_port()
        self.settings = {"max_connections": "200", "listen_addresses": "127.0.0.1", "unix_socket_directories": str(self.home)}
        self.settings |= FAST if settings is None else settings
        data = self.home / "data"
        options = [part for key, value in self.settings.items() for part in ("-c", f"{key}={value}")]
        self.child = Child(
            [str(binaries() / "postgres"), "-D", str(data), "-p", str(self.port), *options], log=self.home / "log", cwd=self.home, user="postgres"
        )
        if self.child._user:
            shutil.chown(self.home, self.child._user)
        subprocess.run(
            [binaries() / "initdb", "-D", data, "-A", "trust", "-U", "beside", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True, capture_output=True, cwd=self.home, user=self.child._user, group=self.child._user, extra_groups=[] if self.child._user else None,
        )  # fmt: skip

    def start(self) -> None:
        """Also soon after a kill: processes of the one that was killed may need a moment to notice."""
        self.child.start()
        wait_until(self._answers, START_S, "PostgreSQL")

    def stop(self) -> None:
        self.child.stop(signal.SIGINT)  # fast shutdown: open transactions are rolled back

    def kill(self) -> None:
        """The power goes: everything of it at once."""
        self.child.kill()

    def close(self) -> None:
        self.child.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def url(self, database: str = "postgres", *, port: int | None = None) -> str:
        """`port`: that of a proxy in front."""
        return f"postgresql://beside@127.0.0.1:{port or self.port}/{database}"

    def fresh_database(self, template: str = "template1") -> str:
        """The name of a new database, made like `template`."""
        name = f"t_{uuid4().hex}"
        self.run(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
        return name

    def drop(self, database: str) -> None:
        """Remove it, whoever is still connected."""
        self.run(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(database)))

    def run(self, statement: SQL | psycopg.sql.Composed, database: str = "postgres") -> None:
        """One statement, as the owner, outside any transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)

    def _answers(self) -> bool:
        if not self.child.alive:
            if "still in use" not in self.child.said[-300:]:
                raise RuntimeError(f"PostgreSQL ended: {self.child.said[-2000:]}")
            self.child.start()
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True
