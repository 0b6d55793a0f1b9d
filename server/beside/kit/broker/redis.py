"""The bus between nodes, over Redis. A *life* is one pair of connections; whatever goes wrong in it ends it whole, and the next one begins with a GAP.

Callers never touch a connection: they leave what they want in a queue, and the life's own tasks do it. So a caller who is cancelled halfway
cannot leave an answer behind for the next one (FAULTS 44), and what is waiting goes out together.
"""

import asyncio
import random
from collections.abc import Awaitable
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff

from beside.kit.broker import GAP, Broker, Callback
from beside.kit.broker.life import Away, Life, Topic, alike, all_of, at_most, settle
from beside.kit.broker.memory import Listeners
from beside.kit.ending import end, one_ends
from beside.kit.ids import new_token
from beside.kit.logs import log

ECHO_EVERY_S = 2.5  # two missed in a row mean a dead subscription: found in at most 7.5 s (FAULTS 40 asks for 10)
ECHOES_MISSED = 2
ANSWER_S = 2.0  # Redis answers in milliseconds; one that takes this long is away, and a sender must not wait longer
OPEN_S = 3.0  # how long a start waits for Redis before it goes on without
AGAIN_S = (0.1, 0.3, 1.0)  # between lives, then the last for ever: back within 2 s of Redis coming back (FAULTS 38)

SENTINEL = "redis+sentinel://"  # redis+sentinel://[user:password@]host:port,host:port/service: the servers that know which Redis leads


class RedisBroker(Broker):
    """`prefix` keeps two houses on one Redis apart (channels know no database number). `echo_every_s` is shorter in tests."""

    def __init__(self, url: str, *, prefix: str = "beside:", echo_every_s: float = ECHO_EVERY_S) -> None:
        self._url, self._prefix, self._echo_every_s = url, prefix, echo_every_s
        self._echo: Final = f"echo.{new_token()}"  # this node's own
        self._listeners = Listeners()
        self._topics: dict[str, Topic] = {}
        self._life: Life | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._well = asyncio.Event()

    async def open(self) -> None:
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep(), name="broker")
            await at_most(OPEN_S, self._well)

    async def close(self) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper:
            await end(keeper)

    def publish(self, topic: str, payload: bytes) -> Awaitable[None]:
        """Raises `Away`, or redis-py's `ResponseError` where Redis itself refuses."""
        if self._life is None:
            raise Away
        return self._life.publish(topic, payload)

    async def subscribe(self, topic: str, callback: Callback) -> None:
        if self._listeners.add(topic, callback):
            self._topics[topic] = Topic()
            if self._life:
                self._life.wishes.put_nowait((True, topic))
        wanted = self._topics[topic]
        try:
            if not self._life or not await at_most(ANSWER_S, wanted.made):
                wanted.owed = True
        except asyncio.CancelledError:
            await self.unsubscribe(topic, callback)
            raise

    async def unsubscribe(self, topic: str, callback: Callback) -> None:
        if self._listeners.remove(topic, callback):
            del self._topics[topic]
            if self._life:
                self._life.wishes.put_nowait((False, topic))

    @property
    def well(self) -> bool:
        return self._well.is_set()

    async def _keep(self) -> None:
        """One life after the other, until `close`."""
        tries = 0
        while True:
            try:
                await self._live()
            except Exception as ended:  # whatever it was: a house whose bus stays dead for ever is worse
                tries = 0 if self.well else tries + 1
                log.warning("broker.lost", error=type(ended).__name__, attempts=tries)
            finally:
                self._end()
            jitter = random.uniform(0.5, 1.0)  # noqa: S311  # not a secret: it keeps nodes from coming back in step
            await asyncio.sleep(AGAIN_S[min(tries, len(AGAIN_S) - 1)] * jitter)

    async def _live(self) -> None:
        never = Retry(NoBackoff(), 0)  # a silent retry would hide what was missed
        pool = pool_for(self._url, answer_s=ANSWER_S, retry=never, client_name="beside-broker")
        async with Redis.from_pool(pool) as client, client.pubsub() as hearing:
            await hearing.subscribe(self._prefix + self._echo)
            self._life = life = Life()
            for topic in self._topics:
                life.wishes.put_nowait((True, topic))
            await one_ends(self._hear(hearing, life), self._follow(hearing, life), self._say(client, life), self._prove(life))

    def _end(self) -> None:
        """Whatever waited on the life that ended is told; every topic owes a GAP."""
        life, self._life = self._life, None
        self._well.clear()
        for topic in self._topics.values():
            topic.made.clear()
            topic.owed = True
        if life:
            life.end()

    async def _hear(self, hearing: PubSub, life: Life) -> None:
        while True:
            heard = await hearing.get_message(timeout=None)
            if heard is None:
                continue
            topic = heard["channel"].decode().removeprefix(self._prefix)
            if topic == self._echo:
                life.unanswered = 0
                if heard["type"] == "message":
                    self._well.set()
            elif heard["type"] == "message":
                self._listeners.tell(topic, heard["data"])
            elif heard["type"] == "subscribe":
                self._confirmed(topic)

    def _confirmed(self, name: str) -> None:
        topic = self._topics.get(name)
        if topic is None:
            return  # unsubscribed again in the meantime
        missed = topic.owed or topic.made.is_set()  # confirmed twice: it was gone in between
        topic.owed = False
        topic.made.set()
        if missed:
            self._listeners.tell(name, GAP)

    async def _follow(self, hearing: PubSub, life: Life) -> None:
        while True:
            for wanted, topics in alike(await all_of(life.wishes)):
                names = [self._prefix + topic for topic in topics]
                await (hearing.subscribe(*names) if wanted else hearing.unsubscribe(*names))

    async def _say(self, client: Redis, life: Life) -> None:
        while True:
            batch = await all_of(life.publishes)
            try:
                pipeline = client.pipeline(transaction=False)
                for topic, payload, _ in batch:
                    pipeline.publish(self._prefix + topic, payload)
                answers = await pipeline.execute(raise_on_error=False)
            except BaseException:
                for _, _, done in batch:
                    settle(done, Away())
                raise
            for (_, _, done), answer in zip(batch, answers, strict=True):
                settle(done, answer if isinstance(answer, Exception) else None)

    async def _prove(self, life: Life) -> None:
        """Say something to ourselves, again and again. Silence is how a subscription dies."""
        while life.unanswered < ECHOES_MISSED:
            life.unanswered += 1
            await self.publish(self._echo, b"")
            await asyncio.sleep(self._echo_every_s)
        raise Away


