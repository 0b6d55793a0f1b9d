"""Hand it back: the next person on the list is asked at once. Handing back is never a fault."""

from beside.escalations.access import require_still_open
from beside.escalations.acknowledge import require_mine
from beside.escalations.climbing import rearm
from beside.escalations.tables import Escalation
from beside.escalations.unacknowledge import unacknowledge
from beside.kit.context import Context


async def hand_back(ctx: Context, escalation: Escalation) -> None:
    """By whoever has it. `escalation` is held. Raises `Conflict`."""
    require_still_open(escalation)
    await require_mine(ctx, escalation)
    await unacknowledge(ctx, escalation, by=ctx.me.account)
    await rearm(ctx, escalation)
