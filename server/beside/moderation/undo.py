"""Undo an act, whatever its kind: the world as it was, the record of both."""

from beside.accounts.lift_suspension import lift_suspension
from beside.accounts.suspensions import suspended_until
from beside.audit.write import record
from beside.conversations.access import require_conversation
from beside.conversations.come_back import come_back
from beside.conversations.step_out import lift_absence
from beside.kit.context import Context
from beside.messages.restore import restore
from beside.moderation.reported import hold_conversation
from beside.moderation.tables import Act
from beside.moderation.write_act import tell
from beside.protocol.shapes import ActKind


async def undo(ctx: Context, act: Act) -> None:
    """The caller has checked the right to. Undoing twice changes nothing, and what has run out by itself is left so."""
    conversation = await require_conversation(ctx, act.conversation_id) if act.conversation_id else None
    if conversation is not None:
        await hold_conversation(ctx, conversation)
    await ctx.db.refresh(act, with_for_update={"key_share": True})  # rows that point at it may be written meanwhile
    if act.undone_at is not None:
        return
    act.undone_at, act.undone_by = ctx.now, ctx.me.account
    if act.kind is ActKind.suspend and await suspended_until(ctx, act.about_id):
        await come_back(ctx, act.about_id)  # before the ledger is held: conversations are locked first, everywhere
        await lift_suspension(ctx, act.about_id)
    elif act.kind is ActKind.hide and conversation is not None:
        await restore(ctx, conversation, act.target_seq or 0)
    elif act.kind is ActKind.step_out and conversation is not None:
        await lift_absence(ctx, conversation.id, act.about_id, ctx.me.account)
    await ctx.db.flush()
    tell(ctx, act)
    await record(ctx, _TAGS[act.kind], act.hub_id, act=act.id, account=act.about_id, conversation=act.conversation_id, seq=act.target_seq)


_TAGS = {ActKind.hide: "report:message:restored", ActKind.step_out: "account:group:let_back_in", ActKind.suspend: "account:taking_part:resumed"}
