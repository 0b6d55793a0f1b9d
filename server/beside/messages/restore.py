"""Undo the hiding of a message."""

from beside.accounts.names import name_of
from beside.conversations.log import Entry, append
from beside.conversations.tables import Conversation
from beside.kit.context import Context
from beside.kit.errors import Conflict
from beside.messages.target import require_message
from beside.protocol.events import Author
from beside.protocol.shapes import Place


async def restore(ctx: Context, conversation: Conversation, seq: int) -> Entry:
    """Show `seq` again, as it was last written. The caller has checked the right to. Raises `NotFound`, `Conflict` (not hidden)."""
    _, words, over = await require_message(ctx, conversation, seq)
    if not over.hidden:
        raise Conflict("already_done")
    by = Author(account=ctx.me.account, pseudonym=await name_of(ctx, ctx.me.account), place=Place.moderator)
    return await append(ctx, conversation, "message.restored", author=by, target_seq=seq, body=words)
