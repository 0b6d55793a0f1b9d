"""Who is behind a token: one query for the session, the account, its roles, whether it is suspended and has its second factor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, String, Uuid, and_, bindparam, select, update
from sqlmodel import col

from beside.accounts.permissions import is_staff
from beside.accounts.session_life import REFRESH, ends_at, is_stale
from beside.accounts.suspensions import suspended_now
from beside.accounts.tables import Account, RoleGrant, SecondFactor, Session
from beside.hubs.policy import read_policy
from beside.hubs.tables import Hub
from beside.kit.context import Actor, Context, command
from beside.kit.db import AwareDateTime
from beside.kit.errors import Unavailable
from beside.kit.house import House
from beside.kit.ids import token_hash
from beside.kit.trip import Step
from beside.protocol.shapes import Role


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An actor, and what holds for them now. With `second_factor_needed` every door but their own second factor and the way out is shut.

    `expires_at` is when the session ends if it is not used again; `refresh_due` says that its use should be written down (`refresh`).
    """

    actor: Actor
    suspended: bool
    second_factor_needed: bool
    expires_at: datetime
    refresh_due: bool

    @property
    def staff(self) -> bool:
        return is_staff(self.actor.roles)


async def actor_for_token(ctx: Context, token: str) -> SignedIn | None:
    """Who holds this session token; None where it is unknown, ended or run out, or where no role is left."""
    (rows,) = await ctx.look((_BY_TOKEN, {"token": token_hash(token), "now": ctx.now}))
    return signed_in_by(rows, ctx.now)


async def actor_for_session(ctx: Context, session: UUID) -> SignedIn | None:
    """As `actor_for_token`, for a session known by its id: sockets look again with this."""
    (rows,) = await ctx.look(standing(session, ctx.now))
    return signed_in_by(rows, ctx.now)


async def refresh(house: House, signed_in: SignedIn) -> None:
    """Write down that the session is in use, at most once a minute, in a transaction of its own. A database that only reads stops nobody."""
    if not signed_in.refresh_due:
        return
    try:
        async with command(house) as ctx:
            mine = and_(col(Session.id) == signed_in.actor.session, col(Session.ended_at).is_(None), col(Session.last_used_at) <= ctx.now - REFRESH)
            await ctx.db.exec(update(Session).where(mine).values(last_used_at=ctx.now))
    except Unavailable:
        return


def standing(session: UUID, now: datetime) -> Step:
    """What looks up a session known by its id, to go in one trip with something else. Read its rows with `signed_in_by`."""
    return _BY_SESSION, {"session": session, "now": now}


def signed_in_by(rows: Sequence[Sequence[Any]], now: datetime) -> SignedIn | None:
    """Who these rows of `standing` tell of: one row a role."""
    return _signed_in([_Standing._make(row) for row in rows], now) if rows else None


class _Standing(NamedTuple):
    session: UUID
    created_at: datetime
    last_used_at: datetime
    account: UUID
    hub: UUID
    policy: dict[str, Any]
    confirmed_at: datetime | None
    role: Role
    suspended: bool


def _signed_in(rows: Sequence[_Standing], now: datetime) -> SignedIn | None:
    first = rows[0]
    roles = frozenset(row.role.value for row in rows)
    staff = is_staff(roles)
    expires_at = ends_at(first.created_at, first.last_used_at, staff=staff)
    if now >= expires_at:
        return None
    return SignedIn(
        actor=Actor(first.account, first.hub, first.session, roles),
        suspended=bool(first.suspended),
        second_factor_needed=staff and first.confirmed_at is None and read_policy(first.policy).staff_need_second_factor,
        expires_at=expires_at,
        refresh_due=is_stale(first.last_used_at, now),
    )


_now = bindparam("now", type_=AwareDateTime())
STANDING: Select[Any] = (
    select(
        col(Session.id),
        col(Session.created_at),
        col(Session.last_used_at),
        col(Account.id).label("account"),
        col(Account.hub_id),
        col(Hub.policy),
        col(SecondFactor.confirmed_at),
        col(RoleGrant.role),
        suspended_now(col(Account.id), _now).label("suspended"),
    )
    .join(Account, col(Account.id) == col(Session.account_id))
    .join(Hub, col(Hub.id) == col(Account.hub_id))
    .join(RoleGrant, and_(col(RoleGrant.account_id) == col(Account.id), col(RoleGrant.revoked_at).is_(None)))
    .outerjoin(SecondFactor, col(SecondFactor.account_id) == col(Account.id))
    .where(col(Session.ended_at).is_(None))
)
_BY_TOKEN = STANDING.where(col(Session.token_hash) == bindparam("token", type_=String()))
_BY_SESSION = STANDING.where(col(Session.id) == bindparam("session", type_=Uuid()))
