"""Looking back together, after a call is closed: who is asked, what each may see, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from beside.accounts.names import name_of
from beside.conversations.tables import Conversation
from beside.escalations.access import conversation_of
from beside.escalations.review_tables import Review, ReviewPutOff
from beside.escalations.sealing import unseal_optional
from beside.escalations.tables import Escalation, Resolution
from beside.kit.context import Context
from beside.kit.errors import NotFound
from beside.protocol.review_snapshots import ReviewPage, ReviewWords

OPEN_FOR = timedelta(days=7)  # a week of shifts: both have been at work again, and both still remember the night


@dataclass(frozen=True, slots=True)
class Pair:
    """The actor, and the other one who was part of it."""

    escalation: Escalation
    other: UUID
    closed_at: datetime

    @property
    def until(self) -> datetime:
        return self.closed_at + OPEN_FOR


async def pair_of(ctx: Context, escalation: Escalation) -> Pair | None:
    """The peer who raised it and the clinician who closed it with an outcome. None to everybody else, and where both are one person."""
    ended = await ctx.db.get(Resolution, escalation.id)
    if ended is None or ended.by == escalation.raised_by or ctx.me.account not in (ended.by, escalation.raised_by):
        return None
    return Pair(escalation, ended.by if ctx.me.account == escalation.raised_by else escalation.raised_by, ended.at)


async def require_pair(ctx: Context, escalation: Escalation) -> Pair:
    """Raises `NotFound`."""
    pair = await pair_of(ctx, escalation)
    if pair is None:
        raise NotFound
    return pair


async def is_wanted(ctx: Context, escalation: Escalation) -> bool:
    """Whether the actor is asked for a look back: not written, not put off, not too long ago."""
    pair = await pair_of(ctx, escalation)
    if pair is None or ctx.now >= pair.until:
        return False
    key = (escalation.id, ctx.me.account)
    return await ctx.db.get(Review, key) is None and await ctx.db.get(ReviewPutOff, key) is None


async def review_page(ctx: Context, pair: Pair) -> ReviewPage:
    """The other's words are there once both are in, or once the week is over: nobody writes to please the other."""
    escalation = pair.escalation
    conversation = await conversation_of(ctx, escalation)
    mine = await ctx.db.get(Review, (escalation.id, ctx.me.account))
    theirs = await ctx.db.get(Review, (escalation.id, pair.other))
    over = ctx.now >= pair.until
    put_off = await ctx.db.get(ReviewPutOff, (escalation.id, ctx.me.account))
    return ReviewPage(
        escalation=escalation.id,
        name=await name_of(ctx, pair.other),
        closed_at=pair.closed_at,
        until=pair.until,
        mine=_words(ctx, conversation, mine),
        lesson_shared=mine is not None and mine.shared_lesson,
        theirs=_words(ctx, conversation, theirs) if mine or over else None,
        theirs_in=theirs is not None,
        may_write=mine is None and not over,
        put_off=put_off is not None,
    )


def sealed_in(account: UUID, what: str) -> str:
    """What a side's words are bound to, beside the escalation."""
    return f"review/{account}/{what}"


def _words(ctx: Context, conversation: Conversation, row: Review | None) -> ReviewWords | None:
    if row is None:
        return None
    return ReviewWords(
        at=row.at,
        went_well=unseal_optional(ctx, conversation, row.escalation_id, sealed_in(row.account_id, "went_well"), row.sealed_went_well),
        would_help=unseal_optional(ctx, conversation, row.escalation_id, sealed_in(row.account_id, "would_help"), row.sealed_would_help),
    )
