"""A hundred pairs, one message in flight each: the sender sends the next when the last one is acknowledged, the other of the pair gets it all."""

import asyncio
import json
import os
import time
from dataclasses import dataclass
from typing import Protocol, Self
from uuid import UUID

from beside.kit.ids import new_id
from tests.bench.crowd import Member, all_follow, gather_crowd, masked, until_counted
from tests.bench.place import Measured
from tests.bench.usage import cpu_seconds

WARM_S = 1.0  # caches, prepared statements, the first growth of tables
LANDED_S = 1.0  # for what is in flight at the end, so that one stretch does not run into the next


class Load(Protocol):
    """`counted` goes up while it goes."""

    counted: int

    def begin(self) -> None: ...

    def end(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """What some seconds came to: messages, seconds, and the CPU seconds of the server and of this process, which makes the load."""

    counted: int = 0
    took: float = 0.0
    used: float = 0.0
    own: float = 0.0

    def __add__(self, other: Self) -> "Stretch":
        return Stretch(self.counted + other.counted, self.took + other.took, self.used + other.used, self.own + other.own)

    @property
    def rate(self) -> float:
        return self.counted / self.took

    def __str__(self) -> str:
        each = self.used / max(1, self.counted) * 1e6
        return (
            f"{self.rate:.0f} a second, {each:.0f} us of the server's CPU each (server {self.used / self.took:.0%} of a core, load {self.own / self.took:.0%})"
        )


async def stretch(load: Load, pid: int, seconds: float) -> Stretch:
    """Some seconds of it, after a moment to warm up."""
    load.begin()
    await asyncio.sleep(WARM_S)
    counted, used, own, began = load.counted, cpu_seconds(pid), cpu_seconds(os.getpid()), time.monotonic()
    await asyncio.sleep(seconds)
    measured = Stretch(load.counted - counted, time.monotonic() - began, cpu_seconds(pid) - used, cpu_seconds(os.getpid()) - own)
    load.end()
    await asyncio.sleep(LANDED_S)
    return measured


class OurPairs:
    """Both of each pair follow their conversation, as the client does."""

    def __init__(self, words: str) -> None:
        self.counted = 0
        self._words = words
        self._going = False
        self._senders: list[Member] = []
        self._others: list[Member] = []
        self._frames: dict[Member, tuple[bytes, bytes]] = {}

    async def gather(self, at: Measured, pairs: int) -> None:
        people = await at.people(2 * pairs)
        rooms = [await at.room(people[2 * pair : 2 * pair + 2]) for pair in range(pairs)]
        crowd = await gather_crowd(at.house, at.url, people, self._heard)
        self._senders, self._others = crowd[::2], crowd[1::2]
        for pair, room in enumerate(rooms):
            await all_follow(crowd[2 * pair : 2 * pair + 2], room)
            self._frames[crowd[2 * pair]] = _frame_of(room, self._words)

    def begin(self) -> None:
        self._going = True
        for sender in self._senders:
            self._speak(sender)

    def end(self) -> None:
        self._going = False

    async def until_received(self) -> None:
        """Each of the others has what was said to them. Raises `TimeoutError` where something is missing."""
        await until_counted(self._others, min(sender.events for sender in self._senders))
        assert self.counted == sum(other.events for other in self._others)

    def _heard(self, member: Member, payload: bytes) -> None:
        if payload.startswith(b'{"type":"message.accepted"'):
            self.counted += 1
            if self._going:
                self._speak(member)

    def _speak(self, sender: Member) -> None:
        start, end = self._frames[sender]
        sender.transport.write(masked(start + str(new_id()).encode() + end))


def _frame_of(room: UUID, words: str) -> tuple[bytes, bytes]:
    """What comes before the number of the message, and after it: one encode for all."""
    start = f'{{"type":"message.send","conversation":"{room}","body":{json.dumps(words)},"client_id":"'
    return start.encode(), b'"}'
