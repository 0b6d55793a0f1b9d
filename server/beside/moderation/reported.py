"""Access to what was reported: for moderators of the hub, and never for the person it is about."""

from uuid import UUID

from sqlmodel import col, select

from beside.accounts.permissions import Permission, require
from beside.conversations.access import require_conversation
from beside.conversations.tables import Conversation
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context
from beside.kit.errors import Conflict, NotFound
from beside.moderation.claims import take
from beside.moderation.tables import ReportedMessage


async def require_reported(ctx: Context, reported: UUID) -> tuple[ReportedMessage, Conversation]:
    """The item and its conversation. Raises `NotAllowed`; `NotFound` also for whoever it is about: nobody judges themselves."""
    me = require(ctx, Permission.report_judge)
    item = require_in_hub(await ctx.db.get(ReportedMessage, reported), me.hub)
    if item.about_id == me.account:
        raise NotFound
    return item, await require_conversation(ctx, item.conversation_id)


async def hold_reported(ctx: Context, reported: UUID) -> tuple[ReportedMessage, Conversation]:
    """The same, and from here to the commit nobody else acts on that conversation."""
    item, conversation = await require_reported(ctx, reported)
    await hold_conversation(ctx, conversation)
    await ctx.db.refresh(item)
    return item, conversation


async def require_mine_to_act(ctx: Context, reported: UUID, permission: Permission) -> tuple[ReportedMessage, Conversation]:
    """An open item, held and claimed by the actor. Raises `NotAllowed`, `NotFound`, `Conflict` (`already_done`: closed; `already_taken`)."""
    require(ctx, permission)
    item, conversation = await hold_reported(ctx, reported)
    if item.closed_at is not None:
        raise Conflict("already_done")
    await take(ctx, item)
    return item, conversation


async def hold_conversation(ctx: Context, conversation: Conversation) -> None:
    """One lock for all that concerns a conversation's reports, taken before anything of them is read: two who act cannot cross."""
    await ctx.db.refresh(conversation, with_for_update=True)


async def open_item(ctx: Context, conversation: UUID, seq: int) -> ReportedMessage | None:
    """The item of this message that nobody has closed yet."""
    return (
        await ctx.db.exec(
            select(ReportedMessage).where(ReportedMessage.conversation_id == conversation, ReportedMessage.seq == seq, col(ReportedMessage.closed_at).is_(None))
        )
    ).first()
