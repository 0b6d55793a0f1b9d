"""Come back to one's one-to-ones after a suspension, to read them and to go on. Groups one joins again, having read what they agreed."""

from uuid import UUID

from sqlmodel import col, select

from beside.conversations.join import join
from beside.conversations.tables import Conversation, Participant
from beside.kit.context import Context
from beside.protocol.events import LeaveReason
from beside.protocol.shapes import ConversationKind


async def come_back(ctx: Context, account: UUID) -> int:
    """`account`, whose suspension has ended, is again where it took them from. Returns how many one-to-ones that was; twice changes nothing.

    In the order of their ids, as `leave_all`.
    """
    rows = (
        await ctx.db.exec(
            select(Conversation, Participant)
            .join(Participant, col(Participant.conversation_id) == col(Conversation.id))
            .where(
                Participant.account_id == account,
                Participant.left_reason == LeaveReason.suspended,
                col(Participant.left_at).is_not(None),
            )
            .order_by(col(Conversation.id))
        )
    ).all()
    mine = [(conversation, row) for conversation, row in rows if conversation.kind is ConversationKind.one_to_one]
    for conversation, row in mine:
        await join(ctx, conversation, account, row.place)
    for conversation, row in rows:
        if conversation.kind is not ConversationKind.one_to_one:
            row.left_reason = LeaveReason.left  # nothing holds them out any more: whoever sends there is not told that they are suspended
    await ctx.db.flush()
    return len(mine)
