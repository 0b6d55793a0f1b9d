"""The log: dense `seq` in commit order, sealed words, one place where an entry is written. Everything people see is an entry here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import BigInteger, Uuid, insert, select, update
from sqlmodel import col

from beside.conversations.tables import Conversation, Event
from beside.kit.context import Context
from beside.kit.crypto import DataKey
from beside.kit.db import Table
from beside.kit.errors import NotFound
from beside.kit.rows import given, insertion
from beside.kit.trip import Step
from beside.protocol import topics
from beside.protocol.events import Author
from beside.protocol.shapes import Log
from beside.protocol.signals import Grew


class Entry(Struct, frozen=True):
    """A log entry, opened. `unreadable`: its words do not open any more (a shredded key, a changed row)."""

    conversation: UUID
    log: Log
    seq: int
    kind: str
    at: datetime
    author: Author | None = None
    client_id: UUID | None = None
    target_seq: int | None = None
    body: str | None = None
    detail: dict[str, Any] = {}
    unreadable: bool = False


class Held(Struct, frozen=True):
    """A conversation whose row is locked until the commit: nobody else writes in it, joins it or leaves it meanwhile."""

    id: UUID
    hub: UUID
    key: DataKey
    last_seq: int
    staff_last_seq: int
    open: bool


def holding(conversations: Iterable[UUID], *, wait: bool = True) -> Step:
    """What locks these conversations, in the order of their ids so that two who hold several never wait for each other. Read its rows with `held`.

    Without `wait`, those that somebody else holds are left out.
    """
    return _HOLD if wait else _HOLD_FREE, {"asked": [{"id": one} for one in set(conversations)]}


def held(rows: Iterable[Sequence[Any]]) -> dict[UUID, Held]:
    """The conversations that `holding` locked; those that are not there are left out."""
    return {one: Held(one, hub, DataKey(version, key), last, staff, closed is None) for one, hub, version, key, last, staff, closed in rows}


def key_of(conversation: Conversation) -> DataKey:
    return DataKey(conversation.key_version, conversation.wrapped_key)


def event_place(conversation: UUID, log: Log, seq: int, author: UUID | None, key_version: int) -> str:
    """What the words of an entry are bound to: moved to any other row, they do not open."""
    return f"event/{conversation}/{log.value}/{seq}/{author}/{key_version}"


async def append(
    ctx: Context,
    conversation: Conversation,
    kind: str,
    *,
    log: Log = Log.public,
    author: Author | None = None,
    client_id: UUID | None = None,
    target_seq: int | None = None,
    body: str | None = None,
    detail: dict[str, Any] | None = None,
) -> Entry:
    """Write one entry in this command's transaction, and stage telling everybody.

    `seq` comes from the conversation's own row, updated here: it is dense, and in commit order, because the row stays locked until the commit.
    """
    seq = await _next_seq(ctx, conversation.id, log)
    sealed = None
    if body is not None:
        place = event_place(conversation.id, log, seq, author.account if author else None, conversation.key_version)
        sealed = ctx.house.keyring.seal(key_of(conversation), body, place)
    entry = Entry(conversation.id, log, seq, kind, ctx.now, author, client_id, target_seq, body, detail or {})
    await ctx.db.exec(insert(Event).values(**_row(entry, sealed)))
    ctx.grew(conversation.id, log.value, entry)
    ctx.publish(topics.conversation(conversation.id), Grew(conversation=conversation.id, log=log, seq=seq))
    return entry


class Draft(Struct, frozen=True):
    """A message that may be written: everything was checked, and only its place in the log is missing."""

    log: Log
    author: Author
    client_id: UUID
    body: str


async def append_all(ctx: Context, held: Mapping[UUID, Held], drafts: Sequence[tuple[UUID, Draft]]) -> list[Entry]:
    """Write these messages, each in its conversation, in this order: all in one trip, with the ends of the logs.

    The conversations' rows are held (`holding`), so that the next `seq` is known here and can be bound into what is sealed.
    """
    ends = {(one.id, log): end for one in held.values() for log, end in ((Log.public, one.last_seq), (Log.staff, one.staff_last_seq))}
    entries = []
    rows = []
    for conversation, draft in drafts:
        ends[conversation, draft.log] += 1
        seq, key = ends[conversation, draft.log], held[conversation].key
        place = event_place(conversation, draft.log, seq, draft.author.account, key.version)
        entry = Entry(conversation, draft.log, seq, "message.posted", ctx.now, draft.author, draft.client_id, None, draft.body)
        entries.append(entry)
        rows.append(_row(entry, ctx.house.keyring.seal(key, draft.body, place)))
    grown = dict.fromkeys(entry.conversation for entry in entries)
    moved = [{"id": one, "public": ends[one, Log.public], "staff": ends[one, Log.staff]} for one in grown]
    await ctx.put(insertion(_EVENT, rows, sqlite=ctx.house.database.is_sqlite), (_ENDS, {"ends": moved}))
    for entry in entries:
        ctx.grew(entry.conversation, entry.log.value, entry)
    for (conversation, log), seq in {(entry.conversation, entry.log): entry.seq for entry in entries}.items():
        ctx.publish(topics.conversation(conversation), Grew(conversation=conversation, log=log, seq=seq))
    return entries


async def notice(ctx: Context, conversation: Conversation, kind: str, **ids: Any) -> Entry:
    """A line from the house: `kind` is a `NoticeKind`, `ids` what it is about (never shown)."""
    return await append(ctx, conversation, "notice.posted", detail={"notice": kind} | {name: str(value) for name, value in ids.items()})


async def _next_seq(ctx: Context, conversation: UUID, log: Log) -> int:
    last = Conversation.last_seq if log is Log.public else Conversation.staff_last_seq
    grown = {"last_seq" if log is Log.public else "staff_last_seq": last + 1}
    row = (await ctx.db.exec(update(Conversation).where(col(Conversation.id) == conversation).values(**grown).returning(col(last)))).first()
    if row is None:
        raise NotFound
    return int(row[0])


def _row(entry: Entry, sealed: bytes | None) -> dict[str, Any]:
    return {
        "conversation_id": entry.conversation,
        "log": entry.log,
        "seq": entry.seq,
        "kind": entry.kind,
        "author_id": entry.author.account if entry.author else None,
        "author_place": entry.author.place if entry.author else None,
        "client_id": entry.client_id,
        "target_seq": entry.target_seq,
        "sealed": sealed,
        "detail": entry.detail,
        "created_at": entry.at,
    }


_EVENT = Table.metadata.tables["event"]
_CONVERSATION = Table.metadata.tables["conversation"]
_asked = given("asked", id=Uuid())
_moved = given("ends", id=Uuid(), public=BigInteger(), staff=BigInteger())
_ENDS = update(_CONVERSATION).where(_CONVERSATION.c.id == _moved.c.id).values(last_seq=_moved.c.public, staff_last_seq=_moved.c.staff)
_ASKED_FOR = (
    select(
        col(Conversation.id),
        col(Conversation.hub_id),
        col(Conversation.key_version),
        col(Conversation.wrapped_key),
        col(Conversation.last_seq),
        col(Conversation.staff_last_seq),
        col(Conversation.closed_at),
    )
    .where(col(Conversation.id).in_(select(_asked.c.id)))
    .order_by(col(Conversation.id))
)
_HOLD, _HOLD_FREE = _ASKED_FOR.with_for_update(), _ASKED_FOR.with_for_update(skip_locked=True)
