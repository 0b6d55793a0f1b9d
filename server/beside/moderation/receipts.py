"""What those who reported hear back: that it arrived, that somebody looks, and what came of it. Never a report into a void."""

from collections.abc import Sequence

from sqlmodel import col, select

from beside.conversations.log import key_of
from beside.conversations.tables import Conversation
from beside.kit.context import Context
from beside.moderation.claims import was_looked_at
from beside.moderation.sealing import unseal
from beside.moderation.tables import Outcome, Report
from beside.moderation.urgency import reason_of
from beside.protocol.report_snapshots import Receipt
from beside.protocol.shapes import ReceiptState, ReportOutcome

LISTED = 100  # the newest; nobody reads further back


async def receipts(ctx: Context) -> list[Receipt]:
    """The actor's own, the newest first."""
    mine = select(Report).where(Report.by_id == ctx.me.account).order_by(col(Report.at).desc(), col(Report.id).desc()).limit(LISTED)
    return await _shown(ctx, (await ctx.db.exec(mine)).all())


async def receipt_of(ctx: Context, report: Report) -> Receipt:
    return (await _shown(ctx, [report]))[0]


async def _shown(ctx: Context, reports: Sequence[Report]) -> list[Receipt]:
    items = {report.reported_id for report in reports}
    looked_at = await was_looked_at(ctx, items)
    outcomes = {row.reported_id: row for row in await ctx.db.exec(select(Outcome).where(col(Outcome.reported_id).in_(items)))}
    talks = {row.id: row for row in await ctx.db.exec(select(Conversation).where(col(Conversation.id).in_({report.conversation_id for report in reports})))}
    return [_receipt(ctx, report, talks[report.conversation_id], outcomes.get(report.reported_id), report.reported_id in looked_at) for report in reports]


def _receipt(ctx: Context, report: Report, conversation: Conversation, outcome: Outcome | None, looked_at: bool) -> Receipt:
    return Receipt(
        receipt=report.id,
        at=report.at,
        reason=reason_of(report.reason),
        state=ReceiptState.closed if outcome else ReceiptState.claimed if looked_at else ReceiptState.received,
        outcome=ReportOutcome(outcome.outcome) if outcome else None,
        words=unseal(ctx, key_of(conversation), outcome.sealed_words, f"outcome/{outcome.reported_id}/words") if outcome else None,
    )
