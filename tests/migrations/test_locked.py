"""A migration that cannot get its tables gives up; the service that uses them lives."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.config import Config
from sqlalchemy import Connection

from beside.conversations.open import open_one_to_one
from beside.kit.context import command
from beside.kit.db import Database
from beside.kit.ids import new_id
from beside.messages.together import say
from beside.migrations import run
from beside.serving import migrate_database
from beside.settings import NotConfigured, Settings
from tests.rig.cast import make_cast
from tests.rig.house import open_house
from tests.rig.wait import until

FOUND_S = 30.0  # bounds the wait
LOOKS_S = 3  # into a wait, whether it is a deadlock
TOMORROW = '''"""Add a column to the busiest table, and one to the table that whoever writes takes first."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "tomorrow", "{newest}", None, None


def upgrade() -> None:
    op.add_column("event", sa.Column("tomorrow", sa.Integer()))
    op.add_column("conversation", sa.Column("tomorrow", sa.Integer()))
'''


@pytest.fixture
def tomorrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One revision more than there is."""
    (tmp_path / "tomorrow.py").write_text(TOMORROW.format(newest=run._newest()))
    today = run._config

    def config(connection: Connection) -> Config:
        found = today(connection)
        found.set_main_option("path_separator", "os")
        found.set_main_option("version_locations", os.pathsep.join([str(Path(run.__file__).parent / "versions"), str(tmp_path)]))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(run, "_config", config)
        yield


def waits_for(url: str, table: str) -> bool:
    """Whether the migration stands in line for this table."""
    with psycopg.connect(url) as asking:
        return asking.execute("SELECT FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table]).fetchone() is not None


async def writer(url: str) -> psycopg.AsyncConnection:
    """Somebody who writes: they have the conversation, and will want to add a line to it."""
    made = await psycopg.AsyncConnection.connect(url)
    await made.execute("SET deadlock_timeout = '60s'")  # it is the migration that finds out
    await made.execute("LOCK TABLE conversation IN ROW SHARE MODE")
    return made


async def test_a_migration_that_cannot_get_its_table_gives_up(tomorrow: None, tmp_path: Path, postgres_url: str) -> None:
    """A reader holds the table: the deploy aborts in plain words, nothing has changed, who wrote meanwhile was served, and later it works (FAULTS 52)."""
    settings = Settings(data=tmp_path, database_url=postgres_url)
    async with open_house(postgres_url) as house:
        cast = await make_cast(house)
        async with command(house) as ctx:
            chat = (await open_one_to_one(ctx, cast.hub, cast.member.account, cast.peer.account)).id
        async with await psycopg.AsyncConnection.connect(postgres_url) as reader:
            await reader.execute("LOCK TABLE event IN ACCESS SHARE MODE")
            migrating = asyncio.create_task(migrate_database(settings))
            await until(lambda: waits_for(postgres_url, "event"), FOUND_S, "the migration to wait")
            said = await asyncio.gather(*(say(house, cast.member.actor, chat, new_id(), f"line {n}") for n in range(3)))
            with pytest.raises(NotConfigured, match="in use"):
                await migrating
            again = await say(house, cast.peer.actor, chat, new_id(), "and on")
        assert [4, 5, 6, 7] == [each.seq for each in (*said, again)]
        database = Database(postgres_url)
        assert await run.is_new_enough(database)  # as this code knows it: the deploy has left no trace
        await migrate_database(settings)
        async with database.engine.connect() as connection:
            assert [(None,)] * 7 == [tuple(row) for row in await connection.exec_driver_sql("SELECT tomorrow FROM event")]
        await database.close()


@pytest.mark.parametrize(("meetings", "columns"), [(1, 2), (4, 0)])
async def test_a_migration_that_meets_people_who_write_goes_again(
    tomorrow: None, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, meetings: int, columns: int
) -> None:
    """It has one table and waits for the other, they have the other and wait for the first: PostgreSQL ends the migration, which goes again unnoticed. If
    that happens at four tries running the deploy aborts in plain words, and nothing has changed (FAULTS 50, 52)."""
    said: list[str] = []
    monkeypatch.setattr(run, "LOCK_WAIT", "30s")  # a busy machine may need a moment until all of them wait, and PostgreSQL looks for a deadlock only once
    async with open_house(postgres_url) as house:
        async with house.database.engine.begin() as own:
            await own.exec_driver_sql(f"ALTER DATABASE {house.database.url.database} SET deadlock_timeout = '{LOOKS_S}s'")
        writing = await writer(postgres_url)
        migrating = asyncio.create_task(migrate_database(Settings(data=tmp_path, database_url=postgres_url)))
        for left in reversed(range(meetings)):
            await until(lambda: waits_for(postgres_url, "conversation"), FOUND_S, "the migration to wait")
            await writing.execute("LOCK TABLE event IN ROW EXCLUSIVE MODE")  # returns once the migration was ended
            following = await writer(postgres_url) if left else None
            await writing.close()
            writing = following or writing
        try:
            await migrating
        except NotConfigured as refused:
            said.append(str(refused))
        async with house.database.engine.connect() as connection:
            found = await connection.exec_driver_sql("SELECT count(*) FROM information_schema.columns WHERE column_name = 'tomorrow'")
            assert columns == found.scalar_one()
    assert (columns == 0) == any("in use" in each for each in said)
