"""Who may see and act on an escalation: access is the lookup, and what is not theirs is not found."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from beside.accounts.permissions import Permission, is_allowed, require
from beside.conversations.tables import Conversation, Participant
from beside.escalations.tables import Escalation
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context
from beside.kit.errors import Conflict, NotFound
from beside.protocol.shapes import Place


async def require_raised(ctx: Context, escalation: UUID, *, to_change: bool = False) -> Escalation:
    """For who raised it, and staff who are in that conversation. Raises `NotFound`, to everybody else."""
    if not is_allowed(ctx.me.roles, Permission.escalation_follow):
        raise NotFound
    row = await _require(ctx, escalation, to_change)
    if row.raised_by == ctx.me.account or is_allowed(ctx.me.roles, Permission.escalation_acknowledge):
        return row
    mine = await ctx.db.get(Participant, (row.conversation_id, ctx.me.account))
    if mine is None or mine.left_at is not None or mine.place is Place.member:
        raise NotFound
    return row


async def require_on_call(ctx: Context, escalation: UUID, permission: Permission = Permission.escalation_acknowledge, *, to_change: bool = False) -> Escalation:
    """For clinicians of the hub. Raises `NotAllowed` to anybody else, whatever the id; `NotFound` for what is not of the hub."""
    require(ctx, permission)
    return await _require(ctx, escalation, to_change)


def require_still_open(escalation: Escalation) -> None:
    """Raises `Conflict` (`already_done`)."""
    if escalation.closed_at is not None:
        raise Conflict("already_done")


async def conversation_of(ctx: Context, escalation: Escalation) -> Conversation:
    """What it is about."""
    return (await ctx.db.exec(select(Conversation).where(Conversation.id == escalation.conversation_id))).one()


async def lock(ctx: Context, escalation: UUID) -> Escalation | None:
    """The row, held until the commit. Held before the conversation's row, always: two who hold one each would wait for ever."""
    held = select(Escalation).where(col(Escalation.id) == escalation).with_for_update().execution_options(populate_existing=True)
    return (await ctx.db.exec(held)).first()


async def lock_all(ctx: Context, escalations: Sequence[UUID], *, wait: bool) -> Sequence[Escalation]:
    """These rows, held until the commit; without `wait` only those that nobody holds. In one order, so that two who want several never wait for each other."""
    held = select(Escalation).where(col(Escalation.id).in_(escalations)).order_by(col(Escalation.id)).with_for_update(skip_locked=not wait)
    return (await ctx.db.exec(held)).all()


async def _require(ctx: Context, escalation: UUID, to_change: bool) -> Escalation:
    row = await lock(ctx, escalation) if to_change else await ctx.db.get(Escalation, escalation)
    return require_in_hub(row, ctx.me.hub)
