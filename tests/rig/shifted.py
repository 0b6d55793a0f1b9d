"""Beside on a machine whose clock somebody sets: `python -m tests.rig.shifted FILE worker`. FILE holds seconds, and is read at every look at the clock.

The wall clock is put forward or back where a process reads it: `time.time` and the one place in Beside that asks for the date. What the machine counts
since it was started (`time.monotonic`) goes on, as it does when an operator or NTP sets a clock.
"""

import sys
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from beside.kit import clock

_really = time.time


def shift(file: Path) -> None:
    """From now on, in this process."""

    def by() -> float:
        return float(file.read_text() or 0)

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # what it gives is a plain time
            return datetime.fromtimestamp(_really(), tz) + timedelta(seconds=by())

    time.time = lambda: _really() + by()
    vars(clock)["datetime"] = Shifted


if __name__ == "__main__":
    from beside.__main__ import main

    shift(Path(sys.argv.pop(1)))
    main()
