"""One-time tickets for sockets: a socket cannot bring a header of ours, and a secret in its address would stand in logs."""

from datetime import timedelta

from sqlalchemy import String, Uuid, bindparam, delete, insert, select, update
from sqlmodel import col

from beside.accounts.actors import STANDING, SignedIn, signed_in_by
from beside.accounts.suspensions import holding
from beside.accounts.tables import Session, SocketTicket, Suspension
from beside.kit.context import Context
from beside.kit.db import AwareDateTime
from beside.kit.errors import NotAllowed
from beside.kit.ids import new_token, token_hash
from beside.protocol.account_snapshots import Ticket

TICKET_LIFE = timedelta(seconds=30)  # DELIVERY: asked for just before connecting


async def issue_ticket(ctx: Context) -> Ticket:
    """A ticket for the actor's session. Raises `NotAllowed` (`suspended`): there is nothing live for them to follow now.

    In one trip: when a node has gone, everybody who was there asks for one in the same second.
    """
    ticket, session, expires_at = new_token(), ctx.me.session, ctx.now + TICKET_LIFE
    suspended, *_ = await ctx.look(
        (_SUSPENDED, {"account": ctx.me.account, "now": ctx.now}),
        (_CLEAR, {"session": session, "now": ctx.now}),
        (_ISSUE, {"hash": token_hash(ticket), "session": session, "until": expires_at, "account": ctx.me.account, "now": ctx.now}),
    )
    if suspended:
        raise NotAllowed("suspended")
    return Ticket(ticket=ticket, expires_at=expires_at)


async def redeem_ticket(ctx: Context, ticket: str) -> SignedIn | None:
    """Who this ticket lets in, once; None where it is unknown, used, run out or another session's than the actor's, or its session has ended.

    In one trip, for the same reason. The ticket's row is held while it is looked at: of two who bring the same one, the second finds it used.
    """
    good = {"hash": token_hash(ticket), "now": ctx.now}
    if ctx.actor is None:
        rows, _ = await ctx.look((_REDEEMED, good), (_USE, good))
    else:
        rows, _ = await ctx.look((_REDEEMED_BY, {**good, "session": ctx.actor.session}), (_USE_BY, {**good, "session": ctx.actor.session}))
    return signed_in_by(rows, ctx.now)


_now = bindparam("now", type_=AwareDateTime())
_session = bindparam("session", type_=Uuid())
_SUSPENDED = select(col(Suspension.id)).where(*holding(_now), col(Suspension.account_id) == bindparam("account", type_=Uuid())).limit(1)
_CLEAR = delete(SocketTicket).where(col(SocketTicket.session_id) == _session, col(SocketTicket.expires_at) <= _now)
_ISSUE = insert(SocketTicket).from_select(
    ["ticket_hash", "session_id", "expires_at"],
    select(bindparam("hash", type_=String()), _session, bindparam("until", type_=AwareDateTime())).where(~_SUSPENDED.exists()),
)
_GOOD = (
    col(SocketTicket.ticket_hash) == bindparam("hash", type_=String()),
    col(SocketTicket.used_at).is_(None),
    col(SocketTicket.expires_at) > _now,
)
_REDEEMED = STANDING.join(SocketTicket, col(SocketTicket.session_id) == col(Session.id)).where(*_GOOD).with_for_update(of=SocketTicket)
_REDEEMED_BY = _REDEEMED.where(col(SocketTicket.session_id) == _session)
_USE = update(SocketTicket).where(*_GOOD).values(used_at=_now)
_USE_BY = _USE.where(col(SocketTicket.session_id) == _session)
