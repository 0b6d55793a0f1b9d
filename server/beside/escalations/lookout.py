"""Every process looks whether the alarm itself is at work: nodes too, for a worker that hangs cannot say so (FAULTS 101).

What is found is said outside the escalation's own way: in the log, in the metrics, in the ledger, at `/readyz`, on the pages of whoever is on duty. And
whoever found it takes the step, by the same claim as a worker: the people on call are then asked under the same `webhook-id`, whoever asks.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from beside.audit.write import record
from beside.escalations.beats import UNSEEN, last_seen
from beside.escalations.heartbeat import is_missed
from beside.escalations.ladder import TIMERS
from beside.escalations.moving import Moving
from beside.escalations.tables import Escalation
from beside.escalations.watch_tables import Alarm
from beside.kit.context import command, query
from beside.kit.egress import make_ready
from beside.kit.ending import end
from beside.kit.house import House
from beside.kit.logs import log
from beside.kit.metrics import ALARMS
from beside.protocol.shapes import AlarmKind

LOOK_S = 5.0  # added to the 15 s that a critical step may be late
AT_ONCE = 50  # late ones in one look, the latest first
SOONEST = min(timers.late for timers in TIMERS.values())

WORDS = {
    AlarmKind.no_worker: "No worker has been seen lately: calls for a clinician are made by the nodes, later than they should be.",
    AlarmKind.step_late: "A call for a clinician is later than it may be.",
    AlarmKind.heartbeat_missed: "The heartbeat has not been taken in for minutes: what is raised now may not get out.",
}


class Lookout:
    """`concerns` is what this process found at its last look, in words for `/readyz`."""

    def __init__(self, house: House, moving: Moving) -> None:
        self._house, self._moving = house, moving
        self.concerns: Mapping[str, str] = {}
        self._unseen_for = timedelta()
        self._ready = False

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. A look that breaks is followed by the next."""
        holding = asyncio.create_task(self._moving.hold())
        while not stop.is_set():
            try:
                await self.look()
            except Exception as failure:
                log.warning("lookout.look_broke", error=type(failure).__name__, exc_info=failure)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_S)
        await end(holding)

    async def look(self) -> None:
        """Find what is late, say so, begin to take its step."""
        at_work, late, standing, missed = await self._find()
        # a node that has just started gives the worker beside it as long as one may be silent
        self._unseen_for = timedelta() if at_work else self._unseen_for + timedelta(seconds=LOOK_S)
        silent = self._unseen_for > UNSEEN
        if silent:
            await self._say(AlarmKind.no_worker, None, "", standing)
        if missed:
            await self._say(AlarmKind.heartbeat_missed, None, "", standing)
        for escalation, hub in late:
            await self._say(AlarmKind.step_late, hub, str(escalation), standing)
        holds = {kind for kind, true in ((AlarmKind.step_late, late), (AlarmKind.no_worker, silent), (AlarmKind.heartbeat_missed, missed)) if true}
        if not at_work:  # whoever found it, it goes on: the next step will be late too
            holds |= {AlarmKind.step_late, AlarmKind.no_worker} & {AlarmKind(kind) for kind, _ in standing}
        self.concerns = {kind.value: WORDS[kind] for kind in AlarmKind if kind in holds}
        if late:
            await self._take_the_step([escalation for escalation, _ in late])
        if standing:
            await self._write_into_ledgers()
            await self._end(holds, [str(escalation) for escalation, _ in late] if at_work else None)

    async def _find(self) -> tuple[bool, list[tuple[UUID, UUID]], set[tuple[str, str]], bool]:
        """Whether a worker is at work; what is late, with its hub; which alarms stand; whether heartbeats are missed."""
        async with query(self._house) as ctx:
            seen = await last_seen(ctx)
            waiting = select(Escalation.id, Escalation.hub_id, Escalation.severity, Escalation.next_step_at).where(
                col(Escalation.closed_at).is_(None), col(Escalation.next_step_at) < ctx.now - SOONEST
            )
            found = (await ctx.db.exec(waiting.order_by(col(Escalation.next_step_at)).limit(AT_ONCE))).all()
            late = [(escalation, hub) for escalation, hub, severity, due in found if due and due < ctx.now - TIMERS[severity].late]
            standing = (await ctx.db.exec(select(Alarm.kind, Alarm.about).where(col(Alarm.ended_at).is_(None)))).all()
            at_work = seen is not None and seen >= ctx.now - UNSEEN
            return at_work, late, {(str(kind), about) for kind, about in standing}, await is_missed(ctx)

    async def _say(self, kind: AlarmKind, hub: UUID | None, about: str, standing: set[tuple[str, str]]) -> None:
        """Of all processes that found it, one says so. Nothing is locked for it that whoever hangs may hold."""
        if (kind.value, about) in standing:
            return
        standing.add((kind.value, about))
        try:
            async with command(self._house) as ctx:
                ctx.db.add(Alarm(kind=kind, about=about, hub_id=hub, found_at=ctx.now, found_by=self._house.node))
        except IntegrityError:
            return
        ALARMS.labels(kind.value).inc()
        log.error("escalation.alarm", kind=kind.value, escalation=about or None, hub=str(hub) if hub else None, node=self._house.node)

    async def _take_the_step(self, late: Sequence[UUID]) -> None:
        """As a worker would: the people on call are asked by whoever noticed."""
        if not self._ready:
            await make_ready()
            self._ready = True
        await self._moving.begin(late)

    async def _write_into_ledgers(self) -> None:
        """After it was said; once, by whichever process can."""
        mine = col(Alarm.recorded_at).is_(None), col(Alarm.hub_id).is_not(None)
        async with query(self._house) as ctx:
            missing = (await ctx.db.exec(select(Alarm.id, Alarm.hub_id, Alarm.about).where(*mine).limit(AT_ONCE))).all()
        for alarm, hub, about in missing:
            async with command(self._house) as ctx:
                first = await ctx.db.exec(update(Alarm).where(col(Alarm.id) == alarm, col(Alarm.recorded_at).is_(None)).values(recorded_at=ctx.now))
                if first.rowcount and hub:
                    await record(ctx, "escalation:step:late", hub, escalation=about)

    async def _end(self, holds: Collection[AlarmKind], late: Sequence[str] | None) -> None:
        """What does not hold any more is no alarm any more. Of those about one escalation, while a worker is at work, all but `late`."""
        over: ColumnElement[bool] = col(Alarm.kind).not_in(holds)
        if late is not None:
            over = or_(over, and_(col(Alarm.kind) == AlarmKind.step_late, col(Alarm.about).not_in(late)))
        async with command(self._house) as ctx:
            ended = await ctx.db.exec(update(Alarm).where(col(Alarm.ended_at).is_(None), over).values(ended_at=ctx.now))
        if ended.rowcount:
            log.info("escalation.alarm_over", count=ended.rowcount, node=self._house.node)
