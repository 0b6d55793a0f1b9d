"""Is the session that a socket opened with still good? Asked inside the command that relies on it: nothing is accepted after it ended."""

from sqlmodel import col, select

from beside.accounts.suspensions import suspended_now
from beside.accounts.tables import Session
from beside.kit.context import Context
from beside.kit.errors import NotAllowed, NotSignedIn


async def require_session(ctx: Context) -> None:
    """Raises `NotSignedIn` where the actor's session has ended, `NotAllowed` (`suspended`) where they cannot take part now."""
    suspended = suspended_now(col(Session.account_id), ctx.now)
    found = (await ctx.db.exec(select(suspended).where(col(Session.id) == ctx.me.session, col(Session.ended_at).is_(None)))).first()
    if found is None:
        raise NotSignedIn
    if found:
        raise NotAllowed("suspended")
