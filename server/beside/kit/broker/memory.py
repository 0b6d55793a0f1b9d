"""The bus of a house that is one process. Nothing can be missed here, so there is never a GAP."""

import asyncio
from collections.abc import Awaitable, Generator

from beside.kit.broker import Broker, Callback
from beside.kit.logs import log


class Listeners:
    """Who listens to what, on this node; both engines deliver through it."""

    def __init__(self) -> None:
        self._by_topic: dict[str, list[Callback]] = {}

    def add(self, topic: str, callback: Callback) -> bool:
        """Whether this is the first on the topic."""
        callbacks = self._by_topic.setdefault(topic, [])
        callbacks.append(callback)
        return len(callbacks) == 1

    def remove(self, topic: str, callback: Callback) -> bool:
        """Whether that was the last on the topic. Removing one who is not there changes nothing."""
        callbacks = self._by_topic.get(topic, [])
        if callback not in callbacks:
            return False
        callbacks.remove(callback)
        if callbacks:
            return False
        del self._by_topic[topic]
        return True

    def tell(self, topic: str, payload: bytes | None) -> None:
        """Call everyone on `topic`. One who raises is logged; the others hear it all the same."""
        for callback in tuple(self._by_topic.get(topic, ())):
            try:
                callback(topic, payload)
            except Exception as failure:
                log.error("broker.callback_failed", topic=topic.split(".")[0], exc_info=failure)


class _Done:
    """Nothing to wait for."""

    def __await__(self) -> Generator[None, None, None]:
        yield from ()


_DONE = _Done()


class MemoryBroker(Broker):
    def __init__(self) -> None:
        self._listeners = Listeners()
        self._open = False

    async def open(self) -> None:
        self._open = True

    async def close(self) -> None:
        self._open = False

    def publish(self, topic: str, payload: bytes) -> Awaitable[None]:
        """Raises `ConnectionError` when it is not open, as a bus that is away does."""
        if not self._open:
            raise ConnectionError("the bus is not open")
        asyncio.get_running_loop().call_soon(self._listeners.tell, topic, payload)  # never inside the publisher's own call, like the wire
        return _DONE

    async def subscribe(self, topic: str, callback: Callback) -> None:
        await asyncio.sleep(0)  # what was published before is delivered first, to those who listened then
        self._listeners.add(topic, callback)

    async def unsubscribe(self, topic: str, callback: Callback) -> None:
        self._listeners.remove(topic, callback)

    @property
    def well(self) -> bool:
        return self._open
