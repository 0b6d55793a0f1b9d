"""One narrow bus between nodes: publish, subscribe, unsubscribe, and GAP. It carries hints; the database is the truth.

What every engine promises (one suite tries them all): at most once; in order per topic and publisher; payloads are bytes; callbacks are
plain functions that do not block, and one that raises does not stop the others; whenever something may have been missed (a reconnect, a dead
subscription renewed) every callback gets `GAP` and reads the database again. Publishing while the bus is away raises; subscribing never does:
the subscription is kept and made when the bus is back.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Final

GAP: Final = None

Callback = Callable[[str, bytes | None], None]
"""Called with the topic and a payload, or GAP."""


class Broker(ABC):
    @abstractmethod
    async def open(self) -> None:
        """Connect if possible. Returns also when the bus is away."""

    @abstractmethod
    async def close(self) -> None: ...

    @abstractmethod
    def publish(self, topic: str, payload: bytes) -> Awaitable[None]:
        """It is on its way when this returns; what this gives is waited for until it was published. Either raises where the bus is away."""

    @abstractmethod
    async def subscribe(self, topic: str, callback: Callback) -> None:
        """After this returns, nothing published on `topic` is missed without a GAP."""

    @abstractmethod
    async def unsubscribe(self, topic: str, callback: Callback) -> None: ...

    @property
    @abstractmethod
    def well(self) -> bool:
        """Whether the bus answers now; `/readyz` says so."""
