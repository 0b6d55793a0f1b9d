"""More than so many in so long a time: pings, or mistakes, of one socket."""


class Flood:
    """Remembers nothing until something happens: a node has thousands of these, nearly all empty. `now` is in seconds, and only goes forward."""

    __slots__ = ("_many", "_seconds", "_times")

    def __init__(self, many: int, seconds: float) -> None:
        self._many, self._seconds = many, seconds
        self._times: list[float] = []

    def rises(self, now: float) -> bool:
        """One more. Whether that makes so many within the time."""
        self._times.append(now)
        if len(self._times) > self._many:
            del self._times[0]
        return len(self._times) == self._many and now - self._times[0] < self._seconds
