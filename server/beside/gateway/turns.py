"""Where thousands may knock in the same second, because their node has gone: a few at a time, some wait, and the rest are asked to come later.

Without it each of them takes from those who say something meanwhile. Whoever is sent away is given a time of their own, as many a second as have lately
had their turn: were all of them asked to come in three seconds, the door would spend itself on sending them away again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from beside.kit.errors import Unavailable

AT_ONCE = 2  # a socket costs more than the ticket for it: those who have one are let in before many more are given out
WAITING = 600  # a few seconds of work; a client waits fifteen for an answer, and each who is sent away costs a try
LATER_S = 3.0  # the first time that is given: by then those who wait have had their turn
LATEST_S = 20.0  # and the last, however many there are: nobody sits longer before a page that does not even knock
EACH_S = 0.005  # what a turn is taken to last before any has been seen
SMOOTH = 0.1  # how much a turn counts against those before it


class Turns:
    """One a node."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._each_s = EACH_S
        self._left_at = self._given = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for it. Raises `Unavailable` (`busy`) with a time to come again where too many wait already."""
        if self._waiting >= WAITING:
            raise Unavailable("busy", retry_after_ms=round(self._later() * 1000))
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()
            self._note_pace()

    def _later(self) -> float:
        """Seconds until the time that nobody was given yet."""
        now = asyncio.get_running_loop().time()
        self._given = min(max(self._given + self._each_s, now + LATER_S), now + LATEST_S)
        return self._given - now

    def _note_pace(self) -> None:
        """How long one turn lasts, from the end of the last: while some wait, for otherwise it tells how seldom somebody comes."""
        now = asyncio.get_running_loop().time()
        if self._waiting and self._left_at:
            self._each_s += SMOOTH * (now - self._left_at - self._each_s)
        self._left_at = now if self._waiting else 0.0
