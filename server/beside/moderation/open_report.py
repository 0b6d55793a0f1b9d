"""A reported message with five before and five after.

That it was read is in the ledger, and on the pages of the members whose conversation it is, before a word leaves; if it cannot be written, nothing is read.
"""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from beside.accounts.names import names_of
from beside.audit.write import record
from beside.conversations.about import open_about
from beside.conversations.log import key_of
from beside.conversations.readings import note_reading
from beside.conversations.tables import Conversation, Participant
from beside.kit.context import Context
from beside.messages.history import around
from beside.moderation.claims import holder_of
from beside.moderation.hidings import hiding_of
from beside.moderation.reported import require_reported
from beside.moderation.sealing import unseal
from beside.moderation.tables import Report, ReportedMessage
from beside.moderation.urgency import by_urgency
from beside.protocol.events import Author
from beside.protocol.report_snapshots import ReportOpened
from beside.protocol.shapes import ConversationKind, ReadingKind, ReportState

AGAIN_AFTER = timedelta(hours=1)  # a claim is renewed each minute and every act shows the item again: one sitting is one reading


async def open_report(ctx: Context, reported: UUID) -> ReportOpened:
    """For a moderator. It takes no claim: reading along is welcome. Raises `NotAllowed`, `NotFound`."""
    return await opened(ctx, *await require_reported(ctx, reported))


async def opened(ctx: Context, item: ReportedMessage, conversation: Conversation) -> ReportOpened:
    """The item as a moderator sees it now; the caller has checked that they may."""
    if not await _is_in(ctx, conversation):
        await note_reading(ctx, conversation, ReadingKind.report, item.id, again_after=AGAIN_AFTER)
    await record(ctx, "report:context:read", item.hub_id, report=item.id, conversation=conversation.id, seq=item.seq)
    reports = (await ctx.db.exec(select(Report).where(Report.reported_id == item.id).order_by(col(Report.at), col(Report.id)))).all()
    words = [unseal(ctx, key_of(conversation), report.sealed_words, f"report/{report.id}/words") for report in reports]
    claim = await holder_of(ctx, item.id)
    names = await names_of(ctx, [item.about_id, *([claim.by_id] if claim else [])])
    return ReportOpened(
        report=item.id,
        reasons=by_urgency(report.reason for report in reports),
        words=[each for each in words if each],
        about=Author(account=item.about_id, pseudonym=names[item.about_id], place=item.about_place),
        conversation=conversation.id,
        conversation_title=open_about(ctx.house.keyring, conversation).title,
        kind=conversation.kind,
        target_seq=item.seq,
        events=await around(ctx, conversation, item.seq),
        claimed_by=names[claim.by_id] if claim else None,
        claimed_by_me=claim is not None and claim.by_id == ctx.me.account,
        hidden=await hiding_of(ctx, conversation.id, item.seq) is not None,
        can_step_out=conversation.kind is not ConversationKind.one_to_one and item.closed_at is None,
        state=ReportState.open if item.closed_at is None else ReportState.closed,
    )


async def _is_in(ctx: Context, conversation: Conversation) -> bool:
    """Whether the actor reads this conversation as somebody who is in it, in the sight of all."""
    mine = await ctx.db.get(Participant, (conversation.id, ctx.me.account))
    return mine is not None and mine.left_at is None
