"""Show a hidden message again. The act stays on record, as undone."""

from uuid import UUID

from beside.accounts.permissions import Permission, require
from beside.kit.context import Context
from beside.kit.errors import Conflict
from beside.moderation.claims import take
from beside.moderation.hidings import hiding_of
from beside.moderation.open_report import opened
from beside.moderation.reported import hold_reported
from beside.moderation.undo import undo
from beside.protocol.report_snapshots import ReportOpened


async def restore(ctx: Context, reported: UUID) -> ReportOpened:
    """Possible after the report was closed too. Raises `NotAllowed`, `NotFound`, `Conflict` (somebody else has it, or it is not hidden)."""
    require(ctx, Permission.message_hide)
    item, conversation = await hold_reported(ctx, reported)
    if item.closed_at is None:
        await take(ctx, item)
    act = await hiding_of(ctx, conversation.id, item.seq)
    if act is None:
        raise Conflict("already_done")
    await undo(ctx, act)
    return await opened(ctx, item, conversation)
