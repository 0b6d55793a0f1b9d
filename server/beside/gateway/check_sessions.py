"""Whether those who are connected may still be: a session that ended, a suspension and a change of roles end a socket, whichever way the node hears of it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam
from sqlmodel import col, select

from beside.accounts.permissions import is_staff
from beside.accounts.session_life import ends_at
from beside.accounts.suspensions import suspended_now
from beside.accounts.tables import RoleGrant, Session
from beside.gateway.connection import Connection
from beside.gateway.roster import Roster
from beside.kit.batches import batches
from beside.kit.context import query
from beside.kit.db import AwareDateTime
from beside.kit.rows import given
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
        accounts = {connection.actor.account for session in some for connection in by_session[session]}
        async with query(roster.house) as ctx:
            sessions, grants = await ctx.look(
                (_SESSIONS, {"sessions": [{"id": session} for session in some], "now": ctx.now}),
                (_ROLES, {"accounts": [{"id": account} for account in accounts]}),
            )
            now = ctx.now
        found = {session: Found(*rest) for session, *rest in sessions}
        roles: defaultdict[UUID, set[str]] = defaultdict(set)
        for account, role in grants:
            roles[account].add(str(role))
        for session in some:
            for connection in by_session[session]:
                if code := _why_end(connection, found.get(session), now):
                    connection.end(code)
                elif roles[connection.actor.account] != connection.actor.roles:
                    connection.end(CloseCode.load_afresh)


def _why_end(connection: Connection, session: Found | None, now: datetime) -> CloseCode | None:
    if session is None or ends_at(session.created_at, session.last_used_at, staff=is_staff(connection.actor.roles)) <= now:
        return CloseCode.signed_out
    return CloseCode.blocked if session.is_suspended else None


_asked = given("sessions", id=Uuid())
_people = given("accounts", id=Uuid())
# ten thousand of them every ten seconds: in one parameter each, and without making objects of the rows
_SESSIONS = (
    select(Session.id, Session.created_at, Session.last_used_at, suspended_now(col(Session.account_id), bindparam("now", type_=AwareDateTime())))
    .join(_asked, _asked.c.id == col(Session.id))
    .where(col(Session.ended_at).is_(None))
)
_ROLES = select(RoleGrant.account_id, RoleGrant.role).join(_people, _people.c.id == col(RoleGrant.account_id)).where(col(RoleGrant.revoked_at).is_(None))
