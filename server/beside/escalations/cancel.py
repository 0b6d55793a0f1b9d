"""Take it back, with a reason. A critical one goes on until a second person agrees."""

from beside.audit.write import record
from beside.escalations.access import conversation_of, require_still_open
from beside.escalations.end import end
from beside.escalations.sealing import seal
from beside.escalations.tables import Cancellation, Escalation
from beside.escalations.telling import tell
from beside.kit.context import Context
from beside.kit.text import clean_text
from beside.protocol.shapes import NOTE_CHARACTERS, Severity


async def cancel(ctx: Context, escalation: Escalation, reason: str) -> bool:
    """Whether it is off now: a critical one is when two people have asked. `escalation` is held. Raises `Conflict`, `BadInput`."""
    words = clean_text(reason, NOTE_CHARACTERS, field="reason")
    require_still_open(escalation)
    asked = await ctx.db.get(Cancellation, escalation.id)
    if asked is None:
        sealed = seal(ctx, await conversation_of(ctx, escalation), escalation.id, "cancellation", words)
        asked = Cancellation(escalation_id=escalation.id, by=ctx.me.account, at=ctx.now, sealed_reason=sealed)
        ctx.db.add(asked)
        await ctx.db.flush()
        await record(ctx, "account:escalation:cancel_asked", escalation.hub_id, escalation=escalation.id)
    if escalation.severity is Severity.critical and asked.by == ctx.me.account:
        tell(ctx, escalation)
        return False
    asked.confirmed_by, asked.confirmed_at = ctx.me.account, ctx.now
    await ctx.db.flush()
    await end(ctx, escalation)
    await record(ctx, "account:escalation:cancelled", escalation.hub_id, escalation=escalation.id)
    return True
