"""How many attempts one worker has under way: a receiver that hangs fills its own room, and nobody else's."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

AT_ONE_CHANNEL = 16  # a receiver that answers in a tenth of a second then takes 160 a second; one that hangs holds 16 connections, and no more
# More for the same channel, which go as soon as one has ended: a look finds the calls of half a second together. One round, and no more: whoever waits behind
# the longest attempt (20 s) and is as long has ended well before the watchdog takes an attempt for lost (60 s)
IN_LINE = 16
IN_ALL = 800  # twenty-five hanging receivers with their lines; their connections are well below the thousand files that a process may open by default
SOON = timedelta(seconds=0.25)  # a receiver that answers has all its places free again by then...
CROWDED = timedelta(seconds=2)  # ...and one that does not is looked at no more often than this; the second channel's time comes all the same


class Room:
    """It is taken before an attempt is written down, and left after its outcome was: what finds none is not claimed, and can be had by another."""

    def __init__(self, at_one_channel: int = AT_ONE_CHANNEL, in_line: int = IN_LINE, in_all: int = IN_ALL) -> None:
        self._at_one_channel, self._in_line, self._in_all = at_one_channel, in_line, in_all
        self._taken: Counter[UUID] = Counter()
        self._away: Counter[UUID] = Counter()  # turned away, less those that left since
        self._places: dict[UUID, asyncio.Semaphore] = {}

    def take(self, channel: UUID) -> bool:
        """Room for an attempt at this channel; false where there is none just now, and then `rest` says when to ask again."""
        if self._taken[channel] >= self._at_one_channel + self._in_line or self._taken.total() >= self._in_all:
            self._away[channel] += 1
            return False
        self._taken[channel] += 1
        return True

    @asynccontextmanager
    async def place(self, channel: UUID) -> AsyncIterator[None]:
        """While it is made: wait for one of the channel's places."""
        async with self._places.setdefault(channel, asyncio.Semaphore(self._at_one_channel)):
            yield

    def rest(self, channel: UUID) -> timedelta:
        """How long to wait for room: as many at a time as there are places, so that a burst is not slow and a storm does not ask all the time."""
        return min(CROWDED, SOON * -(-self._away[channel] // self._at_one_channel))

    def leave(self, channel: UUID) -> None:
        for counted in (self._taken, self._away):
            counted[channel] -= 1
            if counted[channel] <= 0:
                del counted[channel]
        if channel not in self._taken:
            self._places.pop(channel, None)
