"""Hide a reported message: right, act, log and ledger in one transaction. Its author reads why."""

from uuid import UUID

from beside.accounts.permissions import Permission
from beside.audit.write import record
from beside.kit.context import Context
from beside.kit.text import clean_text
from beside.messages.redact import redact
from beside.moderation.hidings import hiding_of
from beside.moderation.open_report import opened
from beside.moderation.reported import require_mine_to_act
from beside.moderation.write_act import write_act
from beside.protocol.report_snapshots import ReportOpened
from beside.protocol.shapes import NOTE_CHARACTERS, ActKind


async def hide(ctx: Context, reported: UUID, reason: str) -> ReportOpened:
    """Hiding what is hidden already changes nothing. Raises `NotAllowed`, `NotFound`, `Conflict`, `BadInput`."""
    plain = clean_text(reason, NOTE_CHARACTERS, field="reason")
    item, conversation = await require_mine_to_act(ctx, reported, Permission.message_hide)
    if await hiding_of(ctx, conversation.id, item.seq) is None:
        act = await write_act(ctx, ActKind.hide, item.about_id, plain, item=item)
        await redact(ctx, conversation, item.seq, plain)
        await record(ctx, "report:message:hidden", item.hub_id, report=item.id, act=act.id, account=item.about_id, conversation=conversation.id, seq=item.seq)
    return await opened(ctx, item, conversation)
