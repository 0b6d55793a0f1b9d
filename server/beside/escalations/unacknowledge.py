"""An acknowledgement ends before the escalation does: handed back, or nothing followed in time. The ladder is climbed again."""

from uuid import UUID

from beside.audit.write import record
from beside.escalations.climbing import acknowledgement_of, begin_turn
from beside.escalations.rota import rungs_of
from beside.escalations.tables import Cause, Escalation, Unacknowledgement
from beside.escalations.telling import tell
from beside.kit.context import Context


async def unacknowledge(ctx: Context, escalation: Escalation, *, by: UUID | None) -> None:
    """`by` is who handed it back: they are asked last. Without one, time ran out, and the same person is asked first."""
    acknowledged = await acknowledgement_of(ctx, escalation)
    if acknowledged is None:
        return
    acknowledged.ended_at = ctx.now
    ctx.db.add(Unacknowledgement(acknowledgement_id=acknowledged.id, by=by, at=ctx.now))
    await ctx.db.flush()
    rungs = len(rungs_of(escalation.ladder))
    await begin_turn(ctx, escalation, Cause.unacknowledged, first_rung=(acknowledged.rung + 1) % rungs if by and rungs else 0)
    tell(ctx, escalation)
    await record(ctx, "escalation:acknowledgement:ended", escalation.hub_id, escalation=escalation.id, by=by)
