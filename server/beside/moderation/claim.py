"""Take a report, or keep it: for a minute at a time. Of two at once, one has it, and the other is told who."""

from uuid import UUID

from sqlmodel import select

from beside.audit.write import record
from beside.kit.context import Context
from beside.kit.errors import Conflict
from beside.moderation.claims import take
from beside.moderation.open_report import opened
from beside.moderation.reported import hold_reported
from beside.moderation.tables import Report
from beside.protocol import topics
from beside.protocol.events import Topic
from beside.protocol.report_snapshots import ReportOpened
from beside.protocol.signals import Moved


async def claim(ctx: Context, reported: UUID) -> ReportOpened:
    """Raises `NotAllowed`, `NotFound`, `Conflict` (`already_taken`: opening it says who has it; `already_done`: closed)."""
    item, conversation = await hold_reported(ctx, reported)
    if item.closed_at is not None:
        raise Conflict("already_done")
    if await take(ctx, item):
        await record(ctx, "report:item:claimed", item.hub_id, report=item.id)
        ctx.publish(topics.desk(item.hub_id), Moved(what=Topic.desk))
        for reporter in await ctx.db.exec(select(Report.by_id).where(Report.reported_id == item.id)):
            ctx.publish(topics.account(reporter), Moved(what=Topic.reports))  # "a moderator is looking at it"
    return await opened(ctx, item, conversation)
