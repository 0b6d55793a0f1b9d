"""Close a report: everybody who told us hears back."""

from uuid import UUID

from sqlmodel import select

from beside.accounts.permissions import Permission
from beside.audit.write import record
from beside.conversations.log import key_of
from beside.kit.context import Context
from beside.kit.errors import BadInput
from beside.kit.text import clean_optional
from beside.moderation.claims import release
from beside.moderation.open_report import opened
from beside.moderation.reported import require_mine_to_act
from beside.moderation.sealing import seal
from beside.moderation.tables import Outcome, Report
from beside.protocol import topics
from beside.protocol.events import Topic
from beside.protocol.report_snapshots import ReportOpened
from beside.protocol.requests import CloseReport
from beside.protocol.shapes import NOTE_CHARACTERS, ReportOutcome
from beside.protocol.signals import Moved


async def close_report(ctx: Context, reported: UUID, wish: CloseReport) -> ReportOpened:
    """Raises `NotAllowed`, `NotFound`, `BadInput`, `TooLarge`, `Conflict` (somebody else has it, or it is closed already)."""
    if wish.outcome not in set(ReportOutcome):
        raise BadInput("not_usable", field="outcome")
    words = clean_optional(wish.words, NOTE_CHARACTERS, field="words")
    item, conversation = await require_mine_to_act(ctx, reported, Permission.report_judge)
    sealed = seal(ctx, key_of(conversation), words, f"outcome/{item.id}/words") if words else None
    ctx.db.add(Outcome(reported_id=item.id, outcome=wish.outcome, sealed_words=sealed, by_id=ctx.me.account, at=ctx.now))
    item.closed_at = ctx.now
    await release(ctx, item)
    await ctx.db.flush()
    for reporter in await ctx.db.exec(select(Report.by_id).where(Report.reported_id == item.id)):
        ctx.publish(topics.account(reporter), Moved(what=Topic.reports))
    ctx.publish(topics.desk(item.hub_id), Moved(what=Topic.desk))
    await record(ctx, "report:item:closed", item.hub_id, report=item.id, outcome=wish.outcome)
    return await opened(ctx, item, conversation)
