"""A full disk is one, whichever way it is made, and the way is said."""

import psycopg
import pytest
from psycopg.errors import DiskFull
from psycopg.sql import SQL

from tests.rig.postgres import PostgresServer
from tests.rig.small_disk import MOUNTED, SAID, full_disk, way

GROW = SQL("INSERT INTO grows SELECT repeat('x', 7000) FROM generate_series(1, 3)")  # more than is left of a page


def _rows(server: PostgresServer) -> int:
    with psycopg.connect(server.url()) as asking:
        return len(asking.execute("SELECT FROM grows").fetchall())


@pytest.mark.parametrize("how", sorted({way(), SAID}))
def test_a_table_on_a_full_disk_is_read_and_does_not_grow(own_postgres: PostgresServer, how: str) -> None:
    """PostgreSQL itself says that the disk is full, what is there is read, and afterwards there is room again (FAULTS 48)."""
    own_postgres.run(SQL("CREATE TABLE grows (line text)"))
    own_postgres.run(SQL("ALTER TABLE grows ALTER line SET STORAGE PLAIN"))
    own_postgres.run(GROW)
    with full_disk(own_postgres, "grows", how):
        with pytest.raises(DiskFull):
            own_postgres.run(GROW)
        assert (how == MOUNTED) == (own_postgres.home / "small").is_mount()
        assert 3 == _rows(own_postgres)
    own_postgres.run(GROW)
    assert 6 == _rows(own_postgres)
