"""One-time tickets for sockets: a socket cannot bring a header of ours, and a secret in its address would stand in logs."""

from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import col

from beside.accounts.actors import SignedIn, actor_for_session
from beside.accounts.suspensions import require_taking_part
from beside.accounts.tables import SocketTicket
from beside.kit.context import Context
from beside.kit.ids import new_token, token_hash
from beside.protocol.snapshots import Ticket

TICKET_LIFE = timedelta(seconds=30)  # DELIVERY: asked for just before connecting


async def issue_ticket(ctx: Context) -> Ticket:
    """A ticket for the actor's session. Raises `NotAllowed` (`suspended`): there is nothing live for them to follow now."""
    await require_taking_part(ctx)
    session = ctx.me.session
    await ctx.db.exec(delete(SocketTicket).where(col(SocketTicket.session_id) == session, col(SocketTicket.expires_at) <= ctx.now))
    ticket, expires_at = new_token(), ctx.now + TICKET_LIFE
    ctx.db.add(SocketTicket(ticket_hash=token_hash(ticket), session_id=session, expires_at=expires_at))
    await ctx.db.flush()
    return Ticket(ticket=ticket, expires_at=expires_at)


async def redeem_ticket(ctx: Context, ticket: str) -> SignedIn | None:
    """Who this ticket lets in, once; None where it is unknown, used, run out or another session's than the actor's, or its session has ended."""
    good = [col(SocketTicket.ticket_hash) == token_hash(ticket), col(SocketTicket.used_at).is_(None), col(SocketTicket.expires_at) > ctx.now]
    if ctx.actor is not None:
        good.append(col(SocketTicket.session_id) == ctx.actor.session)
    statement = update(SocketTicket).where(*good).values(used_at=ctx.now).returning(col(SocketTicket.session_id))
    session = (await ctx.db.exec(statement)).scalars().first()
    return await actor_for_session(ctx, session) if session else None
