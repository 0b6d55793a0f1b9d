"""The nets under a lost hint: every few seconds a node looks for itself, and says where each log ends."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import update
from sqlmodel import col

from beside.accounts.session_life import REFRESH
from beside.accounts.tables import Session
from beside.gateway.check_sessions import check_revoked, check_sessions
from beside.gateway.roster import Roster, positions
from beside.gateway.wire import text_frame
from beside.kit.batches import AT_ONCE, batches
from beside.kit.context import command
from beside.kit.logs import log
from beside.presence import connected, on_shift
from beside.protocol.decode import encode
from beside.protocol.events import Heartbeat, Position
from beside.protocol.shapes import Log

POLL_S = 5.0  # a log whose hint was lost is found by then
BEAT_S = 20  # a client that hears nothing for 45 s knows that the line is dead
SESSIONS_S = 10.0  # a revoked session ends within this without any signal (DELIVERY: 20 s)
IN_A_TURN = 100  # sockets written to before others get a turn: about a millisecond


async def poll(roster: Roster) -> None:
    """Look whether any log served here is longer than what was fanned out."""
    conversations = {conversation for conversation, _ in roster.logs}
    for some in batches(conversations):
        for key, end in (await positions(roster.house, some)).items():
            if live := roster.logs.get(key):
                live.hear(end)


async def beat(roster: Roster) -> None:
    """Tell every socket where its logs end; renew who is here and on shift. Whoever else has something to do gets a turn between some and some."""
    for some in batches(roster.connections, IN_A_TURN):
        for connection in some:
            at = [Position(conversation=c, log=name, last_seq=roster.logs[c, name].last_seq) for c, name in connection.follows if (c, name) in roster.logs]
            connection.write(text_frame(encode(Heartbeat(server_time=roster.house.clock.now(), positions=at))))
        await asyncio.sleep(0)
    await _write_down_use(roster)
    for some in batches(roster.connections, AT_ONCE):
        here = [(c, connection.actor.account) for connection in some for c, name in connection.follows if name is Log.public]
        await connected.renew(roster.house, here)
    for connection in tuple(roster.connections):
        if "peer" in connection.actor.roles:
            await on_shift.start(roster.house, connection.actor.hub, connection.actor.account)


async def _write_down_use(roster: Roster) -> None:
    """A session that spoke since the last beat is in use: nobody is signed out in the middle of a sentence."""
    used = {connection.actor.session for connection in roster.connections if connection.used}
    for connection in roster.connections:
        connection.used = False
    for some in batches(used):
        async with command(roster.house) as ctx:
            stale = col(Session.last_used_at) <= ctx.now - REFRESH
            await ctx.db.exec(update(Session).where(col(Session.id).in_(some), col(Session.ended_at).is_(None), stale).values(last_used_at=ctx.now))


async def keep_looking(roster: Roster, stop: asyncio.Event) -> None:
    """All the rounds of a node, until `stop`. One that does not work is tried again in the next round."""

    async def every(seconds: float | None, work: Callable[[Roster], Awaitable[None]], woken: asyncio.Event | None = None) -> None:
        while not stop.is_set():
            await _rest(stop, woken, seconds)
            if woken is not None:
                woken.clear()
            try:
                await work(roster)
            except Exception as lost:
                log.warning("gateway.round_put_off", kind=getattr(work, "__name__", ""), error=type(lost).__name__)

    await asyncio.gather(
        every(POLL_S, poll, roster.missed),
        every(BEAT_S, beat),
        every(SESSIONS_S, check_sessions),
        every(None, check_revoked, roster.revoked),
    )


async def _rest(stop: asyncio.Event, woken: asyncio.Event | None, seconds: float | None) -> None:
    """Until it is time again; None: until it is woken."""
    waits = [asyncio.create_task(stop.wait())] + ([asyncio.create_task(woken.wait())] if woken else [])
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
