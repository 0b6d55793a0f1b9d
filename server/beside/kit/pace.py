"""How quickly one person may speak. Counted in this process, without waiting for anybody: it is asked for every message.

A person has a few sockets, nearly always on one node; with several nodes they could speak as often on each, which is still no flood.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable

REMEMBERED = 50_000  # people who spoke lately, about 30 MB if all of them spoke as often as they may; beyond it the one who was silent longest is forgotten


class Pace:
    """`allowed` gives how often in how many seconds, and is asked each time. Times are seconds of any clock that only goes forward."""

    def __init__(self, allowed: Callable[[], tuple[int, float]]) -> None:
        self._allowed = allowed
        self._spoke: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def wait(self, whom: Hashable, now: float) -> float:
        """Count one try of `whom` and return 0, or return for how many seconds they had better wait, and count nothing."""
        times, seconds = self._allowed()
        spoke = self._spoke.get(whom)
        if spoke is None:
            spoke = self._spoke[whom] = deque()
            if len(self._spoke) > REMEMBERED:
                self._spoke.popitem(last=False)
        else:
            self._spoke.move_to_end(whom)
            while spoke and spoke[0] <= now - seconds:
                spoke.popleft()
        if len(spoke) >= times:
            return spoke[0] + seconds - now
        spoke.append(now)
        return 0.0

    def take_back(self, whom: Hashable) -> None:
        """The last try of `whom` came to nothing, and does not count."""
        if spoke := self._spoke.get(whom):
            spoke.pop()
