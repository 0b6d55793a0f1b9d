"""The revisions make exactly the tables that the code describes, and say when they are behind."""

import ast
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.util import CommandError

from beside.kit.db import Database
from beside.migrations import run
from beside.migrations.run import differences, is_new_enough, migrate
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
    assert not await is_new_enough(empty)
    for _ in range(2):
        await migrate(empty)
        await differences(empty)
    assert await is_new_enough(empty)


async def test_a_missing_index_is_noticed(empty: Database) -> None:
    """The comparison above can fail: an index taken away is a difference."""
    await migrate(empty)
    async with empty.engine.begin() as connection:
        await connection.exec_driver_sql("DROP INDEX ix_reading_about")
    with pytest.raises(CommandError, match="ix_reading_about"):
        await differences(empty)


async def test_an_older_version_may_be_restarted_after_a_deploy(empty: Database) -> None:
    """On a database that a later version has brought further, this code starts, and its own `migrate` changes nothing (FAULTS 34)."""
    await migrate(empty)
    async with empty.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert await is_new_enough(empty)
    await migrate(empty)
    async with empty.engine.begin() as connection:
        assert "9999" == (await connection.exec_driver_sql("SELECT version_num FROM alembic_version")).scalar()
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert not await is_new_enough(empty)


LATER = sorted(path for path in (Path(run.__file__).parent / "versions").glob("0*.py") if not path.name.startswith("0001"))
ADDS = {"create_table", "create_index", "add_column", "batch_alter_table", "execute", "f", "create_foreign_key", "create_unique_constraint", "get_bind"}


@pytest.mark.parametrize("path", LATER, ids=[path.stem for path in LATER])
def test_a_revision_only_adds(path: Path) -> None:
    """A node of the version before goes on working on its tables: nothing is taken away or renamed, and no new column must be filled by it. An index goes
    only after another was made (FAULTS 34)."""
    upgrade = next(part for part in ast.parse(path.read_text()).body if isinstance(part, ast.FunctionDef) and part.name == "upgrade")
    calls = [(call.func, ast.unparse(call)) for call in ast.walk(upgrade) if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)]
    ops = {what.attr for what, _ in calls if isinstance(what.value, ast.Name) and what.value.id in ("op", "batch_op")}
    assert set() == ops - ADDS - {"drop_index"}
    order = [what.attr for what, _ in calls if what.attr in ("create_index", "drop_index")]
    assert order == sorted(order)
    assert order.count("drop_index") <= order.count("create_index")
    added = [text for what, text in calls if what.attr == "add_column"]
    assert [] == [column for column in added if "nullable=True" not in column and "server_default" not in column]
