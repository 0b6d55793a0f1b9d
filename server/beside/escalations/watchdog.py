"""Proves each minute that every open escalation is moving. What stands still is an alarm, and is set moving again."""

from datetime import timedelta

from prometheus_client import Counter
from sqlmodel import col, select

from beside.escalations.access import lock
from beside.escalations.climbing import rearm, taken_now
from beside.escalations.ladder import TIMERS
from beside.escalations.tables import Attempt, Escalation, Page
from beside.kit.context import Context, command
from beside.kit.house import House
from beside.kit.logs import log

EVERY = timedelta(minutes=1)
STUCK = timedelta(seconds=60)  # three times the longest attempt: whoever made it is gone

ALARMS = Counter("beside_escalation_alarms_total", "Escalations that were found not to be moving, by what was wrong.", ["kind"])


async def watch(house: House) -> int:
    """Look at every open escalation once; return how many alarms there were."""
    async with house.database.read() as db:
        open_now = (await db.exec(select(Escalation.id).where(col(Escalation.closed_at).is_(None)))).all()
    alarms = 0
    for escalation_id in open_now:
        async with command(house) as ctx:
            escalation = await lock(ctx, escalation_id)
            if escalation and escalation.closed_at is None:
                alarms += await _look_at(ctx, escalation)
    return alarms


async def _look_at(ctx: Context, escalation: Escalation) -> int:
    alarms = await _lost_attempts(ctx, escalation)
    taken = await taken_now(ctx, escalation)
    if escalation.next_step_at is None:
        if taken is None or not taken.started:
            alarms += _alarm(escalation, "no_next_step")
    elif escalation.next_step_at < ctx.now - TIMERS[escalation.severity].late:
        alarms += _alarm(escalation, "late")
    if alarms:
        await rearm(ctx, escalation)
        ctx.wake()
    return alarms


async def _lost_attempts(ctx: Context, escalation: Escalation) -> int:
    """Attempts without an outcome long after they can have had one: their page is free again, and its attempt marked."""
    unfinished = select(Attempt, Page).join(Page, col(Page.id) == col(Attempt.page_id))
    lost = (await ctx.db.exec(unfinished.where(Page.escalation_id == escalation.id, col(Attempt.ended_at).is_(None), col(Attempt.at) < ctx.now - STUCK))).all()
    alarms = 0
    for attempt, page in lost:
        attempt.ended_at, attempt.reason = ctx.now, "lost"
        if page.delivered_at is None and page.turn == escalation.turn and page.tried_at == attempt.at:
            page.leased_until = None
            alarms += _alarm(escalation, "stuck")
    await ctx.db.flush()
    return alarms


def _alarm(escalation: Escalation, kind: str) -> int:
    ALARMS.labels(kind).inc()
    log.error("escalation.not_moving", escalation=str(escalation.id), hub=str(escalation.hub_id), kind=kind)
    return 1
