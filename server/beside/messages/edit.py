"""Change one's own words."""

from datetime import timedelta
from uuid import UUID

from beside.conversations.access import require_open, require_participant
from beside.conversations.log import Entry, append
from beside.kit.context import Context
from beside.kit.errors import Conflict, NotFound
from beside.kit.text import clean_text
from beside.messages.target import require_message
from beside.protocol.shapes import BODY_CHARACTERS

EDITABLE_FOR = timedelta(minutes=15)  # long enough to mend a slip, short enough that nobody answers words that change under them


async def edit(ctx: Context, conversation: UUID, seq: int, body: str) -> Entry:
    """The actor's message at `seq` says `body` now. Raises `NotFound` (not theirs), `Conflict` (`closed`, `hidden`, `too_late`)."""
    words = clean_text(body, BODY_CHARACTERS, field="body")
    standing = await require_participant(ctx, conversation)
    require_open(standing.conversation)
    row, _, over = await require_message(ctx, standing.conversation, seq)
    if row.author_id != ctx.me.account:
        raise NotFound
    if over.hidden:
        raise Conflict("hidden")
    if ctx.now - row.created_at > EDITABLE_FOR:
        raise Conflict("too_late")
    return await append(ctx, standing.conversation, "message.edited", author=standing.author, target_seq=seq, body=words)
