"""A full disk: a small file system under one table where this machine lets us mount one; elsewhere PostgreSQL is made to say the same."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from psycopg.sql import SQL, Identifier, Literal

from tests.rig.postgres import PostgresServer

MOUNTED, SAID = "a small file system", "said by a trigger"
SIZE = "4m"
SAYS_FULL = SQL("CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$")
BEFORE_INSERT = SQL("CREATE TRIGGER no_room BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION no_room()")


@cache
def way() -> str:
    """What a full disk is here. A test that wants one has this in its id, so that nobody takes the one for the other."""
    folder = tempfile.mkdtemp(prefix="beside-mount-")
    mounted = _mount(Path(folder))
    if mounted:
        _unmount(Path(folder))
    Path(folder).rmdir()
    return MOUNTED if mounted else SAID


@contextmanager
def full_disk(server: PostgresServer, table: str, how: str | None = None) -> Iterator[None]:
    """Until it ends, `table` of the server's own database cannot grow. What is in it can be read. `how`: by this `way`, and no other."""
    if (how or way()) == SAID:
        with _said(server, table):
            yield
        return
    folder = server.home / "small"
    folder.mkdir()
    if not _mount(folder):
        raise PermissionError("no small file system can be mounted here any more")
    try:
        with _filled(server, folder, table):
            yield
    finally:
        _unmount(folder)


def _mount(folder: Path) -> bool:
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], capture_output=True, check=False).returncode == 0


def _unmount(folder: Path) -> None:
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
