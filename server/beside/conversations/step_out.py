"""Step somebody out of a group for a while, and let them back in sooner."""

from datetime import datetime
from uuid import UUID

from beside.conversations.access import absence_of
from beside.conversations.leave import leave
from beside.conversations.tables import Absence, Conversation
from beside.kit.context import Context
from beside.protocol import topics
from beside.protocol.events import LeaveReason, Topic
from beside.protocol.signals import Moved


async def step_out(ctx: Context, conversation: Conversation, account: UUID, until: datetime, by: UUID) -> Absence:
    """`account` leaves and cannot come back in before `until`."""
    absence = Absence(conversation_id=conversation.id, account_id=account, by=by, started_at=ctx.now, until=until)
    ctx.db.add(absence)
    await leave(ctx, conversation, account, LeaveReason.stepped_out)
    await ctx.db.flush()
    return absence


async def lift_absence(ctx: Context, conversation: UUID, account: UUID, by: UUID) -> bool:
    """They may come back in now. Returns whether they were out."""
    absence = await absence_of(ctx, conversation, account)
    if absence is None:
        return False
    absence.lifted_at, absence.lifted_by = ctx.now, by
    await ctx.db.flush()
    ctx.publish(topics.account(account), Moved(what=Topic.rooms))
    return True
