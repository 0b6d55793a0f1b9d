"""The clinician comes into the conversation. Everybody there is told; the peer stays."""

from beside.audit.write import record
from beside.conversations.access import require_open
from beside.conversations.join import join as join_conversation
from beside.escalations.access import conversation_of
from beside.escalations.start import start
from beside.escalations.tables import Escalation, Joining
from beside.escalations.telling import announce
from beside.kit.context import Context
from beside.protocol.events import NoticeKind
from beside.protocol.shapes import Place


async def join(ctx: Context, escalation: Escalation) -> None:
    """By whoever has it; joining is a beginning too. `escalation` is held. Joining twice changes nothing. Raises `Conflict`."""
    await start(ctx, escalation)
    conversation = await conversation_of(ctx, escalation)
    require_open(conversation)
    joined = await ctx.db.get(Joining, (escalation.id, ctx.me.account))
    if joined:
        return
    await join_conversation(ctx, conversation, ctx.me.account, Place.clinician)
    ctx.db.add(Joining(escalation_id=escalation.id, account_id=ctx.me.account, at=ctx.now))
    await ctx.db.flush()
    await announce(ctx, escalation, NoticeKind.clinician_joined)
    await record(ctx, "account:escalation:joined", escalation.hub_id, escalation=escalation.id, conversation=conversation.id)
