"""Whether there is a database to ask: one that is still to come is waited for, one that refuses us is not."""

import asyncio

from psycopg import pq
from psycopg.conninfo import make_conninfo

from beside.kit.db import Database

ANSWER_S = 5  # whoever has not answered by then is not there: a black hole, a frozen process
NOT_YET = frozenset({pq.Ping.REJECT, pq.Ping.NO_RESPONSE})  # starting, recovering or stopping; nobody at all


async def is_away(database: Database) -> bool:
    """Whether PostgreSQL takes no connections now, from anybody. False where it does, and where the address is none: then waiting helps nobody.

    It is asked as `pg_isready` asks, without our name, our password or the database's name: what is wrong with those is not "away".
    """
    if database.is_sqlite:
        return False
    _, given = database.engine.dialect.create_connect_args(database.url)
    address = {name: value for name, value in given.items() if isinstance(value, str | int)}  # SQLAlchemy adds things of its own
    address["connect_timeout"] = ANSWER_S
    return await asyncio.to_thread(pq.PGconn.ping, make_conninfo("", **address).encode()) in NOT_YET
