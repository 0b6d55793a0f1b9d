"""The composition root of jobs and timers: steps of escalations, durable jobs, the watchdog. Inside the web process, or alone as `beside worker`."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import replace
from uuid import UUID

from beside.escalations.advance import BATCH, advance, due_escalations
from beside.escalations.deliver import Outbound, deliver
from beside.escalations.holding import Holding
from beside.escalations.paging import Trying
from beside.escalations.room import Room
from beside.escalations.watchdog import EVERY, watch
from beside.kit.db import Database
from beside.kit.egress import make_ready
from beside.kit.house import House
from beside.kit.jobs import BATCH as JOBS
from beside.kit.jobs import Run, run_due
from beside.kit.logs import log
from beside.matching.unstaffed import EVERY as LINES_EVERY
from beside.matching.unstaffed import watch_lines
from beside.reactions import WORK

LOOK_S = 0.5  # between looks when nobody wakes us: a quarter of the 2 s that a critical first attempt may take
REST_S = 1.0  # after a look that broke, so that a database that is away is not hammered
STEPPING = 6  # escalations moved together, so that one whose row somebody holds does not hold up the others…
WRITING = 6  # …and outcomes written down together: with the rest of the worker's work, what its connections can carry
GRACE_S = 8.0  # on the way out, for what was sent to be written down too; what is cut off is sent again under the same id


class Worker:
    """Any number may run beside each other. `work` maps the name of a job to what does it."""

    def __init__(self, house: House, work: Mapping[str, Run], outbound: Outbound | None = None) -> None:
        self._house = house
        self._work = work
        self._outbound = outbound or Outbound()
        self._room, self._holding = Room(), Holding(house)
        self._stepping, self._writing = asyncio.Semaphore(STEPPING), asyncio.Semaphore(WRITING)
        self._moving: set[UUID] = set()
        self._under_way: set[asyncio.Task[None]] = set()
        self._woken = (asyncio.Event(), asyncio.Event())

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; then what is under way is finished, as far as `GRACE_S` goes. Nothing that breaks ends a loop."""
        await make_ready()
        self._house.woken.append(self._wake)
        steps, jobs = self._woken
        loops = [
            asyncio.create_task(self._keep("steps", self._steps, stop, steps, LOOK_S)),
            asyncio.create_task(self._keep("jobs", self._jobs, stop, jobs, LOOK_S)),
            asyncio.create_task(self._keep("lines", self._lines, stop, asyncio.Event(), LINES_EVERY.total_seconds())),
            asyncio.create_task(self._keep("watchdog", self._watch, stop, asyncio.Event(), EVERY.total_seconds())),
        ]
        holding = asyncio.create_task(self._holding.keep())
        try:
            await stop.wait()
            self._wake()
        finally:
            self._house.woken.remove(self._wake)
            await self._leave(loops)
            holding.cancel()

    async def look(self) -> int:
        """Take every step that is due now and make its attempts; return how many attempts there were. For drills and tests: `run` does the same for ever."""
        trying = [attempt for escalation in await due_escalations(self._house) for attempt in await advance(self._house, escalation, self._room)]
        await asyncio.gather(*(self._attempt(one) for one in trying))
        return len(trying)

    def _wake(self) -> None:
        for event in self._woken:
            event.set()

    async def _keep(self, name: str, look: Callable[[], Awaitable[bool]], stop: asyncio.Event, woken: asyncio.Event, wait_s: float) -> None:
        """Look, and look again: at once while there is more, after `wait_s` or when woken otherwise."""
        while not stop.is_set():
            woken.clear()
            wait = wait_s
            try:
                wait = 0.0 if await look() else wait_s
            except Exception as failure:
                log.error("worker.look_broke", what=name, error=type(failure).__name__, exc_info=failure)
                wait = REST_S
            if wait and not stop.is_set():
                stopping = asyncio.ensure_future(stop.wait())
                waking = asyncio.ensure_future(woken.wait())
                await asyncio.wait({stopping, waking}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
                for waiter in (stopping, waking):
                    waiter.cancel()

    async def _steps(self) -> bool:
        due = await due_escalations(self._house)
        for escalation in due:
            if escalation not in self._moving:
                await self._stepping.acquire()
                self._moving.add(escalation)
                self._go(self._advance(escalation))
        return len(due) >= BATCH

    async def _advance(self, escalation: UUID) -> None:
        """One that breaks, or whose row somebody holds, must not keep the others from moving."""
        try:
            for one in await advance(self._house, escalation, self._room):
                self._go(self._attempt(one))
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

    def _go(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _jobs(self) -> bool:
        return await run_due(self._house, self._work) >= JOBS

    async def _watch(self) -> bool:
        await watch(self._house)
        return False

    async def _lines(self) -> bool:
        await watch_lines(self._house)
        return False

    async def _leave(self, loops: list[asyncio.Task[None]]) -> None:
        """What is under way may lead to more: a step that was being taken to its attempts."""
        by = asyncio.get_running_loop().time() + GRACE_S
        while (left := {task for task in (*loops, *self._under_way) if not task.done()}) and (seconds := by - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(left, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def run_worker(house: House, stop: asyncio.Event, allowed: Collection[str] = ()) -> None:
    """Until `stop`, on connections to the database that are the worker's own: requests that queue for theirs do not hold up an alarm (FAULTS 49).

    `allowed`: the operator's private webhook receivers. SQLite has one writer whoever asks, so there the house's own is shared.
    """
    if house.database.is_sqlite:
        return await Worker(house, WORK, Outbound(allowed)).run(stop)
    reserved = Database(house.database.url.render_as_string(hide_password=False))
    try:
        await Worker(replace(house, database=reserved), WORK, Outbound(allowed)).run(stop)
    finally:
        await reserved.close()
