"""Whoever has it says that it is less urgent than it was raised as. A machine never does: urgency falls by a person's word alone."""

from beside.audit.write import record
from beside.escalations.access import conversation_of, require_still_open
from beside.escalations.acknowledge import require_mine
from beside.escalations.climbing import rearm
from beside.escalations.sealing import seal
from beside.escalations.states import rises
from beside.escalations.tables import Escalation, Note
from beside.escalations.telling import tell
from beside.kit.context import Context
from beside.kit.errors import BadInput
from beside.kit.ids import new_id
from beside.kit.text import clean_text
from beside.protocol.requests import LowerSeverity
from beside.protocol.shapes import NOTE_CHARACTERS


async def lower(ctx: Context, escalation: Escalation, asked: LowerSeverity) -> None:
    """The calmer timers count from when it was taken. `escalation` is held. Raises `Conflict`, and `BadInput` (`not_usable`) for what is no less urgent."""
    reason = clean_text(asked.reason, NOTE_CHARACTERS, field="reason")
    require_still_open(escalation)
    if not rises(asked.severity, escalation.severity):
        raise BadInput("not_usable", field="severity")
    await require_mine(ctx, escalation)
    note = new_id()
    words = seal(ctx, await conversation_of(ctx, escalation), note, "words", reason)
    ctx.db.add(Note(id=note, escalation_id=escalation.id, by=ctx.me.account, at=ctx.now, sealed_words=words))
    before, escalation.severity = escalation.severity, asked.severity
    await ctx.db.flush()
    await rearm(ctx, escalation)
    tell(ctx, escalation)
    await record(ctx, "account:escalation:lowered", escalation.hub_id, escalation=escalation.id, before=before, severity=asked.severity)
