"""Leave a conversation. The entry in the log is what stops further words on every node, in order with them."""

from uuid import UUID

from beside.accounts.names import name_of
from beside.conversations.log import append
from beside.conversations.tables import Conversation, Participant
from beside.kit.context import Context
from beside.protocol import topics
from beside.protocol.events import Author, LeaveReason, Topic
from beside.protocol.signals import Moved


async def leave(ctx: Context, conversation: Conversation, account: UUID, reason: LeaveReason = LeaveReason.left) -> bool:
    """`account` is no longer here. Returns whether they were."""
    row = await ctx.db.get(Participant, (conversation.id, account))
    if row is None or row.left_at is not None:
        return False
    author = Author(account=account, pseudonym=await name_of(ctx, account), place=row.place)
    await append(ctx, conversation, "participant.left", author=author, detail={"reason": reason.value})
    row.left_at, row.left_reason = ctx.now, reason
    await ctx.db.flush()
    ctx.publish(topics.account(account), Moved(what=Topic.conversations))
    return True
