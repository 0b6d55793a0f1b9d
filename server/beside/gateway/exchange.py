"""A socket for one breath, over HTTP: for networks that refuse sockets. What one says is carried out, and the answer waits until there is something to hear.

A long poll that keeps nothing between two breaths, so that any node may take the next: each brings its cursors along, as a socket that comes back does,
and what it has heard of gestures and changes, which no log tells again (`missed`).
The commands, the pushes, what ends a socket and who may see what are those of a socket, because they are the same lines.
"""

import asyncio
from collections.abc import Iterator
from typing import Any, cast

from msgspec import Raw, Struct

from beside.gateway.connection import Connection
from beside.gateway.dispatch import carry_out
from beside.gateway.endpoint import SOCKETS_PER_ACCOUNT
from beside.gateway.heartbeat import BEAT_S
from beside.gateway.missed import Missed
from beside.gateway.roster import Roster
from beside.kit.house import House
from beside.kit.web import Door, Visit
from beside.presence import on_shift
from beside.protocol.codes import CloseCode
from beside.protocol.conversation_snapshots import Exchanged
from beside.protocol.decode import encode
from beside.protocol.events import AnyEvent, Event, Welcome
from beside.protocol.requests import Exchange

QUIET = (b'{"type":"welcome"', b'{"type":"subscribed"')  # every breath begins with these: they are no news
FIRST = (b'{"type":"welcome"', b'{"type":"typing.started"')
WAIT_S = 25.0  # DELIVERY: shorter than the half minute after which proxies end a request that says nothing
GATHER_S = 0.02  # what was pushed at the same moment goes in the same answer


class Breath:
    """What is written to a connection, kept for the answer: as much of a transport as a connection asks for."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.news = asyncio.Event()
        self._bytes = 0

    def write(self, data: bytes) -> None:
        for payload in _payloads(data):
            if payload in self.frames:  # looked up and pushed in the same moment: told once
                continue
            self.frames.append(payload)
            self._bytes += len(payload)
            if not payload.startswith(QUIET):
                self.news.set()

    def add(self, event: Event) -> None:
        """Something that goes with the answer, and is no reason to give it now."""
        if (payload := encode(event)) not in self.frames:
            self.frames.append(payload)

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return self._bytes

    def abort(self) -> None:
        """There is nothing to cut: the answer ends with the request."""


async def exchange(visit: Visit) -> Struct:
    """A socket for one request, where sockets are refused: `said` is carried out in its order, and `frames` is what a socket would have brought.

    With `wait` the answer comes when there is news, after 25 s at the latest; then ask again, each time with a `subscribe` for whatever you follow, from the
    greatest `seq` you have, and with the `heard` of the last answer. The first is one without `wait`, before you load anything. `closed` is the code with
    which a socket would have been closed, and means the same.
    """
    asked, roster = visit.body(Exchange), cast("Roster", visit.request.app.state.roster)
    breath, heard = Breath(), None
    connection = Connection(visit.me, breath)
    if asked.wait:  # who only says something takes nobody's place
        for oldest in roster.of_account(visit.me.account)[: -SOCKETS_PER_ACCOUNT + 1]:
            oldest.end(CloseCode.another_tab)
        await roster.add(connection)
    try:
        if "peer" in visit.me.roles:
            await on_shift.start(roster.house, visit.me.hub, visit.me.account)
        connection.send(Welcome(account=visit.me.account, epoch=roster.house.epoch, server_time=roster.house.clock.now(), heartbeat_seconds=BEAT_S))
        for said in asked.said:
            await carry_out(roster, connection, said)
        if asked.wait:
            heard = await _wait_for_news(visit, roster.house, connection, breath, asked.heard)
        elif asked.heard is not None:
            heard = (await Missed.now(roster.house, connection)).before_loading
    finally:
        await roster.remove(connection)
    frames = cast("list[AnyEvent]", [Raw(frame) for frame in sorted(breath.frames, key=_place)])  # encoded already, once for everybody who hears it
    return Exchanged(frames=frames, closed=connection.ended.result()[0] if connection.ended.done() else None, heard=heard)


async def _wait_for_news(visit: Visit, house: House, connection: Connection, breath: Breath, heard: str | None) -> str:
    """What was missed since the last breath is news, and ends this one at once. Gives what the page has heard once it has this answer."""
    known = heard or ""
    if heard is not None:
        before = await Missed.now(house, connection)
        for missed in before.beyond(heard):
            connection.send(missed)
        known = before.heard
    await _wait(visit, connection, breath)
    after = await Missed.now(house, connection)
    for missed in after.beyond(known):  # looked at last: what came while the answer was being made goes with it
        breath.add(missed)
    return after.heard


async def _wait(visit: Visit, connection: Connection, breath: Breath) -> None:
    """Until there is news, the connection is ended, nobody waits for the answer any more, or it is time."""
    news, gone = asyncio.create_task(breath.news.wait()), asyncio.ensure_future(visit.request.receive())
    ways: list[asyncio.Future[Any]] = [news, gone, connection.ended]
    try:
        await asyncio.wait(ways, timeout=WAIT_S, return_when=asyncio.FIRST_COMPLETED)
        if news.done():
            await asyncio.sleep(GATHER_S)
    finally:
        news.cancel()
        gone.cancel()


def _place(frame: bytes) -> int:
    """`welcome` first, and that somebody writes before all else: whether it was before or after what they sent nobody knows, and a message ends it."""
    return next((at for at, begins in enumerate(FIRST) if frame.startswith(begins)), len(FIRST))


def _payloads(data: bytes) -> Iterator[bytes]:
    """The text of each frame, as `text_frame` makes them: a large room writes several at once."""
    at = 0
    while at < len(data):
        size, at = data[at + 1], at + 2
        if more := {126: 2, 127: 8}.get(size):
            size, at = int.from_bytes(data[at : at + more]), at + more
        yield data[at : at + size]
        at += size


doors = [Door("POST", "/api/exchange", exchange, body=Exchange, answer=Exchanged, tries="exchange")]
