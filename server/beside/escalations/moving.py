"""Steps taken and attempts made, many at once: what a worker does all the time, and any other process where it finds that no worker does."""

import asyncio
from collections.abc import Coroutine, Sequence
from uuid import UUID

from beside.escalations.advance import BATCH, advance, due_escalations
from beside.escalations.deliver import Outbound, deliver
from beside.escalations.holding import Holding
from beside.escalations.paging import Trying
from beside.escalations.room import Room
from beside.kit.house import House
from beside.kit.logs import log

STEPPING = 5  # escalations moved together, so that one whose row somebody holds does not hold up the others…
WRITING = 5  # …and outcomes written down together: with the rest of the worker's work, what its connections can carry


class Moving:
    """What one process has under way. Any number may be at it beside each other."""

    def __init__(self, house: House, outbound: Outbound) -> None:
        self._house, self._outbound = house, outbound
        self._room, self._holding = Room(), Holding(house)
        self._stepping, self._writing = asyncio.Semaphore(STEPPING), asyncio.Semaphore(WRITING)
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
        for escalation in escalations:
            if escalation not in self._moving:
                await self._stepping.acquire()
                self._moving.add(escalation)
                self.go(self._advance(escalation))

    async def look(self) -> int:
        """Take every step that is due now and make its attempts, to the end; return how many attempts there were. For drills and tests."""
        trying = [attempt for escalation in await due_escalations(self._house) for attempt in await advance(self._house, escalation, self._room)]
        await asyncio.gather(*(self._attempt(one) for one in trying))
        return len(trying)

    async def _advance(self, escalation: UUID) -> None:
        """One that breaks, or whose row somebody holds, must not keep the others from moving."""
        try:
            for one in await advance(self._house, escalation, self._room):
                self.go(self._attempt(one))
        except Exception as failure:
            log.error("escalation.step_broke", escalation=str(escalation), error=type(failure).__name__, exc_info=failure)
        finally:
            self._moving.discard(escalation)
            self._stepping.release()

    async def _attempt(self, trying: Trying) -> None:
        try:
            await deliver(self._house, self._outbound, trying, self._holding, self._writing)
        except Exception as failure:  # its lease runs out, and it is sent again under the same id
            log.error("escalation.attempt_broke", escalation=str(trying.escalation), error=type(failure).__name__, exc_info=failure)
        finally:
            self._room.leave(trying.channel)

    def go(self, work: Coroutine[None, None, None]) -> None:
        """Begin it, and count it among what is under way."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
