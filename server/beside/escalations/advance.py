"""Take every step of one escalation that is due: claimed by a conditional UPDATE, written down before anything is sent."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from beside.audit.write import record
from beside.escalations.access import lock
from beside.escalations.climbing import begin_turn, next_of, open_page, rearm
from beside.escalations.ladder import Do, Step
from beside.escalations.paging import Trying, prepare
from beside.escalations.tables import Attempt, Cause, Escalation, Page, PageKind
from beside.escalations.telling import tell
from beside.escalations.unacknowledge import unacknowledge
from beside.kit.context import Context, command
from beside.kit.crypto import Unreadable
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.kit.logs import log

# A worker that is at a page says so every 1.5 s (`deliver`); one that was killed is known to be gone after 4 s, so that what it held is
# sent within 5 s of a restart (FAULTS 85). A lease as long as the longest attempt would make a critical page wait for it.
LEASE = timedelta(seconds=4)
RETAKEN = timedelta(seconds=30)  # should a step itself break, the escalation is looked at again after this
STEPS_AT_ONCE = 20  # more than any ladder has due at one moment; a loop that never ends would be silence
BATCH = 50


async def due_escalations(house: House) -> Sequence[UUID]:
    """Those with a step due now, the longest waiting first."""
    async with house.database.read() as db:
        due = select(Escalation.id).where(col(Escalation.closed_at).is_(None), col(Escalation.next_step_at) <= house.clock.now())
        return (await db.exec(due.order_by(col(Escalation.next_step_at)).limit(BATCH))).all()


async def advance(house: House, escalation_id: UUID) -> list[Trying]:
    """Take what is due, and return the attempts to make now. Empty where another worker was quicker."""
    trying: list[Trying] = []
    async with command(house) as ctx:
        if not await _claim(ctx, escalation_id):
            return []
        escalation = await lock(ctx, escalation_id)
        if escalation is None:
            return []
        for _ in range(STEPS_AT_ONCE):
            step, pages = await next_of(ctx, escalation)
            if step is None or step.at > ctx.now:
                break
            await _take(ctx, escalation, step, pages, trying)
            await ctx.db.flush()
        await rearm(ctx, escalation)
    return trying


async def _claim(ctx: Context, escalation: UUID) -> bool:
    """Of all workers that saw it due, one changes the row; the others wait for the commit and then find it no longer due."""
    due = (col(Escalation.id) == escalation, col(Escalation.closed_at).is_(None), col(Escalation.next_step_at) <= ctx.now)
    won = await ctx.db.exec(update(Escalation).where(*due).values(next_step_at=ctx.now + RETAKEN))
    return bool(won.rowcount == 1)


async def _take(ctx: Context, escalation: Escalation, step: Step, pages: Sequence[Page], trying: list[Trying]) -> None:
    match step.do:
        case Do.post:
            await _begin_attempt(ctx, escalation, pages[step.page], pages, trying)
        case Do.page:
            await open_page(ctx, escalation, step.rung, step.place, PageKind.page)
            tell(ctx, escalation)
            await record(ctx, "escalation:rung:asked", escalation.hub_id, escalation=escalation.id, turn=escalation.turn, rung=step.rung, place=step.place)
        case Do.remind:
            await open_page(ctx, escalation, step.rung, 0, PageKind.reminder)
        case Do.undo:
            await unacknowledge(ctx, escalation, by=None)
        case Do.again:
            await begin_turn(ctx, escalation, Cause.exhausted)
            tell(ctx, escalation)
            log.error("escalation.exhausted", escalation=str(escalation.id), hub=str(escalation.hub_id))
            await record(ctx, "escalation:ladder:exhausted", escalation.hub_id, escalation=escalation.id, turn=escalation.turn)


async def _begin_attempt(ctx: Context, escalation: Escalation, page: Page, pages: Sequence[Page], trying: list[Trying]) -> None:
    page.tries += 1
    page.tried_at = ctx.now
    attempt = Attempt(id=new_id(), page_id=page.id, at=ctx.now)
    ctx.db.add(attempt)
    try:
        trying.append(await prepare(ctx, escalation, page, pages, attempt.id))
        page.leased_until = ctx.now + LEASE
    except Unreadable:  # a channel that no longer opens is a failed attempt like another: the rest of the ladder goes on
        attempt.ended_at, attempt.reason = ctx.now, "channel"
        log.error("escalation.channel_unreadable", escalation=str(escalation.id), rung=page.rung)
