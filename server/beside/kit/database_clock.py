"""The database's time on every machine: measured now and then, carried on between by a clock that nobody can set (FAULTS 102).

A timer that one machine writes is read by another. Each would compare it with its own idea of the hour, and a host whose clock was put forward would
call people too early, one put back too late. So where the database is a server of its own, its hour is everybody's.
"""

import asyncio
import time
from datetime import datetime, timedelta

from sqlalchemy import text

from beside.kit.clock import SystemClock
from beside.kit.db import Database
from beside.kit.logs import log

MEASURE_S = 10.0  # two quartzes drift apart by a millisecond meanwhile; a machine that was suspended is wrong for as long as this
TRIP_S = 0.25  # a longer trip says too little about when the database looked at its clock; half of it is the most we can be wrong by


class DatabaseClock:
    """The system's time until the first measurement, which comes before anything is served."""

    def __init__(self) -> None:
        self._system = SystemClock()
        self._anchor: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """The database's time, as far as it is known."""
        if self._anchor is None:
            return self._system.now()
        at, since = self._anchor
        return at + timedelta(seconds=time.monotonic() - since)

    async def measure(self, database: Database) -> None:
        """Ask the database what time it is. A trip that took long is believed only where there was none before."""
        async with database.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))  # the first statement of a connection carries more than a question
            asked = time.monotonic()
            at = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
            trip = time.monotonic() - asked
        if self._anchor is None or trip <= TRIP_S:
            self._anchor = (at, asked + trip / 2)

    async def keep(self, database: Database) -> None:
        """Measure again and again, until cancelled. While the database is away, the last measurement goes on."""
        while True:
            await asyncio.sleep(MEASURE_S)
            try:
                await self.measure(database)
            except Exception as lost:
                log.warning("clock.not_measured", error=type(lost).__name__)
