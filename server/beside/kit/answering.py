"""A connection to PostgreSQL that is given up when no answer comes: its host went without a word, its process hangs, or a network between swallows all.

psycopg waits for ever, and where its wait is cancelled for ten seconds more. So nothing is cancelled: the socket is shut. To the driver that is a server
that has gone, and whoever finds the connection afterwards, a pool or a lane, knows what to do with one of those.
"""

import asyncio
import os
import socket
from contextlib import suppress
from typing import Any

import psycopg

ANSWER_S = 4  # twice as long as a lock is waited for; whoever meets a silent connection and then no new one has waited for eight
KERNEL: dict[str, int] = {  # the same for connections on which a statement may take its time: there the kernel alone finds out that nobody is there
    "tcp_user_timeout": 10_000,  # ms: what was sent and is not even received
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,  # 11 s in all, while nothing is sent
}


class SaidNothing(psycopg.OperationalError):
    """No answer came in time. What was asked may have been carried out."""


class Impatient(psycopg.AsyncConnection[Any]):
    """Each exchange with the server ends within `ANSWER_S`, or the connection does."""

    _given_up = False

    async def wait(self, *waited_for: Any, **how: Any) -> Any:
        self._given_up = False
        giving_up = asyncio.get_running_loop().call_later(ANSWER_S, self._give_up)
        try:
            return await super().wait(*waited_for, **how)
        except psycopg.OperationalError as lost:
            if self._given_up:
                raise SaidNothing(f"no answer within {ANSWER_S} s") from lost
            raise
        finally:
            giving_up.cancel()

    def _give_up(self) -> None:
        self._given_up = True
        with suppress(OSError, psycopg.OperationalError), socket.socket(fileno=os.dup(self.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)


def said_nothing(refused: BaseException) -> bool:
    """Whether this is a database that does not answer, rather than one that refuses: whoever waits in line behind it would wait in vain."""
    return isinstance(refused, TimeoutError) or isinstance(getattr(refused, "orig", None), SaidNothing | psycopg.errors.ConnectionTimeout)
