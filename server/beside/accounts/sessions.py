"""Start sessions and end them. Ending one is a row and a signal: its sockets close on every node."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from beside.accounts.tables import Session
from beside.kit.context import Context
from beside.kit.ids import new_token, token_hash
from beside.protocol import topics
from beside.protocol.codes import CloseCode
from beside.protocol.signals import Revoked


async def start_session(ctx: Context, account: UUID) -> str:
    """A new session of this account; the token for its cookie, which is kept nowhere else."""
    token = new_token()
    ctx.db.add(Session(account_id=account, token_hash=token_hash(token), created_at=ctx.now, last_used_at=ctx.now))
    await ctx.db.flush()
    return token


async def end_session(ctx: Context, account: UUID, session: UUID, why: str) -> bool:
    """End one session of this account. Whether it was still open."""
    return bool(await _end(ctx, account, why, col(Session.id) == session))


async def end_sessions(ctx: Context, account: UUID, why: str, *, keep: UUID | None = None) -> list[UUID]:
    """End every session of this account but `keep`; those that were open. `why` is a fixed word."""
    return await _end(ctx, account, why, *([col(Session.id) != keep] if keep else []))


async def _end(ctx: Context, account: UUID, why: str, *which: object) -> list[UUID]:
    open_ones = (col(Session.account_id) == account, col(Session.ended_at).is_(None), *which)
    statement = update(Session).where(*open_ones).values(ended_at=ctx.now, ended_why=why).returning(col(Session.id))  # type: ignore[arg-type]  # columns compared, typed as plain objects
    ended = list((await ctx.db.exec(statement)).scalars())
    for session in ended:
        ctx.publish(topics.account(account), Revoked(code=CloseCode.signed_out, session=session))
    return ended
