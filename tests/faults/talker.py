"""Somebody who goes on talking whatever happens: loses the line, goes to the next node, says again what was not acknowledged."""

import asyncio
import random
import sys
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
from websockets.exceptions import WebSocketException

from beside.kit.ids import new_id
from tests.rig.client import Refused, Said, ScriptedClient
from tests.rig.timeline import Frame

PASSING = frozenset({"unavailable", "busy", "slow_down"})
"""Refusals that say: again in a moment."""
MOMENT_MS = 500
AWAY_S = 1.0  # DELIVERY: back-off begins within a second; here it ends there too, for a storm is short
LAST_FRAMES = 40  # what is kept of each screen's frames, for whoever reads a failure
KEPT = ("type", "conversation", "log", "seq", "body", "author", "target_seq")  # of each event: a storm has hundreds of thousands

LOST = (ConnectionError, TimeoutError, OSError, WebSocketException, httpx2.HTTPError)

Words = Callable[["Talker"], Awaitable[tuple[UUID, str] | None]]
"""Where to say what next; None: nothing more."""


@dataclass(slots=True)
class Talker(ScriptedClient):
    """`ways` are the ports of the nodes, or of the proxies before them; `rooms` what is followed."""

    ways: Sequence[int] = ()
    rooms: Sequence[UUID] = ()
    refused: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    """How often the line was, and how that showed."""

    def __post_init__(self) -> None:
        ScriptedClient.__post_init__(self)  # a class with slots is made anew, and `super()` would look for the old one
        self.frames = deque(maxlen=LAST_FRAMES)  # type: ignore[assignment]  # a list that forgets

    @property
    def is_connected(self) -> bool:
        return self._socket is not None and self.closed is None

    async def live(self, words: Words) -> None:
        """Say one thing after the other until there is nothing more, and everything that was said is acknowledged."""
        while True:
            try:
                await self.come_back()
                while (found := await self._next(words)) is not None:
                    await self._until_acknowledged(Said((found[0], "public"), new_id(), found[1]))
                return
            except LOST as lost:
                await self.go_on(lost)

    async def until_back(self) -> None:
        """Come back, as often as it takes, and have every screen complete."""
        while True:
            try:
                await self.come_back()
                await self.settle()
                return
            except (*LOST, Refused) as lost:
                await self.go_on(lost)

    async def come_back(self) -> None:
        """Follow every room from where its screen stands, and say again what was not acknowledged. Raises what `LOST` names."""
        await self._insist(self.connect)
        for room in self.rooms:
            from_the_start: dict[str, Any] = {} if (room, "public") in self.timelines else {"after_seq": 0}
            await self._insist(partial(self.subscribe, room, **from_the_start))
        for said in list(self.unsent.values()):
            await self._until_acknowledged(said)

    async def _until_acknowledged(self, said: Said) -> None:
        await self._insist(partial(self.send, said.key[0], said.body, client_id=said.client_id))

    async def _insist(self, ask: Callable[[], Awaitable[object]]) -> None:
        self.refused += await insist(ask)

    async def go_on(self, lost: Exception) -> None:
        """To the next node, after a while."""
        self.lost[f"{type(lost).__name__} {self.closed}"] += 1
        await self.drop()
        here = self.ways.index(urlsplit(self.url).port or 0)
        self.url = f"http://127.0.0.1:{self.ways[(here + 1) % len(self.ways)]}"
        self.http.base_url = self.url
        await asyncio.sleep(AWAY_S * random.random())

    async def _next(self, words: Words) -> tuple[UUID, str] | None:
        """Wait for words, but not on a line that has ended."""
        assert self._reader
        thinking = asyncio.ensure_future(words(self))
        await asyncio.wait({thinking, self._reader}, return_when=asyncio.FIRST_COMPLETED)
        if thinking.done():
            return thinking.result()
        thinking.cancel()
        raise ConnectionError("the socket has ended")

    async def _event(self, event: Frame) -> None:
        await ScriptedClient._event(self, {name: sys.intern(event[name]) if name == "conversation" else event[name] for name in KEPT if name in event})


async def insist(ask: Callable[[], Awaitable[object]]) -> Counter[str]:
    """Ask again while the answer is: in a moment. Returns those answers. Raises what else `ask` raises."""
    told: Counter[str] = Counter()
    while True:
        try:
            await ask()
            return told
        except Refused as refused:
            told[refused.code] += 1
            if refused.code not in PASSING:
                raise
            await asyncio.sleep((refused.answer.get("retry_after_ms") or MOMENT_MS) / 1000 * random.random())
