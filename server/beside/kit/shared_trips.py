"""Questions that many ask at the same moment, in one trip to the database.

For what everybody asks who knocks: who is behind this token, may they follow that. When a node has gone, thousands ask it in the same seconds; a session
for each of them costs many times what the database has to do for it. While one trip is under way the next questions gather; nobody waits for company.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.exc import TimeoutError as PoolTimeout

from beside.kit.answering import said_nothing
from beside.kit.trip import Found, Step

AT_ONCE = 100  # askers in one trip: more gain nothing, and all of them wait for it
WAITING = 5_000  # beyond it people are told that it is busy; each holds little more than its question
TRIP_S = 5.0  # a database that says nothing for so long is taken for one that is away

Run = Callable[[Sequence[Step]], Awaitable[list[Found]]]
Asked = tuple[Sequence[Step], asyncio.Future[list[Found]]]


class SharedTrips:
    """`run` carries out the steps of all who asked, in their order. Where it fails, it failed for all of them: the statements are our own, and fixed.
    Where it gets no answer, it failed for those who wait in line too.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._waiting: deque[Asked] = deque()
        self._working: asyncio.Task[None] | None = None

    async def look(self, *steps: Step) -> list[Found]:
        """What these find. Raises what `run` does, and SQLAlchemy's `TimeoutError` where it takes too long or too many wait."""
        if len(self._waiting) >= WAITING:
            raise PoolTimeout
        answered: asyncio.Future[list[Found]] = asyncio.get_running_loop().create_future()
        self._waiting.append((steps, answered))
        if self._working is None:
            self._working = asyncio.create_task(self._work(), name="shared-trips")
        return await answered

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._go([self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))])
        finally:
            self._working = None

    async def _go(self, batch: Sequence[Asked]) -> None:
        batch = [asked for asked in batch if not asked[1].done()]  # whoever has gone meanwhile needs no answer
        if not batch:
            return
        try:
            async with asyncio.timeout(TRIP_S):
                found = await self._run([step for steps, _ in batch for step in steps])
        except Exception as refused:
            if said_nothing(refused):  # then it says nothing to those in line either, who would wait as long again
                batch += self._waiting
                self._waiting.clear()
            for _, answered in batch:
                if not answered.done():
                    answered.set_exception(PoolTimeout() if isinstance(refused, TimeoutError) else refused)
            return
        rest = iter(found)
        for steps, answered in batch:
            mine = [next(rest) for _ in steps]
            if not answered.done():
                answered.set_result(mine)
