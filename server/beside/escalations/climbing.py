"""From rows to the ladder's terms and back: what was paged so far, what comes next, and writing down when that is."""

import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy import and_
from sqlmodel import col, select

from beside.escalations.ladder import Climb, Paged, Step, Taken, next_step, plainly
from beside.escalations.rota import ladder_now, look_up, rungs_of
from beside.escalations.tables import ASKING, Acknowledgement, Cause, Escalation, Page, PageKind, Start, Turn
from beside.escalations.timers import timers_for
from beside.hubs.hours import open_after
from beside.hubs.scope import policy_of
from beside.kit.context import Context
from beside.protocol.shapes import Severity


async def begin_turn(ctx: Context, escalation: Escalation, cause: Cause, *, first_rung: int = 0) -> None:
    """Climb from the start. What was empty is looked up again, and whose shift it is: somebody else may be on call by now."""
    if cause is not Cause.raised:
        escalation.turn += 1
        for place in range(len(escalation.ladder)):
            await look_up(ctx, escalation, place)
    if not any(rung.channels for rung in rungs_of(escalation.ladder)):
        escalation.ladder = await ladder_now(ctx, escalation.hub_id)
    ctx.db.add(Turn(escalation_id=escalation.id, number=escalation.turn, cause=cause, first_rung=first_rung, started_at=ctx.now))
    await ctx.db.flush()


async def open_page(ctx: Context, escalation: Escalation, rung: int, place: int, kind: PageKind) -> Page:
    """A message to one channel, due now."""
    asked = rungs_of(escalation.ladder)[rung]
    page = Page(
        escalation_id=escalation.id, turn=escalation.turn, rung=rung, place=place, kind=kind, channel_id=asked.channels[place], created_at=ctx.now,
        severity=escalation.severity, account_id=asked.account,
    )  # fmt: skip
    ctx.db.add(page)
    await ctx.db.flush()
    return page


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a climb stands: what was asked in this turn, oldest first, and whoever took it."""

    turn: Turn
    pages: Sequence[Page]
    taken: Taken | None


async def remind(ctx: Context, escalation: Escalation, taken: Acknowledgement) -> None:
    """A reminder to whoever took it: by the channel that they were asked by, for their rung may be somebody else's by now; else by their rung's."""
    page = await open_page(ctx, escalation, taken.rung, 0, PageKind.reminder)
    theirs = (Page.escalation_id == escalation.id, Page.kind == PageKind.page, Page.account_id == taken.account_id)
    if taken.account_id and page.account_id != taken.account_id:
        asked = (await ctx.db.exec(select(Page).where(*theirs).order_by(col(Page.created_at).desc(), col(Page.place)).limit(1))).first()
        if asked:
            page.channel_id, page.account_id = asked.channel_id, asked.account_id


async def standing_of(ctx: Context, escalation: Escalation) -> Standing:
    return (await standings_of(ctx, [escalation]))[0]


async def standings_of(ctx: Context, escalations: Sequence[Escalation]) -> list[Standing]:
    """Of each of these, in their order; in two questions for all of them, for they are asked at every step of every alarm."""
    these = col(Escalation.id).in_([escalation.id for escalation in escalations])
    in_this_turn = and_(col(Page.escalation_id) == col(Escalation.id), col(Page.turn) == col(Escalation.turn), col(Page.kind).in_(ASKING))
    asked = select(Page).join(Escalation, in_this_turn).where(these).order_by(col(Page.created_at), col(Page.id))
    pages: defaultdict[UUID, list[Page]] = defaultdict(list)
    for page in await ctx.db.exec(asked):
        pages[page.escalation_id].append(page)
    climbed = (
        select(Turn, Acknowledgement, Start)
        .join(Escalation, and_(col(Turn.escalation_id) == col(Escalation.id), col(Turn.number) == col(Escalation.turn)))
        .outerjoin(Acknowledgement, and_(col(Acknowledgement.escalation_id) == col(Escalation.id), col(Acknowledgement.ended_at).is_(None)))
        .outerjoin(Start, col(Start.acknowledgement_id) == col(Acknowledgement.id))
        .where(these)
    )
    found = {turn.escalation_id: (turn, _taken(acknowledged, started)) for turn, acknowledged, started in await ctx.db.exec(climbed)}
    return [Standing(found[each.id][0], pages[each.id], found[each.id][1]) for each in escalations]


async def next_of(ctx: Context, escalation: Escalation, standing: Standing) -> Step | None:
    """The next step; its `page` is an index into the pages of `standing`."""
    turn = standing.turn
    climb = Climb(tuple(len(rung.channels) for rung in rungs_of(escalation.ladder)), turn.number, turn.started_at, turn.first_rung)
    onward = partial(open_after, await policy_of(ctx, escalation.hub_id)) if escalation.severity is Severity.concern else plainly
    timers = timers_for(escalation.severity, escalation.timers)
    return next_step(escalation.severity, climb, [_paged(page) for page in standing.pages], standing.taken, timers=timers, open_after=onward)


async def rearm(ctx: Context, escalation: Escalation) -> None:
    """Write down when the next step is; the worker is woken where that is now."""
    arm(ctx, escalation, await next_of(ctx, escalation, await standing_of(ctx, escalation)))


def arm(ctx: Context, escalation: Escalation, step: Step | None) -> None:
    """As `rearm`, where the next step is known."""
    escalation.next_step_at = step.at if step else None
    if step and step.at <= ctx.now:
        ctx.wake()


async def acknowledgement_of(ctx: Context, escalation: Escalation) -> Acknowledgement | None:
    """The one in force."""
    return (await ctx.db.exec(select(Acknowledgement).where(Acknowledgement.escalation_id == escalation.id, col(Acknowledgement.ended_at).is_(None)))).first()


async def taken_now(ctx: Context, escalation: Escalation) -> Taken | None:
    """The one in force, as the ladder knows it."""
    acknowledged = await acknowledgement_of(ctx, escalation)
    return _taken(acknowledged, await ctx.db.get(Start, acknowledged.id) if acknowledged else None)


def _taken(acknowledged: Acknowledgement | None, started: Start | None) -> Taken | None:
    return Taken(acknowledged.at, acknowledged.rung, started is not None) if acknowledged else None


def _paged(page: Page) -> Paged:
    return Paged(
        turn=page.turn, rung=page.rung, place=page.place, created_at=page.created_at, tries=page.tries, tried_at=page.tried_at,
        delivered_at=page.delivered_at, held_until=page.leased_until, not_before=page.not_before, jitter=_jitter(page), reminder=page.kind is PageKind.reminder,
    )  # fmt: skip


def _jitter(page: Page) -> float:
    """Spread over pages and tries, and the same each time it is asked for."""
    return zlib.crc32(page.id.bytes + page.tries.to_bytes(4)) / 2**31 - 1
