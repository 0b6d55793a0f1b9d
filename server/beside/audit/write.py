"""Append one act to a hub's ledger, inside the command that does it: both are committed, or neither."""

import re
from enum import StrEnum
from functools import partial
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from beside.audit.chain import START, Link, Value, hash_of
from beside.audit.tables import AuditEntry, AuditHead
from beside.kit.context import Context

_ACTION = re.compile(r"[a-z_]+:[a-z_]+:[a-z_]+")
_FIXED_WORD = re.compile(r"[a-z0-9_.]{1,64}")  # a word from our code: nothing that a person wrote looks like this by accident


async def record(ctx: Context, action: str, hub: UUID, **about: object) -> None:
    """Write that `ctx.actor` (or the house itself) did `action`, a tag `subject:object:action`, in `hub`.

    `about` takes ids, whole numbers, yes or no, and fixed words; anything else is a `ValueError`, as is a tag of another form. Nothing a
    person wrote belongs here. It is written last of all, right before the commit: every act of a hub waits for its ledger, and none holds it longer
    than it takes. If it cannot be written, the command fails with it.
    """
    if not _ACTION.fullmatch(action):
        raise ValueError("an audit action reads subject:object:action")
    plain = {name: _plain(name, value) for name, value in about.items()}
    ctx.finally_write(partial(_append, ctx, action, hub, plain))


async def _append(ctx: Context, action: str, hub: UUID, plain: dict[str, Value]) -> None:
    position, prev_hash = await _hold_head(ctx, hub)
    account, session = (ctx.actor.account, ctx.actor.session) if ctx.actor else (None, None)
    link = Link(hub, position + 1, ctx.now, account, session, action, plain, prev_hash, hash="")
    row = {
        "hub_id": hub,
        "position": link.position,
        "at": link.at,
        "actor_id": link.actor,
        "session_id": link.session,
        "action": action,
        "about": plain,
        "prev_hash": prev_hash,
        "hash": hash_of(link),
    }
    await ctx.db.exec(insert(AuditEntry).values(**row))
    await ctx.db.exec(update(AuditHead).where(col(AuditHead.hub_id) == hub).values(position=link.position, hash=row["hash"]))


def _plain(name: str, value: object) -> Value:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str) and (_FIXED_WORD.fullmatch(value) or _is_id(value)):
        return value
    raise ValueError(f"{name}: the ledger takes ids, numbers and fixed words")


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


async def _hold_head(ctx: Context, hub: UUID) -> tuple[int, str]:
    """The position and hash to follow, locked. The first act of a hub makes its head; of two at once, one waits for the other."""
    held = select(AuditHead.position, AuditHead.hash).where(col(AuditHead.hub_id) == hub).with_for_update()
    head = (await ctx.db.exec(held)).first()
    if head is None:
        dialect = sqlite if ctx.house.database.is_sqlite else postgresql
        await ctx.db.exec(dialect.insert(AuditHead).values(hub_id=hub, position=0, hash=START).on_conflict_do_nothing())
        head = (await ctx.db.exec(held)).one()
    return head[0], head[1]
