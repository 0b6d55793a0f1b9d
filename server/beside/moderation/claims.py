"""Who has an item now. One person at a time; a lease, so that what somebody walked away from is free again in a minute."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from beside.kit.context import Context
from beside.kit.errors import Conflict
from beside.moderation.tables import Claim, ReportedMessage

LEASE = timedelta(seconds=60)  # MODERATION: renewed while the item is open


async def holders(ctx: Context, items: Iterable[UUID]) -> dict[UUID, Claim]:
    """The claim in force on each of these items; those that nobody has are left out."""
    rows = await ctx.db.exec(
        select(Claim).where(col(Claim.reported_id).in_(list(items)), col(Claim.released_at).is_(None), col(Claim.until) > ctx.now).order_by(col(Claim.at))
    )
    return {row.reported_id: row for row in rows.all()}


async def holder_of(ctx: Context, item: UUID) -> Claim | None:
    return (await holders(ctx, [item])).get(item)


async def take(ctx: Context, item: ReportedMessage) -> bool:
    """The actor has `item` for another minute; whether they had it not before. The caller holds it. Raises `Conflict` (`already_taken`)."""
    claim = await holder_of(ctx, item.id)
    if claim is not None and claim.by_id != ctx.me.account:
        raise Conflict("already_taken")
    if claim is not None:
        claim.until = ctx.now + LEASE
    else:
        ctx.db.add(Claim(reported_id=item.id, by_id=ctx.me.account, at=ctx.now, until=ctx.now + LEASE))
    await ctx.db.flush()
    return claim is None


async def release(ctx: Context, item: ReportedMessage) -> None:
    """Nobody has it any more."""
    claim = await holder_of(ctx, item.id)
    if claim is not None:
        claim.released_at = ctx.now
        await ctx.db.flush()


async def was_looked_at(ctx: Context, items: Iterable[UUID]) -> set[UUID]:
    """Those of these items that somebody has, or had."""
    return set((await ctx.db.exec(select(Claim.reported_id).where(col(Claim.reported_id).in_(list(items))))).all())
