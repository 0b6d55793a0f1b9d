"""Take every step of an escalation that is due: claimed by a conditional UPDATE, written down before anything is sent."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import case, func, update
from sqlmodel import col, select

from beside.audit.write import record
from beside.escalations.climbing import Standing, acknowledgement_of, arm, begin_turn, next_of, open_page, rearm, remind, standing_of, standings_of
from beside.escalations.holding import LEASE
from beside.escalations.ladder import Do, Step
from beside.escalations.paging import Trying, prepare
from beside.escalations.room import Room
from beside.escalations.rota import look_up, rungs_of
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


async def due_escalations(house: House) -> Sequence[UUID]:
    """Those with a step due now, each hub's in turn, so that nobody waits for another hub's storm; of one hub the most urgent first, and among those
    the ones that nobody was asked about yet, as they were raised.
    """
    urgency = case((col(Escalation.severity) == Severity.critical, 0), (col(Escalation.severity) == Severity.high, 1), else_=2)
    tried = select(Page.id).where(col(Page.escalation_id) == col(Escalation.id), col(Page.tries) > 0).correlate(Escalation).exists()
    since = case((tried, col(Escalation.next_step_at)), else_=col(Escalation.raised_at))  # the first attempt may have been put off for want of room
    place = func.row_number().over(partition_by=col(Escalation.hub_id), order_by=(urgency, case((tried, 1), else_=0), since))
    async with house.database.read() as db:
        due = select(Escalation.id, Escalation.next_step_at, place.label("place")).where(
            col(Escalation.closed_at).is_(None), col(Escalation.next_step_at) <= house.clock.now()
        )
        waiting = due.subquery()
        return (await db.exec(select(waiting.c.id).order_by(waiting.c.place, waiting.c.next_step_at).limit(BATCH))).all()


async def advance(house: House, escalation: UUID, room: Room | None = None) -> list[Trying]:
    """As `advance_together`, of one."""
    return await advance_together(house, [escalation], room or Room())


async def advance_together(house: House, escalations: Sequence[UUID], room: Room) -> list[Trying]:
    """Take what is due of these, in one transaction, and return the attempts to make now, each with a place in `room` that is left when it was made.
    Those that another worker or somebody else has in hand are passed over. What breaks, breaks for all of them.
    """
    trying: list[Trying] = []
    try:
        async with command(house) as ctx:
            claimed = await _claim(ctx, escalations)
            for escalation, standing in zip(claimed, await standings_of(ctx, claimed), strict=True):
                await _steps(ctx, escalation, standing, room, trying)
    except BaseException:
        for one in trying:  # nothing of it is written down, and nobody will make it
            room.leave(one.channel)
        raise
    return trying


async def _claim(ctx: Context, escalations: Sequence[UUID]) -> list[Escalation]:
    """Of all workers that saw one due, one changes the row, and holds it; the others find it held, or no longer due."""
    due = (col(Escalation.id).in_(escalations), col(Escalation.closed_at).is_(None), col(Escalation.next_step_at) <= ctx.now)
    free = select(Escalation.id).where(*due).with_for_update(skip_locked=True)
    mine = update(Escalation).where(col(Escalation.id).in_(free)).values(next_step_at=ctx.now + RETAKEN).returning(Escalation)
    claimed = {each.id: each for each in (await ctx.db.exec(mine, execution_options={"synchronize_session": False})).scalars()}
    return [claimed[each] for each in escalations if each in claimed]


async def _steps(ctx: Context, escalation: Escalation, standing: Standing, room: Room, trying: list[Trying]) -> None:
    for _ in range(STEPS_AT_ONCE):
        step = await next_of(ctx, escalation, standing)
        if step is None or step.at > ctx.now:
            arm(ctx, escalation, step)
            return
        await _take(ctx, escalation, step, standing.pages, room, trying)
        if step.do is not Do.post:  # an attempt is written into the pages that are known; anything else makes the climb another
            await ctx.db.flush()
            standing = await standing_of(ctx, escalation)
    await rearm(ctx, escalation)


async def _take(ctx: Context, escalation: Escalation, step: Step, pages: Sequence[Page], room: Room, trying: list[Trying]) -> None:
    match step.do:
        case Do.post:
            await _begin_attempt(ctx, escalation, pages[step.page], pages, room, trying)
        case Do.page:
            if step.place == 0:
                await look_up(ctx, escalation, step.rung)
            if not rungs_of(escalation.ladder)[step.rung].channels:
                return  # nobody is on call there now: the ladder says what comes instead
            await open_page(ctx, escalation, step.rung, step.place, PageKind.page)
            tell(ctx, escalation)
            await record(ctx, "escalation:rung:asked", escalation.hub_id, escalation=escalation.id, turn=escalation.turn, rung=step.rung, place=step.place)
        case Do.remind:
            await _remind(ctx, escalation)
        case Do.undo:
            await unacknowledge(ctx, escalation, by=None)
        case Do.again:
            await begin_turn(ctx, escalation, Cause.exhausted)
            tell(ctx, escalation)
            log.error("escalation.exhausted", escalation=str(escalation.id), hub=str(escalation.hub_id))
            await record(ctx, "escalation:ladder:exhausted", escalation.hub_id, escalation=escalation.id, turn=escalation.turn)


async def _remind(ctx: Context, escalation: Escalation) -> None:
    if taken := await acknowledgement_of(ctx, escalation):
        await remind(ctx, escalation, taken)


async def _begin_attempt(ctx: Context, escalation: Escalation, page: Page, pages: Sequence[Page], room: Room, trying: list[Trying]) -> None:
    if not room.take(page.channel_id):
        page.not_before = ctx.now + room.rest(page.channel_id)
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
