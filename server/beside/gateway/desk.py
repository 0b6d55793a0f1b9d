"""The desk's list: the line, reports and appeals, calls for a clinician and one's own conversations, which no single domain may see together."""

from beside.accounts.permissions import Permission, require
from beside.conversations.shown import conversations_of
from beside.escalations.at_desk import escalations_at_desk
from beside.kit.context import query
from beside.kit.web import Door, Visit
from beside.matching.at_desk import line_at_desk
from beside.moderation.at_desk import moderation_at_desk
from beside.presence import on_shift
from beside.protocol.conversation_snapshots import Conversations
from beside.protocol.desk_snapshots import Desk


async def desk(visit: Visit) -> Desk:
    """Everything the desk shows, most urgent first. Nobody's words, and no name of anybody who waits."""
    async with query(visit.house, visit.me) as ctx:
        me = require(ctx, Permission.desk_see)
        await on_shift.start(visit.house, me.hub, me.account)
        line = await line_at_desk(ctx)
        judging = await moderation_at_desk(ctx)
        return Desk(
            ready=line.ready,
            waiting=line.waiting,
            peers_ready=line.peers_ready,
            brought=line.brought,
            reports=judging.reports,
            appeals=judging.appeals,
            conversations=await conversations_of(ctx, me.account),
            escalations=await escalations_at_desk(ctx),
        )


async def desk_conversations(visit: Visit) -> Conversations:
    """The conversations you are in, the newest first."""
    async with query(visit.house, visit.me) as ctx:
        me = require(ctx, Permission.desk_see)
        return Conversations(conversations=await conversations_of(ctx, me.account))


doors = [
    Door("GET", "/api/desk", desk, answer=Desk, who="staff"),
    Door("GET", "/api/desk/conversations", desk_conversations, answer=Conversations, who="staff"),
]
