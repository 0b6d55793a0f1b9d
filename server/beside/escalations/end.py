"""What every ending has in common: no further step, the clinicians leave the conversation, the people there are told."""

from sqlalchemy import update
from sqlmodel import col, select

from beside.conversations.leave import leave
from beside.conversations.tables import Conversation
from beside.escalations.access import conversation_of
from beside.escalations.tables import Escalation, Joining
from beside.escalations.tell_providers import tell_providers
from beside.escalations.telling import announce
from beside.escalations.transports.shapes import Act
from beside.kit.context import Context
from beside.protocol.events import NoticeKind


async def end(ctx: Context, escalation: Escalation) -> None:
    """`escalation` is held; why it ended is the caller's row."""
    escalation.closed_at, escalation.next_step_at = ctx.now, None
    ctx.db.add(escalation)
    await ctx.db.flush()
    conversation = await conversation_of(ctx, escalation)
    for joined in (await ctx.db.exec(select(Joining).where(Joining.escalation_id == escalation.id))).all():
        await leave(ctx, conversation, joined.account_id)
    await announce(ctx, escalation, NoticeKind.escalation_closed)
    await tell_providers(ctx, escalation, Act.resolved)
    mine = col(Conversation.open_escalation) == escalation.id
    await ctx.db.exec(update(Conversation).where(col(Conversation.id) == conversation.id, mine).values(open_escalation=None))
