"""Leave every conversation at once: what a suspension does, so that each log itself stops the words."""

from uuid import UUID

from sqlmodel import col, select

from beside.conversations.leave import leave
from beside.conversations.tables import Conversation, Participant
from beside.kit.context import Context
from beside.protocol.events import LeaveReason


async def leave_all(ctx: Context, account: UUID, reason: LeaveReason) -> int:
    """`account` leaves wherever they are. Returns how many conversations that was. In the order of their ids, so that two of these never deadlock."""
    here = (
        await ctx.db.exec(
            select(Conversation)
            .join(Participant, col(Participant.conversation_id) == col(Conversation.id))
            .where(Participant.account_id == account, col(Participant.left_at).is_(None))
            .order_by(col(Conversation.id))
        )
    ).all()
    return sum([await leave(ctx, conversation, account, reason) for conversation in here])
