"""The nets under a lost hint: every few seconds a node looks for itself, and says where each log ends."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from beside.accounts.permissions import is_staff
from beside.accounts.session_life import REFRESH, ends_at
from beside.accounts.suspensions import suspended_now
from beside.accounts.tables import RoleGrant, Session
from beside.gateway.connection import Connection
from beside.gateway.roster import Roster, positions
from beside.gateway.wire import text_frame
from beside.kit.context import Context, command, query
from beside.kit.logs import log
from beside.presence import connected, on_shift
from beside.protocol.codes import CloseCode
from beside.protocol.decode import encode
from beside.protocol.events import Heartbeat, Position
from beside.protocol.shapes import Log

POLL_S = 5.0  # a log whose hint was lost is found by then
BEAT_S = 20  # a client that hears nothing for 45 s knows that the line is dead
SESSIONS_S = 10.0  # a revoked session ends within this without any signal (DELIVERY: 20 s)
AT_ONCE = 500  # ids in one statement


async def poll(roster: Roster) -> None:
    """Look whether any log served here is longer than what was fanned out."""
    conversations = {conversation for conversation, _ in roster.logs}
    for some in _batches(conversations):
        for key, end in (await positions(roster.house, some)).items():
            if live := roster.logs.get(key):
                live.hear(end)


async def beat(roster: Roster) -> None:
    """Tell every socket where its logs end; renew who is here and on shift."""
    for connection in tuple(roster.connections):
        at = [Position(conversation=c, log=name, last_seq=roster.logs[c, name].last_seq) for c, name in connection.follows if (c, name) in roster.logs]
        connection.write(text_frame(encode(Heartbeat(server_time=roster.house.clock.now(), positions=at))))
    await _write_down_use(roster)
    for connection in tuple(roster.connections):
        for conversation, name in tuple(connection.follows):
            if name is Log.public:
                await connected.arrive(roster.house, conversation, connection.actor.account)
        if "peer" in connection.actor.roles:
            await on_shift.start(roster.house, connection.actor.hub, connection.actor.account)


async def _write_down_use(roster: Roster) -> None:
    """A session that spoke since the last beat is in use: nobody is signed out in the middle of a sentence."""
    used = {connection.actor.session for connection in roster.connections if connection.used}
    for connection in roster.connections:
        connection.used = False
    for some in _batches(used):
        async with command(roster.house) as ctx:
            stale = col(Session.last_used_at) <= ctx.now - REFRESH
            await ctx.db.exec(update(Session).where(col(Session.id).in_(some), col(Session.ended_at).is_(None), stale).values(last_used_at=ctx.now))


async def check_sessions(roster: Roster) -> None:
    """End the sockets whose session has ended, whose account is suspended, or whose roles have changed: by the database, whoever said so."""
    by_session: dict[UUID, list[Connection]] = {}
    for connection in roster.connections:
        by_session.setdefault(connection.actor.session, []).append(connection)
    for some in _batches(by_session):
        async with query(roster.house) as ctx:
            suspended = suspended_now(col(Session.account_id), ctx.now)
            rows = await ctx.db.exec(select(Session, suspended).where(col(Session.id).in_(some), col(Session.ended_at).is_(None)))
            found = {session.id: (session, blocked) for session, blocked in rows}
            roles = await _roles(ctx, {session.account_id for session, _ in found.values()})
        for session_id in some:
            for connection in by_session[session_id]:
                session, blocked = found.get(session_id, (None, False))
                if code := _why_end(connection, session, blocked, ctx.now):
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


def _why_end(connection: Connection, session: Session | None, blocked: bool, now: datetime) -> CloseCode | None:
    if session is None or ends_at(session.created_at, session.last_used_at, staff=is_staff(connection.actor.roles)) <= now:
        return CloseCode.signed_out
    return CloseCode.blocked if blocked else None


async def keep_looking(roster: Roster, stop: asyncio.Event) -> None:
    """All the rounds of a node, until `stop`. One that does not work is tried again in the next round."""

    async def every(seconds: float, work: Callable[[Roster], Awaitable[None]], woken: asyncio.Event | None = None) -> None:
        while not stop.is_set():
            await _rest(stop, woken, seconds)
            if woken is not None:
                woken.clear()
            try:
                await work(roster)
            except Exception as lost:
                log.warning("gateway.round_put_off", kind=getattr(work, "__name__", ""), error=type(lost).__name__)

    await asyncio.gather(every(POLL_S, poll), every(BEAT_S, beat), every(SESSIONS_S, check_sessions, roster.revoked))


async def _rest(stop: asyncio.Event, woken: asyncio.Event | None, seconds: float) -> None:
    waits = [asyncio.create_task(stop.wait())] + ([asyncio.create_task(woken.wait())] if woken else [])
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()


def _batches(ids: Iterable[UUID]) -> list[list[UUID]]:
    every = list(ids)
    return [every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE)]
