"""The composition root of jobs and timers: steps of escalations, durable jobs, the watchdog. Inside the web process, or alone as `beside worker`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from beside.escalations import beats
from beside.escalations.deliver import Outbound
from beside.escalations.heartbeat import Heart, Pulse
from beside.escalations.lookout import Lookout
from beside.escalations.moving import Moving
from beside.escalations.shifts.findings import look_ahead
from beside.escalations.watchdog import EVERY, watch
from beside.kit.db import Database
from beside.kit.egress import make_ready
from beside.kit.ending import end
from beside.kit.house import House
from beside.kit.jobs import BATCH, Run, run_due
from beside.kit.logs import log
from beside.matching.unstaffed import EVERY as LINES_EVERY
from beside.matching.unstaffed import watch_lines
from beside.reactions import WORK

LOOK_S = 0.5  # between looks when nobody wakes us: a quarter of the 2 s that a critical first attempt may take
ROTA_S = 60.0  # between looks at which hub's rota is due: each is every ten minutes, three days ahead of what it finds
REST_S = 1.0  # after a look that broke, so that a database that is away is not hammered
GRACE_S = 8.0  # on the way out, for what was sent to be written down too; what is cut off is sent again under the same id


class Worker:
    """Any number may run beside each other. `work` maps the name of a job to what does it."""

    def __init__(self, house: House, work: Mapping[str, Run], outbound: Outbound | None = None, heart: Heart | None = None) -> None:
        self._house = house
        self._work = work
        self._moving = Moving(house, outbound or Outbound())
        self._pulse = Pulse(house, outbound or Outbound(), heart) if heart else None
        self._woken = (asyncio.Event(), asyncio.Event())
        self._beat_at = 0.0

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
            asyncio.create_task(self._keep("rota", self._look_ahead, stop, asyncio.Event(), ROTA_S)),
        ]
        holding = asyncio.create_task(self._moving.hold())
        try:
            await stop.wait()
            self._wake()
        finally:
            self._house.woken.remove(self._wake)
            await self._leave(loops)
            await end(holding)
            with suppress(Exception):  # the database may be what went first
                await beats.say_goodbye(self._house)

    async def look(self) -> int:
        """Take every step that is due now and make its attempts; return how many attempts there were. For drills and tests: `run` does the same for ever."""
        return await self._moving.look()

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
        more = await self._moving.begin_due()
        if (now := asyncio.get_running_loop().time()) >= self._beat_at:  # only after a whole look: a worker that cannot look is not at work
            await beats.beat(self._house)
            self._beat_at = now + beats.EVERY.total_seconds()
        if self._pulse and (minute := await self._pulse.claim()) is not None:  # from here, so that it stops where pages would
            self._moving.go(self._pulse.send(minute))
        return more

    async def _jobs(self) -> bool:
        return await run_due(self._house, self._work) >= BATCH

    async def _look_ahead(self) -> bool:
        await look_ahead(self._house)
        return False

    async def _watch(self) -> bool:
        await watch(self._house)
        return False

    async def _lines(self) -> bool:
        await watch_lines(self._house)
        return False

    async def _leave(self, loops: list[asyncio.Task[None]]) -> None:
        """What is under way may lead to more: a step that was being taken to its attempts."""
        by = asyncio.get_running_loop().time() + GRACE_S
        while (left := {task for task in (*loops, *self._moving.under_way) if not task.done()}) and (seconds := by - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(left, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        await end(*left)


async def run_worker(house: House, stop: asyncio.Event, allowed: Collection[str] = (), heart: Heart | None = None) -> None:
    """Until `stop`, on connections to the database that are the worker's own: requests that queue for theirs do not hold up an alarm (FAULTS 49).

    `allowed`: the operator's private webhook receivers. `heart`: where heartbeats go, if anywhere.
    """
    async with reserved(house, patient=True) as own:
        await Worker(own, WORK, Outbound(allowed, relay=house.relay), heart).run(stop)


@asynccontextmanager
async def reserved(house: House, *, patient: bool = False) -> AsyncIterator[House]:
    """The same house with connections of its own (`patient`: `kit.db`). SQLite has one writer whoever asks, so there the house's are shared."""
    if house.database.is_sqlite:
        yield house
        return
    own = Database(house.database.url.render_as_string(hide_password=False), patient=patient)
    try:
        yield replace(house, database=own)
    finally:
        await own.close()


@asynccontextmanager
async def looking_out(house: House, stop: asyncio.Event, allowed: Collection[str] = ()) -> AsyncIterator[Lookout]:
    """Beside whatever else this process does: look whether the alarm is at work."""
    async with reserved(house) as own:
        lookout = Lookout(own, Moving(own, Outbound(allowed, relay=house.relay)))
        looking = asyncio.create_task(lookout.run(stop), name="lookout")
        try:
            yield lookout
        finally:
            await end(looking)
