"""End a conversation. It can still be read; nothing more can be said in it."""

from uuid import UUID

from beside.conversations.log import append
from beside.conversations.tables import Conversation
from beside.kit.context import Context


async def close(ctx: Context, conversation: Conversation, by: UUID) -> bool:
    """Returns whether it was open."""
    await ctx.db.refresh(conversation, with_for_update=True)
    if conversation.closed_at is not None:
        return False
    await append(ctx, conversation, "conversation.closed")
    conversation.closed_at, conversation.closed_by = ctx.now, by
    await ctx.db.flush()
    ctx.react("conversation.closed", conversation=conversation.id)
    return True
