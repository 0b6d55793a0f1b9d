"""How many attempts one worker has under way: a receiver that hangs fills its own room, and nobody else's."""

from collections import Counter
from uuid import UUID

AT_ONE_CHANNEL = 16  # a receiver that answers in a tenth of a second then takes 160 a second; one that hangs holds 16 connections, and no more
IN_ALL = 400  # sixteen hanging receivers and more beside them; well below the thousand files that a process may open by default


class Room:
    """A place is taken before an attempt is written down, and left after its outcome was: what finds none is not claimed, and can be had by another."""

    def __init__(self, at_one_channel: int = AT_ONE_CHANNEL, in_all: int = IN_ALL) -> None:
        self._at_one_channel, self._in_all = at_one_channel, in_all
        self._taken: Counter[UUID] = Counter()

    def take(self, channel: UUID) -> bool:
        """A place for an attempt at this channel; false where there is none just now."""
        if self._taken[channel] >= self._at_one_channel or self._taken.total() >= self._in_all:
            return False
        self._taken[channel] += 1
        return True

    def leave(self, channel: UUID) -> None:
        self._taken[channel] -= 1
        if not self._taken[channel]:
            del self._taken[channel]
