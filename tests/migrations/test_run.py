"""The revisions make exactly the tables that the code describes, and say when they are behind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.util import CommandError

from beside.kit.db import Database
from beside.migrations.run import differences, is_newest, migrate
from tests.rig.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database without a table, on each engine."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.url(server.fresh_database())
    database = Database(url)
    yield database
    await database.close()


async def test_the_revisions_make_what_the_models_say(empty: Database) -> None:
    """From nothing to the newest, and not a table, column or index is missing or too many; going there twice changes nothing."""
    assert not await is_newest(empty)
    for _ in range(2):
        await migrate(empty)
        await differences(empty)
    assert await is_newest(empty)


async def test_a_missing_index_is_noticed(empty: Database) -> None:
    """The comparison above can fail: an index taken away is a difference."""
    await migrate(empty)
    async with empty.engine.begin() as connection:
        await connection.exec_driver_sql("DROP INDEX ix_reading_about")
    with pytest.raises(CommandError, match="ix_reading_about"):
        await differences(empty)
