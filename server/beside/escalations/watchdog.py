"""Proves each minute that every open escalation is moving. What stands still is an alarm, and is set moving again."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, not_, or_
from sqlmodel import col, select

from beside.escalations.access import lock
from beside.escalations.climbing import rearm, taken_now
from beside.escalations.ladder import TIMERS
from beside.escalations.tables import ASKING, Acknowledgement, Attempt, Escalation, Page, Start
from beside.kit.context import Context, command
from beside.kit.house import House
from beside.kit.logs import log
from beside.kit.metrics import ALARMS

EVERY = timedelta(minutes=1)
STUCK = timedelta(seconds=60)  # three times the longest attempt: whoever made it is gone


async def watch(house: House) -> int:
    """Look at every open escalation once, closely at those that may stand still; return how many alarms there were."""
    alarms = 0
    for escalation_id in await _suspects(house):
        async with command(house) as ctx:
            escalation = await lock(ctx, escalation_id)
            if escalation and escalation.closed_at is None:
                alarms += await _look_at(ctx, escalation)
    return alarms


async def _suspects(house: House) -> Sequence[UUID]:
    """Without a next step while nobody has begun, with one that is late, or with an attempt that never ended."""
    begun = select(Start.acknowledgement_id).join(Acknowledgement, col(Acknowledgement.id) == col(Start.acknowledgement_id))
    begun = begun.where(Acknowledgement.escalation_id == Escalation.id, col(Acknowledgement.ended_at).is_(None))
    now = house.clock.now()
    lost = select(Page.escalation_id).join(Attempt, col(Attempt.page_id) == col(Page.id)).where(col(Attempt.ended_at).is_(None), col(Attempt.at) < now - STUCK)
    stands = or_(
        and_(col(Escalation.next_step_at).is_(None), not_(begun.exists())),
        col(Escalation.next_step_at) < now - min(timers.late for timers in TIMERS.values()),
        col(Escalation.id).in_(lost),
    )
    async with house.database.read() as db:
        return (await db.exec(select(Escalation.id).where(col(Escalation.closed_at).is_(None), stands))).all()


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
        if page.kind in ASKING and page.delivered_at is None and page.turn == escalation.turn and page.tried_at == attempt.at:
            page.leased_until = None
            alarms += _alarm(escalation, "stuck")
    await ctx.db.flush()
    return alarms


def _alarm(escalation: Escalation, kind: str) -> int:
    ALARMS.labels(kind).inc()
    log.error("escalation.not_moving", escalation=str(escalation.id), hub=str(escalation.hub_id), kind=kind)
    return 1
