"""Take every step of one escalation that is due: claimed by a conditional UPDATE, written down before anything is sent."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import case, func, update
from sqlmodel import col, select

from beside.audit.write import record
from beside.escalations.access import lock
from beside.escalations.climbing import arm, begin_turn, next_of, open_page, rearm
from beside.escalations.holding import LEASE
from beside.escalations.ladder import Do, Step
from beside.escalations.paging import Trying, prepare
from beside.escalations.room import Room
from beside.escalations.tables import Attempt, Cause, Escalation, Page, PageKind
from beside.escalations.telling import tell
from beside.escalations.unacknowledge import unacknowledge
from beside.kit.context import Context, command
from beside.kit.crypto import Unreadable
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.kit.logs import log
from beside.protocol.shapes import Severity

RETAKEN = timedelta(seconds=30)  # should a step itself break, the escalation is looked at again after this
STEPS_AT_ONCE = 20  # more than any ladder has due at one moment; a loop that never ends would be silence
BATCH = 100
CROWDED = timedelta(seconds=2)  # where a channel's room is full, its next page waits so long; the second channel's time comes all the same


async def due_escalations(house: House) -> Sequence[UUID]:
    """Those with a step due now, each hub's in turn, so that nobody waits for another hub's storm; of one hub the most urgent first, and among those
    the ones that nobody was asked about yet.
    """
    urgency = case((col(Escalation.severity) == Severity.critical, 0), (col(Escalation.severity) == Severity.high, 1), else_=2)
    fresh = case((col(Escalation.next_step_at) <= col(Escalation.raised_at), 0), else_=1)
    place = func.row_number().over(partition_by=col(Escalation.hub_id), order_by=(urgency, fresh, col(Escalation.next_step_at)))
    async with house.database.read() as db:
        due = select(Escalation.id, Escalation.next_step_at, place.label("place")).where(
            col(Escalation.closed_at).is_(None), col(Escalation.next_step_at) <= house.clock.now()
        )
        waiting = due.subquery()
        return (await db.exec(select(waiting.c.id).order_by(waiting.c.place, waiting.c.next_step_at).limit(BATCH))).all()


async def advance(house: House, escalation_id: UUID, room: Room | None = None) -> list[Trying]:
    """Take what is due, and return the attempts to make now, each with a place in `room` that is left when it was made. Empty where another worker
    was quicker.
    """
    trying: list[Trying] = []
    room = room or Room()
    try:
        async with command(house) as ctx:
            await _steps(ctx, escalation_id, room, trying)
    except BaseException:
        for one in trying:  # nothing of it is written down, and nobody will make it
            room.leave(one.channel)
        raise
    return trying


async def _steps(ctx: Context, escalation_id: UUID, room: Room, trying: list[Trying]) -> None:
    if not await _claim(ctx, escalation_id):
        return
    escalation = await lock(ctx, escalation_id)
    if escalation is None:
        return
    for _ in range(STEPS_AT_ONCE):
        step, pages = await next_of(ctx, escalation)
        if step is None or step.at > ctx.now:
            await arm(ctx, escalation, step)
            return
        await _take(ctx, escalation, step, pages, room, trying)
        await ctx.db.flush()
    await rearm(ctx, escalation)


async def _claim(ctx: Context, escalation: UUID) -> bool:
    """Of all workers that saw it due, one changes the row; the others wait for the commit and then find it no longer due."""
    due = (col(Escalation.id) == escalation, col(Escalation.closed_at).is_(None), col(Escalation.next_step_at) <= ctx.now)
    won = await ctx.db.exec(update(Escalation).where(*due).values(next_step_at=ctx.now + RETAKEN))
    return bool(won.rowcount == 1)


async def _take(ctx: Context, escalation: Escalation, step: Step, pages: Sequence[Page], room: Room, trying: list[Trying]) -> None:
    match step.do:
        case Do.post:
            await _begin_attempt(ctx, escalation, pages[step.page], pages, room, trying)
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


async def _begin_attempt(ctx: Context, escalation: Escalation, page: Page, pages: Sequence[Page], room: Room, trying: list[Trying]) -> None:
    if not room.take(page.channel_id):
        page.not_before = ctx.now + CROWDED
        log.debug("escalation.channel_crowded", escalation=str(escalation.id), rung=page.rung, channel=str(page.channel_id))
        return
    page.tries += 1
    page.tried_at = ctx.now
    attempt = Attempt(id=new_id(), page_id=page.id, at=ctx.now)
    ctx.db.add(attempt)
    try:
        trying.append(await prepare(ctx, escalation, page, pages, attempt.id))
        page.leased_until = ctx.now + LEASE
    except Unreadable:  # a channel that no longer opens is a failed attempt like another: the rest of the ladder goes on
        room.leave(page.channel_id)
        attempt.ended_at, attempt.reason = ctx.now, "channel"
        log.error("escalation.channel_unreadable", escalation=str(escalation.id), rung=page.rung)
