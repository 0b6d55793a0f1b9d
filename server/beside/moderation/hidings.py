"""The act that hides a message now."""

from uuid import UUID

from sqlmodel import col, select

from beside.kit.context import Context
from beside.moderation.tables import Act
from beside.protocol.shapes import ActKind


async def hiding_of(ctx: Context, conversation: UUID, seq: int) -> Act | None:
    """The hiding in force; None where the message is shown."""
    return (
        await ctx.db.exec(
            select(Act)
            .where(Act.kind == ActKind.hide, Act.conversation_id == conversation, Act.target_seq == seq, col(Act.undone_at).is_(None))
            .order_by(col(Act.at).desc())
        )
    ).first()
