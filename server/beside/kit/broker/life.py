"""What callers have asked of the bus, and one life of its connections has not done yet. No caller ever waits on a connection itself."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

TOGETHER = 500  # publishes, or subscriptions, that share one round trip

T = TypeVar("T")
Publish = tuple[str, bytes, "asyncio.Future[None]"]
"""A topic, a payload, and who waits for it to be done."""


class Away(ConnectionError):
    """Redis does not answer now. Nothing was published."""


@dataclass(slots=True)
class Topic:
    """`made`: Redis confirmed it in this life. `owed`: somebody may have missed something, so the confirmation brings a GAP."""

    made: asyncio.Event = field(default_factory=asyncio.Event)
    owed: bool = False


@dataclass(slots=True)
class Life:
    """`unanswered`: how many of our own echoes have not come back."""

    publishes: asyncio.Queue[Publish] = field(default_factory=asyncio.Queue)
    wishes: asyncio.Queue[tuple[bool, str]] = field(default_factory=asyncio.Queue)
    """(True, topic) to subscribe, (False, topic) to unsubscribe; done in the order of asking."""
    unanswered: int = 0

    def publish(self, topic: str, payload: bytes) -> "asyncio.Future[None]":
        """Leave it. Done when it was published; `Away` where this life ends first."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.publishes.put_nowait((topic, payload, done))
        return done

    def end(self) -> None:
        """Whoever waits is told."""
        while not self.publishes.empty():
            settle(self.publishes.get_nowait()[2], Away())


def alike(wishes: list[tuple[bool, str]]) -> Iterator[tuple[bool, list[str]]]:
    """Wishes that stand next to each other and are of one kind go together; their order is kept."""
    while wishes:
        wanted = wishes[0][0]
        count = next((at for at, wish in enumerate(wishes) if wish[0] != wanted), len(wishes))
        yield wanted, [topic for _, topic in wishes[:count]]
        wishes = wishes[count:]


async def all_of(queue: asyncio.Queue[T]) -> list[T]:
    """Everything that waits, in order, `TOGETHER` at most; at least one."""
    found = [await queue.get()]
    while not queue.empty() and len(found) < TOGETHER:
        found.append(queue.get_nowait())
    return found


def settle(done: asyncio.Future[None], refused: Exception | None) -> None:
    """Tell who waits, unless they were cancelled."""
    if not done.done():
        done.set_exception(refused) if refused else done.set_result(None)


async def at_most(seconds: float, event: asyncio.Event) -> bool:
    """Wait for it, no longer than that. Whether it happened."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
