"""Saying goodbye before a node stops: every socket is told when to come back, spread out, and then closed with 1012."""

import asyncio
import secrets

from beside.gateway.roster import Roster
from beside.protocol.codes import CloseCode
from beside.protocol.events import Drain

SPREAD_MS = 10_000  # FAULTS 33: a thousand sockets come back over ten seconds, not at once
GOODBYE_S = 2.0


async def drain(roster: Roster) -> None:
    """Tell all, close all, and wait until they are gone or `GOODBYE_S` has passed."""
    for connection in tuple(roster.connections):
        connection.send(Drain(in_ms=secrets.randbelow(SPREAD_MS)))
        connection.end(CloseCode.restart, "restart")
    async with asyncio.timeout(GOODBYE_S):
        await roster.empty.wait()
