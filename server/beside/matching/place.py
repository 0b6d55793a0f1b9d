"""Where somebody is in line, told truthfully: a place, a range or "we can't tell yet", who is here, and when it opens."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import and_, col, select

from beside.conversations.tables import Conversation, Participant
from beside.hubs.hours import is_open, opens_at
from beside.hubs.policy import Policy
from beside.hubs.scope import policy_of
from beside.kit.context import Context
from beside.matching.line import in_order, place_of
from beside.matching.shared import open_shared
from beside.matching.tables import PlaceInLine, WhyLeft
from beside.matching.unstaffed import unstaffed_of
from beside.matching.usually import usual_minutes, windows
from beside.matching.waiting import in_line, place_row, waiting_in
from beside.presence.on_shift import on_shift
from beside.protocol.line_snapshots import LinePlace

SAMPLES = 5_000  # waits a range is made of at most: the newest tell it best, and reading more would slow the line itself


async def line_place(ctx: Context) -> LinePlace:
    """The actor's own place. After being met: the conversation, for as long as it is open and they are in it, also while they wait for another."""
    me = ctx.me
    policy = await policy_of(ctx, me.hub)
    row = await place_row(ctx, me.account)
    waiting = await waiting_in(ctx, me.hub) if row else []
    return LinePlace(
        waiting=row is not None,
        place=place_of(me.account, in_order(map(in_line, waiting))),
        asked_at=row.asked_at if row else None,
        usually_minutes=usual_minutes(await _waits(ctx, me.hub, policy)) if row else None,
        peers_here=len(await on_shift(ctx.house, me.hub)),
        open_now=is_open(policy, ctx.now),
        opens_at=opens_at(policy, ctx.now),
        fallback_at=row.asked_at + timedelta(minutes=policy.fallback_minutes) if row else None,
        conversation=await _met_in(ctx, me.account),
        staff_told_at=await _staff_told(ctx, me.hub) if row else None,
        wants=(await open_shared(ctx, row))[0] if row else None,
    )


async def _staff_told(ctx: Context, hub: UUID) -> datetime | None:
    alarm = await unstaffed_of(ctx, hub)
    return alarm.told_at if alarm else None


async def _waits(ctx: Context, hub: UUID, policy: Policy) -> Sequence[timedelta]:
    spans: Sequence[tuple[datetime, datetime]] = windows(ctx.now, policy.timezone)
    rows = await ctx.db.exec(
        select(PlaceInLine.asked_at, PlaceInLine.left_at)
        .where(
            PlaceInLine.hub_id == hub,
            PlaceInLine.left_why == WhyLeft.met,
            or_(*(and_(col(PlaceInLine.asked_at) >= start, col(PlaceInLine.asked_at) <= end) for start, end in spans)),
        )
        .order_by(col(PlaceInLine.asked_at).desc())
        .limit(SAMPLES)
    )
    return [left - asked for asked, left in rows if left is not None]


async def _met_in(ctx: Context, account: UUID) -> UUID | None:
    return (
        await ctx.db.exec(
            select(PlaceInLine.conversation_id)
            .join(Conversation, col(Conversation.id) == col(PlaceInLine.conversation_id))
            .join(Participant, and_(col(Participant.conversation_id) == col(Conversation.id), col(Participant.account_id) == col(PlaceInLine.account_id)))
            .where(PlaceInLine.account_id == account, col(Conversation.closed_at).is_(None), col(Participant.left_at).is_(None))
            .order_by(col(PlaceInLine.left_at).desc())
        )
    ).first()
