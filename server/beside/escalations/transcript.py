"""Read the conversation, for a stated reason. What is read is written down first, where everybody in it sees it; if that fails, nothing is read."""

from beside.accounts.permissions import Permission, require
from beside.audit.write import record
from beside.conversations.readings import note_reading
from beside.escalations.access import conversation_of, require_still_open
from beside.escalations.sealing import seal
from beside.escalations.tables import Escalation, Reading
from beside.escalations.telling import announce
from beside.kit.context import Context
from beside.kit.errors import BadInput
from beside.kit.ids import new_id
from beside.kit.text import clean_text
from beside.messages.history import PAGE_MOST, before, shown
from beside.protocol.call_snapshots import Transcript
from beside.protocol.events import NoticeKind
from beside.protocol.shapes import Log, ReadingKind

REASON_AT_LEAST = 20  # PRIVACY: enough to say why; "urgent" does not
REASON_AT_MOST = 500


async def read_transcript(ctx: Context, escalation: Escalation, reason: str) -> Transcript:
    """The last messages of the public log. Raises `NotAllowed`, `BadInput` (`reason_needed`), `Conflict` once it is closed."""
    require(ctx, Permission.transcript_read)
    words = clean_text(reason.strip(), REASON_AT_MOST, field="reason")
    if len(words) < REASON_AT_LEAST:
        raise BadInput("reason_needed", field="reason")
    require_still_open(escalation)
    conversation = await conversation_of(ctx, escalation)
    reading = new_id()
    ctx.db.add(
        Reading(
            id=reading, escalation_id=escalation.id, by=ctx.me.account, at=ctx.now, up_to_seq=conversation.last_seq,
            sealed_reason=seal(ctx, conversation, reading, "reason", words),
        )
    )  # fmt: skip
    await note_reading(ctx, conversation, ReadingKind.transcript, escalation.id)
    await announce(ctx, escalation, NoticeKind.clinician_read)
    await record(ctx, "account:transcript:read", escalation.hub_id, escalation=escalation.id, conversation=conversation.id, up_to=conversation.last_seq)
    entries = await before(ctx, conversation, Log.public, None, limit=PAGE_MOST)
    return Transcript(events=await shown(ctx, conversation, entries, ctx.me.account))
