"""Hide a message: others see a gentle placeholder, its author sees why. The log replays it to whoever was away."""

from beside.accounts.names import name_of
from beside.conversations.log import Entry, append
from beside.conversations.tables import Conversation
from beside.kit.context import Context
from beside.kit.errors import Conflict
from beside.messages.target import require_message
from beside.protocol.events import Author
from beside.protocol.shapes import Place


async def redact(ctx: Context, conversation: Conversation, seq: int, reason: str) -> Entry:
    """Hide `seq` of the public log. The caller has checked the right to. Raises `NotFound`, `Conflict` (hidden already)."""
    row, _, over = await require_message(ctx, conversation, seq)
    if over.hidden:
        raise Conflict("already_done")
    by = Author(account=ctx.me.account, pseudonym=await name_of(ctx, ctx.me.account), place=Place.moderator)
    # `about` lets a node show the reason to the author without reading the target again
    return await append(ctx, conversation, "message.redacted", author=by, target_seq=seq, body=reason, detail={"about": str(row.author_id)})
