"""Reading a log back: a page before or after a place, with what was edited or hidden since laid over it."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from beside.conversations.log import Entry
from beside.conversations.tables import Conversation, Event
from beside.kit.context import Context
from beside.messages.opening import open_rows
from beside.messages.shaping import Overlay, to_event
from beside.protocol.conversation_snapshots import EventPage
from beside.protocol.events import AnyLogEvent
from beside.protocol.shapes import Log

PAGE = 50  # one screen and a bit; enough to scroll before the next is fetched
PAGE_MOST = 200
CHANGES = ("message.edited", "message.redacted", "message.restored")


async def after(ctx: Context, conversation: Conversation, log: Log, seq: int, *, first: int = 1, limit: int = PAGE_MOST) -> list[Entry]:
    """Entries later than `seq`, in order, at most `limit`, none before `first`."""
    rows = await ctx.db.exec(_log(conversation, log).where(col(Event.seq) > max(seq, first - 1)).order_by(col(Event.seq)).limit(limit))
    return await open_rows(ctx, conversation, rows.all())


async def before(ctx: Context, conversation: Conversation, log: Log, seq: int | None, *, first: int = 1, limit: int = PAGE) -> list[Entry]:
    """The last `limit` entries earlier than `seq` (None: the newest), in order, none before `first`."""
    wanted = _log(conversation, log).where(col(Event.seq) >= first)
    if seq is not None:
        wanted = wanted.where(col(Event.seq) < seq)
    rows = (await ctx.db.exec(wanted.order_by(col(Event.seq).desc()).limit(limit))).all()
    return await open_rows(ctx, conversation, rows[::-1])


async def around(ctx: Context, conversation: Conversation, seq: int, *, before_it: int = 5, after_it: int = 5) -> list[AnyLogEvent]:
    """A message of the public log, the messages before and after it, and whatever became of each of them, as it was said: hidden words included.

    For somebody whose right to read it was checked and written down. Whoever edits what was reported changes neither what is seen nor that they did.
    """
    said = _log(conversation, Log.public).where(col(Event.kind) == "message.posted")
    earlier = (await ctx.db.exec(said.where(col(Event.seq) < seq).order_by(col(Event.seq).desc()).limit(before_it))).all()
    later = (await ctx.db.exec(said.where(col(Event.seq) >= seq).order_by(col(Event.seq)).limit(after_it + 1))).all()
    messages = [*earlier, *later]
    changed = _log(conversation, Log.public).where(col(Event.target_seq).in_([row.seq for row in messages]), col(Event.kind).in_(CHANGES))
    rows = sorted([*messages, *(await ctx.db.exec(changed)).all()], key=lambda row: row.seq)
    return [to_event(entry, {}) for entry in await open_rows(ctx, conversation, rows)]


async def shown(ctx: Context, conversation: Conversation, entries: Sequence[Entry], viewer: UUID | None) -> list[AnyLogEvent]:
    """These entries as events for `viewer`."""
    overlays = await overlays_of(ctx, conversation, entries)
    return [to_event(entry, overlays, viewer) for entry in entries]


async def page(ctx: Context, conversation: Conversation, log: Log, entries: Sequence[Entry], viewer: UUID, *, first: int, limit: int) -> EventPage:
    """An answer that holds these entries, and says whether there is more on either side."""
    last = conversation.last_seq if log is Log.public else conversation.staff_last_seq
    return EventPage(
        conversation=conversation.id,
        log=log,
        epoch=ctx.house.epoch,
        events=await shown(ctx, conversation, entries, viewer),
        last_seq=max([last, *(entry.seq for entry in entries[-1:])]),
        earlier=bool(entries) and entries[0].seq > first,
        later=len(entries) == limit and entries[-1].seq < last,
    )


async def overlays_of(ctx: Context, conversation: Conversation, entries: Sequence[Entry]) -> dict[int, Overlay]:
    """What became of each message among `entries`, by its seq; those that nothing happened to are left out."""
    targets = {entry.target_seq or entry.seq for entry in entries if entry.kind == "message.posted" or entry.kind in CHANGES}
    if not targets:
        return {}
    log = entries[0].log
    rows = (await ctx.db.exec(_log(conversation, log).where(col(Event.target_seq).in_(targets), col(Event.kind).in_(CHANGES)))).all()
    changes = await open_rows(ctx, conversation, sorted(rows, key=lambda row: row.seq))  # in order by us: SQLite would go through the log for it
    if not changes:
        return {}
    wanted = {change.target_seq for change in changes}
    authors = await ctx.db.exec(
        select(Event.seq, Event.author_id).where(Event.conversation_id == conversation.id, Event.log == log, col(Event.seq).in_(wanted))
    )
    overlays = {seq: Overlay(author=author) for seq, author in authors}
    for change in changes:
        overlays[change.target_seq or 0] = _changed(overlays[change.target_seq or 0], change)
    return overlays


def _changed(over: Overlay, change: Entry) -> Overlay:
    if change.kind == "message.edited":
        return Overlay(over.author, change.body, True, over.hidden, over.reason)
    hidden = change.kind == "message.redacted"
    return Overlay(over.author, over.body, over.edited, hidden, change.body if hidden else None)


def _log(conversation: Conversation, log: Log):  # type: ignore[no-untyped-def]  # SelectOfScalar[Event]; SQLModel does not export the name
    return select(Event).where(Event.conversation_id == conversation.id, Event.log == log)
