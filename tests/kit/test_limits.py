"""Limits: a burst goes through, a flood waits, one person's flood is nobody else's, and Redis away is no outage."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from beside.kit.errors import SlowDown
from beside.kit.limits import AT_ONCE, NAMED, Limiter
from tests.rig.proxy import FaultProxy
from tests.rig.redis import RedisServer


@pytest.fixture(params=["memory", "redis"])
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[Limiter]:
    engine = Limiter() if request.param == "memory" else Limiter(request.getfixturevalue("redis_server").url)
    yield engine
    await engine.close()


@asynccontextmanager
async def closing_all(*urls: str) -> AsyncIterator[list[Limiter]]:
    """One limiter a node."""
    nodes = [Limiter(url) for url in urls]
    yield nodes
    for node in nodes:
        await node.close()


async def tries(limiter: Limiter, name: str, whom: str, count: int) -> list[bool]:
    return [await limiter.allows(name, whom) for _ in range(count)]


async def test_ten_messages_go_through_and_the_eleventh_waits(limiter: Limiter) -> None:
    """A burst of thoughts is not a flood."""
    assert [True] * 10 + [False] == await tries(limiter, "message", str(uuid4()), 11)


async def test_each_person_and_each_limit_counts_for_itself(limiter: Limiter) -> None:
    """Somebody else's flood, or one's own of another kind, costs nothing."""
    flooding, other = str(uuid4()), str(uuid4())
    await tries(limiter, "message", flooding, 11)
    assert [True, True, False] == [await limiter.allows("message", other), await limiter.allows("report", flooding), await limiter.allows("message", flooding)]


async def test_whoever_must_wait_is_told_how_long(limiter: Limiter, monkeypatch: pytest.MonkeyPatch) -> None:
    """429, a code in care words, and the time that is left: nine seconds on, a second at most."""
    whom, real = str(uuid4()), time.time
    for _ in range(10):
        await limiter.require("message", whom, "slow_down")
    with pytest.raises(SlowDown) as told:
        await limiter.require("message", whom, "slow_down")
    assert (429, "slow_down") == (told.value.status, told.value.code)
    assert 0 < (told.value.retry_after_ms or 0) <= 10_000
    monkeypatch.setattr(time, "time", lambda: real() + 9)
    with pytest.raises(SlowDown) as later:
        await limiter.require("message", whom, "slow_down")
    assert 0 < (later.value.retry_after_ms or 0) <= 1_000


async def test_what_is_under_way_counts_until_it_is_known(limiter: Limiter) -> None:
    """Of a hundred at once no more than the limit are let in; what comes to nothing leaves room again, what was done does not."""
    whom, done = str(uuid4()), asyncio.Event()

    async def one(*, counts: bool) -> bool:
        try:
            async with limiter.room_for("message", whom) as count:
                await done.wait()
                if counts:
                    await count()
                return True
        except SlowDown:
            return False

    for counts, let_in in ((False, 10), (True, 10), (True, 0)):
        done.clear()
        tasks = [asyncio.create_task(one(counts=counts)) for _ in range(100)]
        await asyncio.wait(tasks, timeout=0.5)
        done.set()
        assert let_in == sum(await asyncio.gather(*tasks))


async def test_two_nodes_count_together_through_redis(redis_server: RedisServer) -> None:
    """A flood does not double by knocking at two doors."""
    async with closing_all(redis_server.url, redis_server.url) as nodes:
        whom = str(uuid4())
        allowed = [await node.allows("message", whom) for _ in range(10) for node in nodes]
    assert 10 == sum(allowed)


@pytest.mark.parametrize("how", ["never there", "killed", "black hole"])
async def test_without_redis_each_node_counts_for_itself(own_redis: RedisServer, how: str) -> None:
    """A limit is not worth an outage: it still lets through and still stops, and nobody waits for long (FAULTS 38, 39)."""
    if how != "never there":
        own_redis.start()
    async with FaultProxy(own_redis.port) as proxy, closing_all(own_redis.url_by(proxy.port)) as (node,):
        await node.allows("message", "somebody else")
        if how == "killed":
            own_redis.kill()
        elif how == "black hole":
            proxy.black_hole()
        assert [True] * 10 + [False] == await tries(node, "message", "a", 11)


async def test_a_herd_uses_few_connections(own_redis: RedisServer) -> None:
    """Two hundred tries in one moment open no more connections than a node keeps (FAULTS 33, 127)."""
    own_redis.start()
    async with closing_all(own_redis.url) as (node,):
        await asyncio.gather(*(node.allows("exchange", str(n)) for n in range(200)))
        with own_redis.client() as inside:
            ours = [each for each in inside.client_list() if each["name"] == "beside-limits"]
        assert len(ours) <= AT_ONCE


def test_asking_for_urgent_help_is_never_limited() -> None:
    """There is no limit with a name of the urgent button: it opens without asking the server."""
    assert set() == {name for name in NAMED if "urgent" in name or "help" in name}
