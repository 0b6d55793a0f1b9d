"""Whether those who are connected may still be: a session that ended, a suspension and a change of roles end a socket, whichever way the node hears of it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select

from beside.accounts.permissions import is_staff
from beside.accounts.session_life import ends_at
from beside.accounts.suspensions import suspended_now
from beside.accounts.tables import RoleGrant, Session
from beside.gateway.connection import Connection
from beside.gateway.roster import Roster
from beside.kit.batches import batches
from beside.kit.context import Context, query
from beside.protocol.codes import CloseCode


class Found(NamedTuple):
    """What the database says of a session that has not ended."""

    created_at: datetime
    last_used_at: datetime
    is_suspended: bool


async def check_sessions(roster: Roster) -> None:
    """End the sockets whose session has ended, whose account is suspended, or whose roles have changed: by the database, whoever said so."""
    await _check(roster, roster.connections)


async def check_revoked(roster: Roster) -> None:
    """The same for those of whom it was said just now, who do not wait for everybody else."""
    accounts, roster.revoked_of = roster.revoked_of, set()
    await _check(roster, [connection for account in accounts for connection in roster.of_account(account)])


async def _check(roster: Roster, connections: Iterable[Connection]) -> None:
    by_session: dict[UUID, list[Connection]] = {}
    for connection in connections:
        by_session.setdefault(connection.actor.session, []).append(connection)
    for some in batches(by_session):
        async with query(roster.house) as ctx:
            # columns and not whole rows: ten thousand of them every ten seconds are made, looked at once, and dropped
            columns = Session.id, Session.created_at, Session.last_used_at, suspended_now(col(Session.account_id), ctx.now)
            rows = await ctx.db.exec(select(*columns).where(col(Session.id).in_(some), col(Session.ended_at).is_(None)))
            found = {session: Found(created, used, suspended) for session, created, used, suspended in rows}
            roles = await _roles(ctx, {connection.actor.account for session in some for connection in by_session[session]})
        for session_id in some:
            session = found.get(session_id)
            for connection in by_session[session_id]:
                if code := _why_end(connection, session, ctx.now):
                    connection.end(code)
                elif roles[connection.actor.account] != connection.actor.roles:
                    connection.end(CloseCode.load_afresh)


async def _roles(ctx: Context, accounts: set[UUID]) -> defaultdict[UUID, set[str]]:
    """What each of these people is now."""
    held: defaultdict[UUID, set[str]] = defaultdict(set)
    rows = await ctx.db.exec(select(RoleGrant.account_id, RoleGrant.role).where(col(RoleGrant.account_id).in_(accounts), col(RoleGrant.revoked_at).is_(None)))
    for account, role in rows:
        held[account].add(str(role))
    return held


def _why_end(connection: Connection, session: Found | None, now: datetime) -> CloseCode | None:
    if session is None or ends_at(session.created_at, session.last_used_at, staff=is_staff(connection.actor.roles)) <= now:
        return CloseCode.signed_out
    return CloseCode.blocked if session.is_suspended else None
