"""Where thousands may knock in the same second, because their node has gone: a few at a time, some wait, and the rest are asked to come later.

Without it each of them waits for a connection to the database, and whoever says something meanwhile waits behind all of them.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from beside.kit.errors import Unavailable

AT_ONCE = 2  # a socket costs more than the ticket for it: those who have one are let in before many more are given out
WAITING = 600  # a few seconds of work; a client waits fifteen for an answer, and each who is sent away costs a try
LATER_MS = 3_000


class Turns:
    """One a node."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for it. Raises `Unavailable` (`busy`) where too many wait already."""
        if self._waiting >= WAITING:
            raise Unavailable("busy", retry_after_ms=LATER_MS)
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()
