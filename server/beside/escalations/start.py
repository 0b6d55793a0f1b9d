"""Whoever took it has begun: the timers rest, and the peer sees it."""

from beside.audit.write import record
from beside.escalations.acknowledge import require_mine
from beside.escalations.climbing import rearm
from beside.escalations.tables import Escalation, Start
from beside.escalations.telling import tell
from beside.kit.context import Context


async def start(ctx: Context, escalation: Escalation) -> None:
    """Starting twice changes nothing. `escalation` is held. Raises `Conflict`."""
    acknowledged = await require_mine(ctx, escalation)
    if await ctx.db.get(Start, acknowledged.id):
        return
    ctx.db.add(Start(acknowledgement_id=acknowledged.id, by=ctx.me.account, at=ctx.now))
    await ctx.db.flush()
    await rearm(ctx, escalation)
    tell(ctx, escalation)
    await record(ctx, "account:escalation:started", escalation.hub_id, escalation=escalation.id)
