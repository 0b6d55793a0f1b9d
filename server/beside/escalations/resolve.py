"""Close it: what came of it, and one line back to the peer."""

from beside.audit.write import record
from beside.escalations.access import conversation_of
from beside.escalations.acknowledge import require_mine
from beside.escalations.end import end
from beside.escalations.sealing import seal
from beside.escalations.tables import Escalation, Resolution
from beside.kit.context import Context
from beside.kit.text import clean_text
from beside.protocol.requests import ResolveEscalation
from beside.protocol.shapes import NOTE_CHARACTERS


async def resolve(ctx: Context, escalation: Escalation, asked: ResolveEscalation) -> None:
    """By whoever has it. `escalation` is held. Raises `Conflict`, `BadInput`."""
    feedback = clean_text(asked.feedback, NOTE_CHARACTERS, field="feedback")
    await require_mine(ctx, escalation)
    sealed = seal(ctx, await conversation_of(ctx, escalation), escalation.id, "feedback", feedback)
    ctx.db.add(Resolution(escalation_id=escalation.id, by=ctx.me.account, at=ctx.now, outcome=asked.outcome, sealed_feedback=sealed))
    await ctx.db.flush()
    await end(ctx, escalation)
    await record(ctx, "account:escalation:resolved", escalation.hub_id, escalation=escalation.id, outcome=asked.outcome)
