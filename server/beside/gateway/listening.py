"""Which socket wants to hear of which topic. The node listens to a topic for as long as one of them does."""

import asyncio
from collections import defaultdict
from collections.abc import Collection
from weakref import WeakValueDictionary

from beside.accounts.permissions import Permission, is_allowed
from beside.gateway.connection import Connection
from beside.kit.broker import Broker, Callback
from beside.kit.context import Actor
from beside.protocol import topics


class Listening:
    """`hear` is what the broker calls. What a socket wants is known at once; the broker is told of one topic at a time, and of many topics side by side."""

    def __init__(self, broker: Broker, hear: Callback) -> None:
        self._broker, self._hear = broker, hear
        self._wanting: defaultdict[str, set[Connection]] = defaultdict(set)
        self._wanted: defaultdict[Connection, set[str]] = defaultdict(set)
        self._heard: set[str] = set()
        self._gates: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._ending: set[asyncio.Task[None]] = set()

    def who(self, topic: str) -> Collection[Connection]:
        return self._wanting.get(topic, ())

    @property
    def topics(self) -> Collection[str]:
        """What this node listens to."""
        return self._heard

    async def start(self, topic: str, connection: Connection) -> None:
        """When this returns, nothing that is said on `topic` is missed."""
        self._wanting[topic].add(connection)
        self._wanted[connection].add(topic)
        await self._see_to(topic)

    def stop(self, topic: str, connection: Connection) -> None:
        """It hears nothing more of it; the broker is told in a moment."""
        self._wanted.get(connection, set()).discard(topic)
        if self._let_go(topic, connection):
            task = asyncio.create_task(self._see_to(topic), name="listen-no-more")
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def stop_all(self, connection: Connection) -> None:
        for topic in self._wanted.pop(connection, ()):
            if self._let_go(topic, connection):
                await self._see_to(topic)

    def _let_go(self, topic: str, connection: Connection) -> bool:
        """Whether that was the last one."""
        wanting = self._wanting.get(topic)
        if wanting is None:
            return False
        wanting.discard(connection)
        if not wanting:
            del self._wanting[topic]
        return not wanting

    async def _see_to(self, topic: str) -> None:
        """Have the broker do what is wanted by now, whoever asked for what meanwhile."""
        async with self._gates.setdefault(topic, asyncio.Lock()):
            wanted = topic in self._wanting
            if wanted and topic not in self._heard:
                self._heard.add(topic)
                await self._broker.subscribe(topic, self._hear)
            elif not wanted and topic in self._heard:
                self._heard.discard(topic)
                await self._broker.unsubscribe(topic, self._hear)


def topics_of(actor: Actor) -> list[str]:
    """What is about this person, whatever they follow: changes to their account, to their hub's desk if they may see it, and to calls that they may answer."""
    found = [topics.account(actor.account)]
    if is_allowed(actor.roles, Permission.desk_see):
        found.append(topics.desk(actor.hub))
    if is_allowed(actor.roles, Permission.escalation_acknowledge):
        found.append(topics.on_call(actor.hub))
    return found
