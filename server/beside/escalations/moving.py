"""Steps taken and attempts made, many at once: what a worker does all the time, and any other process where it finds that no worker does."""

import asyncio
from collections.abc import Coroutine, Sequence
from uuid import UUID

from beside.escalations.advance import BATCH, advance, advance_together, due_escalations
from beside.escalations.deliver import Outbound, deliver
from beside.escalations.holding import Holding
from beside.escalations.outcomes import Outcomes
from beside.escalations.paging import Trying
from beside.escalations.room import Room
from beside.kit.house import House
from beside.kit.logs import log

TOGETHER = 10  # escalations moved in one transaction, which is most of what a step costs; each of them is held for as long as it lasts
STEPPING = 3  # such transactions at once: with the rest of the worker's work, what its connections can carry


class Moving:
    """What one process has under way. Any number may be at it beside each other."""

    def __init__(self, house: House, outbound: Outbound) -> None:
        self._house, self._outbound = house, outbound
        self._room, self._holding = Room(), Holding(house)
        self._stepping, self._outcomes = asyncio.Semaphore(STEPPING), Outcomes(house)
        self._moving: set[UUID] = set()
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def under_way(self) -> set[asyncio.Task[None]]:
        """What has been begun and has not ended."""
        return set(self._under_way)

    async def hold(self) -> None:
        """Until cancelled: say which pages this process is at."""
        await self._holding.keep()

    async def begin_due(self) -> bool:
        """Begin every step that is due now; whether there may be more than one look takes."""
        due = await due_escalations(self._house)
        await self.begin(due)
        return len(due) >= BATCH

    async def begin(self, escalations: Sequence[UUID]) -> None:
        """Begin to move these, as far as they are due; returns when the last has begun."""
        idle = [each for each in escalations if each not in self._moving]
        for start in range(0, len(idle), TOGETHER):
            some = idle[start : start + TOGETHER]
            await self._stepping.acquire()
            self._moving.update(some)
            self.go(self._advance(some))

    async def look(self) -> int:
        """Take every step that is due now and make its attempts, to the end; return how many attempts there were. For drills and tests."""
        trying = [attempt for escalation in await due_escalations(self._house) for attempt in await advance(self._house, escalation, self._room)]
        await asyncio.gather(*(self._attempt(one) for one in trying))
        return len(trying)

    async def _advance(self, escalations: Sequence[UUID]) -> None:
        """One that breaks must not keep the others from moving: then each is tried alone."""
        try:
            if not await self._step(escalations) and len(escalations) > 1:
                for each in escalations:
                    await self._step([each])
        finally:
            self._moving.difference_update(escalations)
            self._stepping.release()

    async def _step(self, escalations: Sequence[UUID]) -> bool:
        try:
            trying = await advance_together(self._house, escalations, self._room)
        except Exception as failure:
            alone = str(escalations[0]) if len(escalations) == 1 else None
            log.error("escalation.step_broke", escalation=alone, count=len(escalations), error=type(failure).__name__, exc_info=failure)
            return False
        for one in trying:
            self.go(self._attempt(one))
        return True

    async def _attempt(self, trying: Trying) -> None:
        try:
            await deliver(self._house, self._outbound, trying, self._holding, self._room, self._outcomes)
        except Exception as failure:  # its lease runs out, and it is sent again under the same id
            log.error("escalation.attempt_broke", escalation=str(trying.escalation), error=type(failure).__name__, exc_info=failure)
        finally:
            self._room.leave(trying.channel)

    def go(self, work: Coroutine[None, None, None]) -> None:
        """Begin it, and count it among what is under way."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
