"""A client whose node has gone: it comes back as the browser does, with a new ticket, after a wait that is drawn by lot and grows."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from beside.accounts.cookies import NAME
from tests.bench.crowd import Member, come_in, next_address
from tests.rig.cast import Person

FIRST_S = 1.0  # DELIVERY: the first wait is up to a second, each next one up to twice as long
MOST_S = 10.0  # somebody is in a conversation
TICKET_S = 15.0  # as long as the client waits for an answer
WELCOME_S = 5.0  # and for a socket


async def come_back(try_once: Callable[[], Awaitable[Any]]) -> int:
    """Until it works. How many tries it took."""
    tries, most, at_least = 0, FIRST_S, 0.0
    while True:
        await asyncio.sleep(at_least + random.uniform(0, most))
        tries, at_least = tries + 1, 0.0
        try:
            await try_once()
            return tries
        except Busy as busy:
            at_least = busy.seconds
        except (OSError, TimeoutError):
            pass
        most = min(2 * most, MOST_S)


class Busy(Exception):
    """The node asks to come later."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Returning:
    """Somebody in a conversation. `back` is when they followed it again."""

    def __init__(self, url: str, person: Person, room: UUID, member: Member) -> None:
        self.back: float | None = None
        self.tries = 0
        self.turned_away = 0
        """How often they were asked to come later."""
        self.member = member
        self._cursor = 0
        self._url, self._person, self._room = url, person, room
        self._coming: asyncio.Task[None] | None = None

    def when_lost_go_to(self, port: int) -> None:
        def lost() -> None:
            self.member.on_lost = None
            self._cursor = int(json.loads(self.member.last_event)["seq"]) if self.member.last_event else 0
            self._coming = asyncio.create_task(self._come_to(port))

        self.member.on_lost = lost

    async def _come_to(self, port: int) -> None:
        self.tries = await come_back(lambda: self._try(port))
        self.back = time.monotonic()

    async def _try(self, port: int) -> None:
        try:
            async with asyncio.timeout(TICKET_S):
                ticket = await fetch_ticket(self._url, self._person, port)
        except Busy:
            self.turned_away += 1
            raise
        async with asyncio.timeout(WELCOME_S):
            member = await come_in(self._url, self._person, ticket, port)
        member.say({"type": "subscribe", "conversation": self._room, "after_seq": self._cursor})
        async with asyncio.timeout(TICKET_S):
            while not member.following:  # noqa: ASYNC110  # thousands of them; an event each would be measured too
                await asyncio.sleep(0.05)
        self.member = member


async def fetch_ticket(url: str, person: Person, port: int) -> str:
    """From the door that a browser asks. Raises `Busy`, and `ConnectionError` where it is not given for another reason."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=next_address())
    try:
        asked = f"POST /api/tickets HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nOrigin: {url}\r\nCookie: {NAME}={person.token}\r\n"
        writer.write(f"{asked}Connection: close\r\nContent-Length: 0\r\n\r\n".encode())
        answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    if head.split(b" ")[1:2] == [b"503"]:
        raise Busy(json.loads(body)["retry_after_ms"] / 1000)
    if head.split(b" ")[1:2] != [b"200"]:
        raise ConnectionError(f"no ticket: {head[:200]!r}")
    return str(json.loads(body)["ticket"])
