"""Databases with every table of the house in them: made once, then copied, so that each test has its own in a moment."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import beside.migrations.tables as every_table
from beside.kit.db import Table


def make_tables(url: str) -> None:
    """Create them all in the database at `url` (as operators write it), marked as the newest revision; a test of migrations compares the two."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    config = Config()
    config.set_main_option("script_location", str(Path(every_table.__file__).parent))
    with engine.begin() as connection:
        Table.metadata.create_all(connection)
        MigrationContext.configure(connection).stamp(ScriptDirectory.from_config(config), "head")
    engine.dispose()