class _Led(SentinelConnectionPool):
    """To whichever Redis leads. Closed, it lets go of the sentinels too."""

    async def disconnect(self, inuse_connections: bool = True) -> None:
        await super().disconnect(inuse_connections)
        if inuse_connections:
            for sentinel in self.sentinel_manager.sentinels:
                await sentinel.aclose()


def pool_for(url: str, *, answer_s: float, retry: Retry, client_name: str, legacy_responses: bool = False) -> ConnectionPool:
    """Connections to the Redis at `url`, or to whichever one leads at this moment where sentinels are named. Every user of Redis here comes by this way."""
    patience: dict[str, Any] = {"socket_timeout": answer_s, "socket_connect_timeout": answer_s}
    options: dict[str, Any] = patience | {"retry": retry, "client_name": client_name, "legacy_responses": legacy_responses}
    if not url.startswith(SENTINEL):
        return ConnectionPool.from_url(url, **options)
    named = urlsplit(url)
    hosts = [host.rpartition(":") for host in named.netloc.rpartition("@")[2].split(",")]
    asked = patience | {"retry": Retry(NoBackoff(), 0), "legacy_responses": False}
    sentinels = Sentinel([(host, int(port)) for host, _, port in hosts], sentinel_kwargs=asked)  # type: ignore[no-untyped-call]  # redis-py says no types here
    login = {"username": unquote(named.username or "") or None, "password": unquote(named.password or "") or None}
    return _Led(named.path.strip("/"), sentinels, **options, **login)  # type: ignore[no-untyped-call]  # as above
