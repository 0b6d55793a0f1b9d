"""One-time tickets for sockets: a socket cannot bring a header of ours, and a secret in its address would stand in logs."""

from datetime import timedelta

from sqlalchemy import String, Uuid, bindparam, delete, insert, select, update
from sqlmodel import col

from beside.accounts.actors import SignedIn, actor_for_session
from beside.accounts.suspensions import holding
from beside.accounts.tables import SocketTicket, Suspension
from beside.kit.context import Context
from beside.kit.db import AwareDateTime
from beside.kit.errors import NotAllowed
from beside.kit.ids import new_token, token_hash
from beside.kit.trip import in_one_trip
from beside.protocol.snapshots import Ticket

TICKET_LIFE = timedelta(seconds=30)  # DELIVERY: asked for just before connecting


async def issue_ticket(ctx: Context) -> Ticket:
    """A ticket for the actor's session. Raises `NotAllowed` (`suspended`): there is nothing live for them to follow now.

    In one trip: when a node has gone, everybody who was there asks for one in the same second.
    """
    ticket, session, expires_at = new_token(), ctx.me.session, ctx.now + TICKET_LIFE
    suspended, *_ = await in_one_trip(
        ctx.db,
        (_SUSPENDED, {"account": ctx.me.account, "now": ctx.now}),
        (_CLEAR, {"session": session, "now": ctx.now}),
        (_ISSUE, {"hash": token_hash(ticket), "session": session, "until": expires_at}),
    )
    if suspended:
        raise NotAllowed("suspended")
    return Ticket(ticket=ticket, expires_at=expires_at)


async def redeem_ticket(ctx: Context, ticket: str) -> SignedIn | None:
    """Who this ticket lets in, once; None where it is unknown, used, run out or another session's than the actor's, or its session has ended."""
    good = [col(SocketTicket.ticket_hash) == token_hash(ticket), col(SocketTicket.used_at).is_(None), col(SocketTicket.expires_at) > ctx.now]
    if ctx.actor is not None:
        good.append(col(SocketTicket.session_id) == ctx.actor.session)
    statement = update(SocketTicket).where(*good).values(used_at=ctx.now).returning(col(SocketTicket.session_id))
    session = (await ctx.db.exec(statement)).scalars().first()
    return await actor_for_session(ctx, session) if session else None


_now = bindparam("now", type_=AwareDateTime())
_session = bindparam("session", type_=Uuid())
_SUSPENDED = select(col(Suspension.id)).where(*holding(_now), col(Suspension.account_id) == bindparam("account", type_=Uuid())).limit(1)
_CLEAR = delete(SocketTicket).where(col(SocketTicket.session_id) == _session, col(SocketTicket.expires_at) <= _now)
_ISSUE = insert(SocketTicket).values(
    ticket_hash=bindparam("hash", type_=String()), session_id=_session, expires_at=bindparam("until", type_=AwareDateTime()), used_at=None
)
