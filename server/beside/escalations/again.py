"""A further raise of what is open already: a note, and perhaps more urgency. Never less, and never a second alarm beside the first."""

from collections.abc import Sequence

from beside.audit.write import record
from beside.conversations.tables import Conversation
from beside.escalations.climbing import acknowledgement_of, begin_turn, rearm, remind
from beside.escalations.rota import rungs_of
from beside.escalations.sealing import seal
from beside.escalations.states import rises
from beside.escalations.tables import Cause, Escalation, Note
from beside.escalations.telling import tell
from beside.kit.context import Context
from beside.kit.ids import new_id
from beside.protocol.shapes import Severity


async def raise_again(ctx: Context, escalation: Escalation, conversation: Conversation, severity: Severity, words: Sequence[str | None]) -> Escalation:
    """`escalation` is held. Each of `words` that says something is kept, together as one note."""
    note = new_id()
    said = "\n".join(line for line in words if line)
    ctx.db.add(Note(id=note, escalation_id=escalation.id, by=ctx.me.account, at=ctx.now, sealed_words=seal(ctx, conversation, note, "words", said)))
    more_urgent = rises(escalation.severity, severity)
    if more_urgent:
        escalation.severity = severity
        await begin_turn(ctx, escalation, Cause.severity)
        await _say_so(ctx, escalation)
        await rearm(ctx, escalation)
    tell(ctx, escalation)
    await record(ctx, "account:escalation:raised_again", escalation.hub_id, escalation=escalation.id, severity=escalation.severity, more_urgent=more_urgent)
    return escalation


async def _say_so(ctx: Context, escalation: Escalation) -> None:
    """Whoever took it is told that it became more urgent; where nobody did, the ladder's first step says it by itself."""
    acknowledged = await acknowledgement_of(ctx, escalation)
    rungs = rungs_of(escalation.ladder)
    if acknowledged and acknowledged.rung < len(rungs) and rungs[acknowledged.rung].channels:
        await remind(ctx, escalation, acknowledged)
