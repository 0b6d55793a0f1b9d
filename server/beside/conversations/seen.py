"""How far somebody has read. In a one-to-one the other is told as it moves, in rooms nobody is; not an event, for it changes no words."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from beside.accounts.permissions import Permission, is_allowed
from beside.conversations.tables import Conversation, Participant
from beside.kit.context import Context
from beside.protocol import topics
from beside.protocol.shapes import ConversationKind
from beside.protocol.signals import Saw, Stands


async def mark_seen(ctx: Context, conversation: UUID, seq: int) -> bool:
    """Everything up to `seq` was on the actor's screen. Only ever moves forward, and never past the end. Returns whether it moved."""
    end = select(Conversation.last_seq).where(Conversation.id == conversation).scalar_subquery()
    kind = select(Conversation.kind).where(Conversation.id == conversation).scalar_subquery()
    rows = await ctx.db.exec(
        update(Participant)
        .where(
            col(Participant.conversation_id) == conversation,
            col(Participant.account_id) == ctx.me.account,
            col(Participant.left_at).is_(None),
            col(Participant.seen_seq) < seq,
            end >= seq,
        )
        .values(seen_seq=seq)
        .returning(kind)
    )
    moved = rows.scalar_one_or_none()
    if moved is ConversationKind.one_to_one:  # in a room, who has read how much is nobody else's business
        ctx.publish(topics.conversation(conversation), Saw(conversation=conversation, account=ctx.me.account, seq=seq))
    if moved and is_allowed(ctx.me.roles, Permission.desk_see):
        ctx.publish(topics.account(ctx.me.account), Stands(conversation=conversation, seen_seq=seq))
    return moved is not None
