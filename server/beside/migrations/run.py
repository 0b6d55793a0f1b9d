"""Bring a database to the newest revision, or say whether it is there. Safe to run from several nodes at once: one does it, the others wait."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from beside.kit.again import again
from beside.kit.context import CROSSED
from beside.kit.db import Database
from beside.kit.errors import Crossed

LOCK = 7_262_843  # any number, the same for all nodes: PostgreSQL's advisory lock
LOCK_WAIT = "2s"  # FAULTS 52: a migration that cannot get its tables gives up rather than stop the service


async def migrate(database: Database) -> None:
    """To the newest revision. One that is further on already is left alone: in a rolling deploy, a node of the version before may be restarted.

    A revision of several tables takes them in an order of its own, and may meet people who are writing: whichever of the two PostgreSQL ends is carried
    out again. Raises `Unavailable` where it met them at every try; then nothing was changed.
    """
    await again(lambda: _all_or_nothing(database))


async def is_new_enough(database: Database) -> bool:
    """Whether the database is at the revision this code was written for, or at a later one: revisions only add, so that this code goes on working."""
    async with database.engine.connect() as connection:
        return bool(await connection.run_sync(lambda c: _is_ahead(c) or _revision(c) == _newest()))


async def write_revision(database: Database, sentence: str, number: str) -> None:
    """For developers: a revision from what the models have and the database lacks."""
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda c: command.revision(_config(c), message=sentence, autogenerate=True, rev_id=number))


async def differences(database: Database) -> None:
    """Raises `alembic.util.CommandError` where models and revisions disagree."""
    async with database.engine.connect() as connection:
        await connection.run_sync(lambda c: command.check(_config(c)))


async def _all_or_nothing(database: Database) -> None:
    engine = database.engine.execution_options(sqlite_write=True) if database.is_sqlite else database.engine
    try:
        async with engine.begin() as connection:
            await _one_at_a_time(connection)
            if not await connection.run_sync(_is_ahead):
                await connection.run_sync(lambda c: command.upgrade(_config(c), "head"))
    except OperationalError as refused:
        said = getattr(refused.orig, "sqlstate", None)
        if said in CROSSED:
            raise Crossed(detail=said) from refused
        raise


async def _one_at_a_time(connection: AsyncConnection) -> None:
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        await connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_ahead(connection: Connection) -> bool:
    """Revisions are numbered: 0001, 0002 …; a higher number than ours was made by a later version."""
    revision, newest = _revision(connection), _newest()
    return revision is not None and newest is not None and revision > newest


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _newest() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return ScriptDirectory.from_config(config).get_current_head()
