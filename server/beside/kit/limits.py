"""How often something may be tried. Each limit is named here with its reason; counting is the `limits` library's, in memory or in Redis."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from functools import partial
from math import ceil
from typing import NoReturn, TypeVar, cast

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from beside.kit.broker.redis import pool_for
from beside.kit.errors import SlowDown
from beside.kit.logs import log
from beside.kit.pace import Pace

T = TypeVar("T")

NAMED: dict[str, RateLimitItem] = {
    "message": parse("10/10 seconds"),  # DELIVERY: a burst of thoughts goes through, a flood waits
    "arrival": parse("240/minute"),  # per address: a ward or a school may all arrive at once; hashing their codes takes longer than this
    "sign_in_name": parse("10/5 minutes"),  # per name: guessing one password; never locks out a session that is open
    "sign_in_address": parse("60/minute"),  # per address: spraying; a ward shares one
    "code": parse("10/5 minutes"),  # per code, by its first part: wrong tries of one person's
    "code_address": parse("300/5 minutes"),  # per address, wrong ones: codes carry 80 bits, this only saves our processor; a ward shares one
    "invitation": parse("120/5 minutes"),  # per address: a training day, everybody accepting at once; the links carry 256 bits
    "report": parse("20/hour"),  # per account: reports are welcome, floods are not
    "escalation": parse("30/minute"),  # per account; a second raise joins the first
    "ask": parse("20/10 minutes"),  # per account: stepping in and out of line
    "invite": parse("60/hour"),
    "appeal": parse("10/hour"),
    "channel_test": parse("10/5 minutes"),  # per account: each is a real message to somebody's pager
    "send_again": parse("30/5 minutes"),  # per account: somebody who presses, not a program
    "callback": parse("600/minute"),  # per address: a provider's calls; each costs one look and one HMAC
    "exchange": parse("600/minute"),  # per account: five pages without sockets, each asking again after everything that happens
}


ANSWER_S = 0.5  # somebody's message waits for this: a Redis that takes longer is away
SOONEST_S = 0.1  # nobody is told to come back in no time at all
AT_ONCE = 8  # connections: whoever asks beyond that waits a moment; a pool never shrinks, and Redis serves other nodes too
REST_S = 2.0  # and nobody asks it again for so long: a Redis that hangs costs one wait, not one for each message


class Limiter:
    """Counts here, or for all nodes together where there is Redis. `message_rate` is a hub operator's own, such as `20/10 seconds`."""

    def __init__(self, redis_url: str | None = None, message_rate: str | None = None) -> None:
        self._named = NAMED | ({"message": parse(message_rate)} if message_rate else {})
        self._near = MovingWindowRateLimiter(MemoryStorage())
        self._pool = _pool(redis_url) if redis_url else None
        self._shared = MovingWindowRateLimiter(_storage(self._pool)) if self._pool else None
        self._rest_until = 0.0
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._under_way: Counter[tuple[str, str]] = Counter()
        self._said: set[Hashable] = set()
        self._pace = Pace(lambda: (self._named["message"].amount, self._named["message"].get_expiry()))

    def speak(self, whom: Hashable, which: Hashable) -> Callable[[bool], None]:
        """Count one message of `whom`, by the limit `message`, which each node counts by itself (`Pace`). What this gives must be called when it is over,
        with whether it was one after all. The same one (`which`) again while it is under way is no further message (FAULTS 2). Raises `SlowDown`."""
        if which in self._said:
            return _was_counted
        left = self._pace.wait(whom, time.monotonic())
        if left > 0:
            raise _slow_down("slow_down", left, self._named["message"])
        self._said.add(which)
        return partial(self._spoke, whom, which)

    def _spoke(self, whom: Hashable, which: Hashable, counts: bool) -> None:
        self._said.discard(which)
        if not counts:
            self._pace.take_back(whom)

    async def allows(self, name: str, whom: str) -> bool:
        """Count one try of `name` by `whom`. Without Redis each node counts for itself: a limit is not worth an outage."""
        return await self._ask(lambda window: window.hit(self._named[name], name, whom))

    async def has_room(self, name: str, whom: str, tries: int = 1) -> bool:
        """Whether so many tries more would be allowed. Counts none."""
        return await self._ask(lambda window: window.test(self._named[name], name, whom, cost=tries))

    @asynccontextmanager
    async def room_for(self, name: str, whom: str, code: str = "too_many_tries") -> AsyncIterator[Callable[[], Awaitable[bool]]]:
        """For what is known to count only when it is done: gives what counts it. What is under way here counts meanwhile. Raises `SlowDown`."""
        self._under_way[name, whom] += 1
        try:
            if not await self.has_room(name, whom, self._under_way[name, whom]):
                await self._refuse(name, whom, code)
            yield lambda: self.allows(name, whom)
        finally:
            self._under_way[name, whom] -= 1
            if not self._under_way[name, whom]:
                del self._under_way[name, whom]

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()

    async def require(self, name: str, whom: str, code: str = "too_many_tries") -> None:
        """As `allows`. Raises `SlowDown`."""
        if not await self.allows(name, whom):
            await self._refuse(name, whom, code)

    async def _refuse(self, name: str, whom: str, code: str) -> NoReturn:
        """With the time that is left until the oldest try counts no more."""
        stats = await self._ask(lambda window: window.get_window_stats(self._named[name], name, whom))
        raise _slow_down(code, stats.reset_time - time.time(), self._named[name])

    async def _ask(self, ask: Callable[[MovingWindowRateLimiter], Awaitable[T]]) -> T:
        if self._shared is not None and time.monotonic() >= self._rest_until:
            try:
                async with self._gate:
                    if time.monotonic() >= self._rest_until:
                        return await ask(self._shared)
            except Exception as lost:
                self._rest_until = time.monotonic() + REST_S
                log.warning("limits.shared_lost", error=type(lost).__name__)
        return await ask(self._near)


def _was_counted(_: bool) -> None:
    """By whoever said it first."""


def _slow_down(code: str, left_s: float, limit: RateLimitItem) -> SlowDown:
    return SlowDown(code, retry_after_ms=ceil(1_000 * min(max(left_s, SOONEST_S), limit.get_expiry())))


def _pool(url: str) -> ConnectionPool:
    once_more = Retry(NoBackoff(), 1)  # the pool may hold connections from before a restart
    return pool_for(url, answer_s=ANSWER_S, retry=once_more, client_name="beside-limits", legacy_responses=True)  # as the library reads them


def _storage(pool: ConnectionPool) -> RedisStorage:
    return RedisStorage("async+redis://", implementation="redispy", connection_pool=cast(str, pool))  # typed for plain values; it takes a pool
