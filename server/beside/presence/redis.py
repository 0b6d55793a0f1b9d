"""The same facts for many nodes, in Redis: one hash per key, each field with the moment it runs out. Without Redis each node knows its own.

Stamps and not HSETEX, which needs Redis 7.4: distributions ship 7.0. They are nodes' clocks, so a node ten seconds off shows people ten seconds long.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, cast

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from beside.kit.batches import batches
from beside.kit.broker.redis import pool_for
from beside.kit.logs import log
from beside.presence.memory import MemoryEphemeral

ANSWER_S = 0.5  # a hint is not worth a longer wait
REST_S = 2.0  # after a refusal nobody asks again for so long: a Redis that hangs costs one wait, not one for each question
AT_ONCE = 8  # connections: a thousand people who come back together wait a moment, or Redis has no room left for other nodes; a pool never shrinks
IN_A_TRIP = 200  # keys: a few milliseconds of Redis' time
LONG_GONE_S = 600.0  # a field that ran out this long ago is cleared away; sooner might race with its renewal

T = TypeVar("T")


class RedisEphemeral:
    """An `Ephemeral` (`kit.house`). Nothing here raises because of Redis."""

    def __init__(self, url: str, *, prefix: str = "beside:", now: Callable[[], float] = time.time) -> None:
        once_more = Retry(NoBackoff(), 1)  # the pool may hold connections from before a restart
        self._redis = Redis.from_pool(pool_for(url, answer_s=ANSWER_S, retry=once_more, client_name="beside-presence"))
        self._prefix, self._now = prefix, now
        self._near = MemoryEphemeral()
        self._rest_until = 0.0
        self._refused = False  # what was put last: a Redis that only reads, or has no memory left, answers with what was so before (FAULTS 45)
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def put(self, key: str, field: str, value: str, seconds: float) -> bool:
        fresh_here = await self._near.put(key, field, value, seconds)
        now, name = self._now(), self._prefix + key
        until = now + seconds
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.hget(name, field)
        pipeline.hset(name, field, f"{until:.3f} {value}")
        _keep(pipeline, name, seconds)
        done = await self._try(pipeline.execute())
        if done is None:
            return fresh_here
        self._refused = False
        return done[0] is None or _read(done[0])[0] <= now

    async def renew(self, facts: Sequence[tuple[str, str]], seconds: float, value: str = "") -> None:
        await self._near.renew(facts, seconds, value)
        until = f"{self._now() + seconds:.3f} {value}"
        by_key: dict[str, dict[str, str]] = {}
        for key, field in facts:
            by_key.setdefault(self._prefix + key, {})[field] = until
        for names in batches(by_key, IN_A_TRIP):
            pipeline = self._redis.pipeline(transaction=False)
            for name in names:
                pipeline.hset(name, mapping=by_key[name])  # type: ignore[arg-type]  # redis-py asks for a dict of bytes or text
                _keep(pipeline, name, seconds)
            if await self._try(pipeline.execute()) is not None:
                self._refused = False

    async def drop(self, key: str, field: str) -> None:
        await self._near.drop(key, field)
        await self._try(self._redis.hdel(self._prefix + key, field))

    async def all(self, key: str) -> dict[str, str]:
        name, now = self._prefix + key, self._now()
        stored = await self._try(cast(Awaitable[dict[bytes, bytes]], self._redis.hgetall(name))) if not self._refused else None
        if stored is None:
            return await self._near.all(key)
        facts = {field: _read(fact) for field, fact in stored.items()}
        gone = [field for field, (until, _) in facts.items() if until < now - LONG_GONE_S]
        if gone:
            await self._try(self._redis.hdel(name, *gone))
        return {field.decode(): value for field, (until, value) in facts.items() if until > now}

    @property
    def well(self) -> bool:
        return not self._refused

    async def close(self) -> None:
        await self._redis.aclose()

    async def _try(self, asked: Awaitable[T]) -> T | None:
        """What Redis answers, or None where it does not."""
        try:
            async with self._gate:
                if time.monotonic() < self._rest_until:
                    return None
                return await asked
        except (RedisError, OSError, TimeoutError) as lost:
            self._rest_until = time.monotonic() + REST_S
            self._refused = self._refused or isinstance(lost, ResponseError)
            log.warning("presence.lost", error=type(lost).__name__)
            return None
        finally:
            _forget(asked)


def _keep(pipeline: Pipeline, name: str, seconds: float) -> None:
    """The key lives as long as its longest field."""
    pipeline.pexpire(name, int(seconds * 1000), nx=True)
    pipeline.pexpire(name, int(seconds * 1000), gt=True)


def _read(fact: bytes) -> tuple[float, str]:
    """When it runs out, and what it says. What we did not write ourselves has run out."""
    until, _, value = fact.decode(errors="replace").partition(" ")
    try:
        return float(until), value
    except ValueError:
        return 0.0, ""


def _forget(asked: Awaitable[object]) -> None:
    """Close what was not awaited after all, so that Python does not warn of it."""
    close = getattr(asked, "close", None)
    if close:
        close()
