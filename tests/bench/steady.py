"""So many messages a second in pairs, and how long each took from the write at the one to its arrival at the other."""

import asyncio
import statistics
import time
from collections import deque
from collections.abc import Sequence
from uuid import UUID

from beside.kit.ids import new_id
from tests.bench.crowd import Member, all_follow, gather_crowd
from tests.bench.place import Measured

WORDS = "It was a long day, and I wanted to come anyway."
ARRIVES_S = 30.0


class Steady:
    """`took` holds milliseconds, in order of arrival; the same sender is asked again only after all the others."""

    def __init__(self, pairs: Sequence[tuple[Member, Member, UUID]]) -> None:
        self.took: list[float] = []
        self._pairs = pairs
        self._under_way: dict[Member, deque[float]] = {}
        self._sent = 0
        for _, other, _ in pairs:
            self._under_way[other] = deque()
            other.on_event = self._arrived

    async def run(self, rate: float, stop: asyncio.Event) -> None:
        """Until it is stopped, and what was sent has arrived. Raises `TimeoutError` where something does not."""
        began, first = time.perf_counter(), self._sent
        while not stop.is_set():
            await asyncio.sleep(max(0.0, began + (self._sent - first) / rate - time.perf_counter()))
            self._speak()
        async with asyncio.timeout(ARRIVES_S):
            while len(self.took) < self._sent:  # noqa: ASYNC110  # an event would be measured too
                await asyncio.sleep(0.02)

    async def run_for(self, rate: float, seconds: float) -> list[float]:
        """What these seconds took."""
        had, stop = len(self.took), asyncio.Event()
        asyncio.get_running_loop().call_later(seconds, stop.set)
        await self.run(rate, stop)
        return self.took[had:]

    def _speak(self) -> None:
        sender, other, room = self._pairs[self._sent % len(self._pairs)]
        self._sent += 1
        self._under_way[other].append(time.perf_counter())
        sender.say({"type": "message.send", "conversation": room, "client_id": new_id(), "body": WORDS})

    def _arrived(self, other: Member) -> None:
        self.took.append((time.perf_counter() - self._under_way[other].popleft()) * 1000)


async def pair_up(at: Measured, count: int, *, ports: tuple[int, int]) -> Steady:
    """So many pairs, the speaker at the node of the first port and the other at that of the second."""
    people = await at.people(2 * count)
    speakers, others = people[::2], people[1::2]
    rooms = [await at.room(both) for both in zip(speakers, others, strict=True)]
    here = await gather_crowd(at.house, at.url, speakers, port=ports[0])
    there = await gather_crowd(at.house, at.url, others, port=ports[1])
    for speaker, other, room in zip(here, there, rooms, strict=True):
        await all_follow([speaker, other], room)
    return Steady(list(zip(here, there, rooms, strict=True)))


def percentiles(took: Sequence[float]) -> str:
    """The middle, the slow end, and the worst moment: a node that stands still now and then shows in no percentile."""
    return f"p50 {statistics.median(took):.1f} ms, p99 {p99(took):.1f} ms, longest {max(took):.0f} ms"


def p99(took: Sequence[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]
