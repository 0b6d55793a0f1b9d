"""A full disk: a small file system under one table where this machine lets us mount one; elsewhere PostgreSQL is made to say the same."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from psycopg.sql import SQL, Identifier, Literal

from tests.rig.postgres import PostgresServer

SIZE = "4m"
SAYS_FULL = SQL("CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$")
BEFORE_INSERT = SQL("CREATE TRIGGER no_room BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION no_room()")


@contextmanager
def full_disk(server: PostgresServer, table: str) -> Iterator[None]:
    """Until it ends, `table` of the server's own database cannot grow. What is in it can be read."""
    folder = server.home / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], capture_output=True, check=False).returncode == 0
    try:
        if mounted:
            with _filled(server, folder, table):
                yield
        else:
            with _said(server, table):
                yield
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def _filled(server: PostgresServer, folder: Path, table: str) -> Iterator[None]:
    if server.child._user:
        shutil.chown(folder, server.child._user)
    server.run(SQL("CREATE TABLESPACE small LOCATION {}").format(Literal(str(folder))))
    server.run(SQL("ALTER TABLE {} SET TABLESPACE small").format(Identifier(table)))
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):  # no space left on device
        while file.write(bytes(4096)):
            pass
    yield
    filler.unlink()
    server.run(SQL("ALTER TABLE {} SET TABLESPACE pg_default").format(Identifier(table)))
    server.run(SQL("DROP TABLESPACE small"))


@contextmanager
def _said(server: PostgresServer, table: str) -> Iterator[None]:
    server.run(SAYS_FULL)
    server.run(BEFORE_INSERT.format(Identifier(table)))
    yield
    server.run(SQL("DROP FUNCTION no_room CASCADE"))
