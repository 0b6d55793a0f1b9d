"""A database that is not there yet is waited for, without an end: after a power cut nobody knows what comes up first."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from beside.kit.db import Database
from beside.kit.errors import Unavailable
from beside.kit.logs import log
from beside.kit.reachable import is_away

WAITS_S = (0.5, 1.0, 2.0, 5.0)  # between looks, then the last for ever: no later than any supervisor's own restart, and nothing is hammered
REFUSALS = 2  # in a row, of a database that is there: one alone may be a restart between our question and the look


async def awaited(database: Database, ask: Callable[[], Awaitable[None]], stop: asyncio.Event) -> bool:
    """Ask until the database is there to answer. False where `stop` came first.

    Raises whatever `ask` raises of a database that is there: a wrong key, a wrong password, a setting that forgets. Waiting mends none of these.
    """
    looks = refusals = 0
    while not stop.is_set():
        try:
            await ask()
        except (DBAPIError, PoolTimeout, Unavailable):
            refusals = 0 if await is_away(database) else refusals + 1
            if refusals == REFUSALS:
                raise
        else:
            return True
        if not refusals:
            log.warning("database.awaited", what="It does not answer yet. If it should, look at BESIDE_DATABASE_URL.", attempts=looks + 1)
            await _rest(stop, WAITS_S[min(looks, len(WAITS_S) - 1)])
            looks += 1
    return False


@contextmanager
def told_to_stop() -> Iterator[asyncio.Event]:
    """Set by SIGTERM and SIGINT within the block. As a container's first process nobody else would end us."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for each in signals:
        loop.add_signal_handler(each, stop.set)
    try:
        yield stop
    finally:
        for each in signals:
            loop.remove_signal_handler(each)


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
