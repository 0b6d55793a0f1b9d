"""Decide an appeal: the act stands, or it is undone in the same transaction. The person reads the answer."""

from uuid import UUID

from beside.audit.write import record
from beside.kit.context import Context
from beside.kit.errors import Conflict
from beside.kit.text import clean_text
from beside.moderation.appeals import appeal_opened, require_appeal
from beside.moderation.sealing import key_of_account, seal
from beside.moderation.undo import undo
from beside.moderation.write_act import tell
from beside.protocol.report_snapshots import AppealOpened
from beside.protocol.requests import DecideAppeal
from beside.protocol.shapes import NOTE_CHARACTERS


async def decide_appeal(ctx: Context, appeal: UUID, decision: DecideAppeal) -> AppealOpened:
    """Of two who decide at once, one has decided. Raises `NotFound`, `NotAllowed`, `Conflict` (`already_done`), `BadInput`, `TooLarge`."""
    plain = clean_text(decision.words, NOTE_CHARACTERS, field="words")
    made, act = await require_appeal(ctx, appeal)
    await ctx.db.refresh(made, with_for_update={"key_share": True})
    if made.decided_at is not None:
        raise Conflict("already_done")
    answer = seal(ctx, await key_of_account(ctx, act.about_id, act.hub_id), plain, f"appeal/{made.id}/answer")
    made.decided_at, made.decided_by, made.upheld, made.sealed_answer = ctx.now, ctx.me.account, decision.upheld, answer
    await ctx.db.flush()
    if not decision.upheld:
        await undo(ctx, act)
    tell(ctx, act)
    await record(ctx, "act:appeal:decided", made.hub_id, appeal=made.id, act=act.id, upheld=decision.upheld)
    return await appeal_opened(ctx, made, act)
