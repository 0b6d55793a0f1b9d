"""The message that a change is about, held so that two changes of it happen one after the other."""

from sqlmodel import select

from beside.conversations.tables import Conversation, Event
from beside.kit.context import Context
from beside.kit.errors import NotFound
from beside.messages.history import overlays_of
from beside.messages.opening import open_rows
from beside.messages.shaping import NOTHING, Overlay
from beside.protocol.shapes import Log


async def require_message(ctx: Context, conversation: Conversation, seq: int, log: Log = Log.public) -> tuple[Event, str | None, Overlay]:
    """The row of a message, what it says now, and what happened to it since. Raises `NotFound`."""
    await ctx.db.refresh(conversation, with_for_update=True)
    row = (await ctx.db.exec(select(Event).where(Event.conversation_id == conversation.id, Event.log == log, Event.seq == seq))).first()
    if row is None or row.kind != "message.posted":
        raise NotFound
    entries = await open_rows(ctx, conversation, [row])
    over = (await overlays_of(ctx, conversation, entries)).get(seq, NOTHING)
    return row, over.body if over.edited else entries[0].body, over
