"""After a commit: what is told to the bus, and how long that holds anybody up."""

import asyncio
from collections.abc import Awaitable

import pytest

from beside.kit.broker.memory import MemoryBroker
from beside.kit.context import command
from beside.protocol.events import Topic
from beside.protocol.signals import Moved
from tests.rig.house import open_house

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TOLD = 50
SAFETY_S = 10.0


class FarBus(MemoryBroker):
    """A bus that answers only when everything that is to be said has been said: whoever waits for one answer before the next waits for ever."""

    def __init__(self, expected: int) -> None:
        super().__init__()
        self.said: list[str] = []
        self._all = asyncio.Event()
        self._expected = expected

    def publish(self, topic: str, payload: bytes) -> Awaitable[None]:
        self.said.append(topic)
        if len(self.said) == self._expected:
            self._all.set()
        return self._publish(topic, payload)

    async def _publish(self, topic: str, payload: bytes) -> None:
        await self._all.wait()
        await super().publish(topic, payload)


async def test_a_commit_that_tells_of_many_waits_for_the_bus_once(database_url: str) -> None:
    """What one commit says is said together and in order: a slow bus costs a batch of sends one answer, not one for each conversation."""
    bus = FarBus(TOLD)
    topics = [f"conversation.{n}" for n in range(TOLD)]
    async with open_house(database_url, broker=bus) as house, asyncio.timeout(SAFETY_S), command(house) as ctx:
        for topic in topics:
            ctx.publish(topic, Moved(what=Topic.conversations))
    assert topics == bus.said
