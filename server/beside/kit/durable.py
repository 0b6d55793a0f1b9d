"""Whether a database keeps what it acknowledged when the power goes. SQLite does, as we set it up; PostgreSQL, unless somebody told it not to."""

from sqlalchemy import text

from beside.kit.db import Database

UNSAFE = {"synchronous_commit": ("off", "local"), "fsync": ("off",), "full_page_writes": ("off",)}  # with any of these, COMMIT is not a promise


async def forgets_by(database: Database) -> str | None:
    """The settings with which an acknowledged message can be lost, in words an operator can look up; None where it cannot."""
    if database.is_sqlite:
        return None
    async with database.engine.connect() as connection:
        set_to = {name: (await connection.execute(text(f"SHOW {name}"))).scalar_one() for name in UNSAFE}
    return ", ".join(f"{name}={value}" for name, value in set_to.items() if value in UNSAFE[name]) or None
