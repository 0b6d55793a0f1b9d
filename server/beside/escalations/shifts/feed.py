"""A secret address at which a calendar reads the rota: made, made anew, read."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from beside.accounts.permissions import Permission, require
from beside.audit.write import record
from beside.escalations.shifts.calendar_text import Entry, calendar_text
from beside.escalations.shifts.gaps import holes
from beside.escalations.shifts.layout import Span
from beside.escalations.shifts.plan import Plan, plan_of
from beside.escalations.shifts.tables import Feed
from beside.hubs.hours import open_spans
from beside.kit.context import Context
from beside.kit.errors import NotFound
from beside.kit.ids import new_token, token_hash
from beside.protocol.rota import RotaFeed

FEED_PATH = "/rota/feed/"
BACK, AHEAD = timedelta(days=30), timedelta(days=180)  # what a calendar shows of the rota: a month to look back at, half a year to plan with


async def renew_feed(ctx: Context, *, whole: bool) -> RotaFeed:
    """A new address; the old one of the same kind leads nowhere from now on. Raises `NotAllowed`."""
    me = require(ctx, Permission.rota_plan if whole else Permission.rota_swap)
    token = new_token()
    whose = None if whole else me.account
    same = col(Feed.account_id).is_(None) if whole else col(Feed.account_id) == me.account
    await ctx.db.exec(update(Feed).where(col(Feed.hub_id) == me.hub, same, col(Feed.ended_at).is_(None)).values(ended_at=ctx.now))
    ctx.db.add(Feed(hub_id=me.hub, account_id=whose, token_hash=token_hash(token), made_by=me.account, made_at=ctx.now))
    await ctx.db.flush()
    await record(ctx, "hub:rota_feed:renewed", me.hub, whole=whole)
    return RotaFeed(url=f"{ctx.house.public_url.rstrip('/')}{FEED_PATH}{token}.ics")


async def read_feed(ctx: Context, token: str) -> str:
    """The calendar. Raises `NotFound`: for an address that was never given or was made anew, and of somebody who takes no calls any more."""
    feed = (await ctx.db.exec(select(Feed).where(Feed.token_hash == token_hash(token), col(Feed.ended_at).is_(None)))).first()
    if feed is None:
        raise NotFound
    start, end = ctx.now - BACK, ctx.now + AHEAD
    plan = await plan_of(ctx, feed.hub_id, start, end)
    if feed.account_id is not None and feed.account_id not in plan.people:
        raise NotFound
    hours = open_spans(plan.policy, start, end)
    entries = []
    for rung in plan.rungs:
        spans = plan.line(rung, start, end)
        entries += _turns(plan, rung, feed.account_id, spans)
        if feed.account_id is None:
            ahead = [hole for hole in holes(spans, hours) if hole.ends > ctx.now]
            entries += [Entry(f"gap-{rung}-{hole.starts:%Y%m%dT%H%M}@beside", hole.starts, hole.ends, f"Nobody on call: {_line(plan, rung)}") for hole in ahead]
    return calendar_text(sorted(entries, key=lambda one: (one.starts, one.uid)), ctx.now)


def _turns(plan: Plan, rung: int, account: UUID | None, spans: Sequence[Span]) -> list[Entry]:
    return [
        Entry(f"{span.turn.shift.id}-{span.turn.day:%Y%m%d}-{span.starts:%H%M}@beside", span.starts, span.ends, f"On call: {_line(plan, rung)}")
        for span in spans
        if span.turn is not None and account in (None, span.account)
    ]


def _line(plan: Plan, rung: int) -> str:
    return plan.policy.escalation_rungs[rung].person
