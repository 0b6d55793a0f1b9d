"""The bus when Redis is killed, comes back, was never there, or looks alive and is not: hints may be lost, and then there is a GAP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import redis
from redis.asyncio.client import Pipeline

from beside.kit.broker import GAP
from beside.kit.broker.redis import RedisBroker
from tests.rig.ear import Ear
from tests.rig.proxy import FaultProxy
from tests.rig.redis import RedisServer
from tests.rig.wait import until

BACK_S = 5.0  # bounds the wait only; FAULTS 38 asks for 2 s after Redis is back
QUICK_ECHO_S = 0.2


@asynccontextmanager
async def opened(url: str, echo_every_s: float = QUICK_ECHO_S) -> AsyncIterator[RedisBroker]:
    broker = RedisBroker(url, echo_every_s=echo_every_s)
    await broker.open()
    try:
        yield broker
    finally:
        await broker.close()


@pytest.mark.parametrize("down_s", [0.3, 4.0])
async def test_a_restart_of_redis_is_a_gap_and_then_all_is_well(own_redis: RedisServer, down_s: float) -> None:
    """However long it was away, everybody is told once that something may be missing, and hears what comes after (FAULTS 38)."""
    own_redis.start()
    async with opened(own_redis.url) as broker:
        one, two = Ear(), Ear()
        await broker.subscribe("one", one)
        await broker.subscribe("two", two)
        await broker.publish("one", b"before")
        await until(lambda: one.payloads == [b"before"])
        own_redis.kill()
        await asyncio.sleep(down_s)
        own_redis.start()
        await until(lambda: one.gaps > 0 and two.gaps > 0 and broker.well, BACK_S)
        await broker.publish("one", b"after")
        await until(lambda: one.payloads[-1] == b"after")
    assert [("one", b"before"), ("one", GAP), ("one", b"after")] == one.heard
    assert [("two", GAP)] == two.heard


async def test_publishing_while_redis_is_away_raises(own_redis: RedisServer) -> None:
    """The publisher is told, at once and each time, and nothing arrives later out of nowhere."""
    own_redis.start()
    async with opened(own_redis.url) as broker:
        ear = Ear()
        await broker.subscribe("t", ear)
        own_redis.kill()
        for _ in range(3):
            with pytest.raises((ConnectionError, redis.exceptions.RedisError)):
                await broker.publish("t", b"lost")
        assert broker.well is False
        own_redis.start()
        await until(lambda: broker.well, BACK_S)
        await broker.publish("t", b"found")
        await until(lambda: b"found" in ear.payloads)
        assert [b"found"] == ear.payloads


async def test_a_house_opens_without_redis_and_is_well_once_it_comes(own_redis: RedisServer) -> None:
    """Opening and subscribing never raise; what was subscribed to meanwhile gets a GAP first, then hints (FAULTS 39)."""
    async with opened(own_redis.url) as broker:
        ear = Ear()
        await broker.subscribe("t", ear)
        assert broker.well is False
        own_redis.start()
        await until(lambda: ear.gaps == 1 and broker.well, BACK_S)
        await broker.publish("t", b"1")
        await until(lambda: len(ear.heard) == 2)
        assert [("t", GAP), ("t", b"1")] == ear.heard


async def test_subscribing_while_redis_is_down_is_made_good(own_redis: RedisServer) -> None:
    """A topic taken during an outage is heard after it, and one that was left during it is not."""
    own_redis.start()
    async with opened(own_redis.url) as broker:
        early, late = Ear(), Ear()
        await broker.subscribe("early", early)
        own_redis.kill()
        await until(lambda: not broker.well, BACK_S)
        await broker.subscribe("late", late)
        await broker.unsubscribe("early", early)
        own_redis.start()
        await until(lambda: late.gaps == 1 and broker.well, BACK_S)
        await broker.publish("early", b"nobody")
        await broker.publish("late", b"1")
        await until(lambda: late.payloads == [b"1"])
        assert [] == early.heard


async def test_a_dead_subscription_is_found_by_its_silence(own_redis: RedisServer) -> None:
    """Where bytes vanish without an end to the connection, the self-echo notices, and a new subscription brings a GAP (FAULTS 40)."""
    own_redis.start()
    async with FaultProxy(own_redis.port) as proxy, opened(own_redis.url_by(proxy.port)) as broker, opened(own_redis.url) as elsewhere:
        ear = Ear()
        await broker.subscribe("t", ear)
        proxy.to_client.change = _without_messages  # answers still come: only what is published is lost
        await elsewhere.publish("t", b"vanishes")
        await until(lambda: not broker.well, BACK_S)
        proxy.heal()
        await until(lambda: ear.gaps >= 1 and broker.well, BACK_S)
        await elsewhere.publish("t", b"arrives")
        await until(lambda: ear.payloads == [b"arrives"])


async def test_a_black_hole_in_front_of_redis_is_found(own_redis: RedisServer) -> None:
    """Where nothing comes back at all, a publisher waits for a moment and not for ever, and the bus heals (FAULTS 40)."""
    own_redis.start()
    async with FaultProxy(own_redis.port) as proxy, opened(own_redis.url_by(proxy.port)) as broker:
        ear = Ear()
        await broker.subscribe("t", ear)
        proxy.black_hole()
        with pytest.raises((ConnectionError, redis.exceptions.RedisError)):
            await broker.publish("t", b"lost")
        proxy.heal()
        await proxy.cut()
        await until(lambda: ear.gaps >= 1 and broker.well, 2 * BACK_S)
        await broker.publish("t", b"found")
        await until(lambda: ear.payloads == [b"found"])


async def test_a_subscriber_cut_off_by_redis_itself_gets_a_gap(own_redis: RedisServer) -> None:
    """Redis drops a subscriber that reads too slowly, or on an operator's word: reconnect and say so (FAULTS 42)."""
    own_redis.start()
    async with opened(own_redis.url) as broker:
        ear = Ear()
        await broker.subscribe("t", ear)
        with own_redis.client() as inside:
            inside.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await until(lambda: ear.gaps == 1 and broker.well, BACK_S)
        await broker.publish("t", b"1")
        await until(lambda: ear.payloads == [b"1"])


async def test_a_redis_without_memory_still_carries_hints(own_redis: RedisServer) -> None:
    """`maxmemory` reached: storing is refused, publishing is not (FAULTS 45)."""
    own_redis.start()
    async with opened(own_redis.url) as broker:
        ear = Ear()
        await broker.subscribe("t", ear)
        with own_redis.client() as inside:
            inside.config_set("maxmemory", "1kb")
        await broker.publish("t", b"1")
        await until(lambda: ear.payloads == [b"1"])
        assert broker.well is True


async def test_two_nodes_hear_each_other(own_redis: RedisServer) -> None:
    """A hint published by one node reaches the subscribers of every node, its own included, once."""
    own_redis.start()
    async with opened(own_redis.url) as here, opened(own_redis.url) as there:
        near, far = Ear(), Ear()
        await here.subscribe("t", near)
        await there.subscribe("t", far)
        await here.publish("t", b"1")
        await there.publish("t", b"2")
        await until(lambda: len(near.heard) == len(far.heard) == 2)
        assert [("t", b"1"), ("t", b"2")] == sorted(near.heard) == sorted(far.heard)


async def test_a_cancelled_publisher_leaves_nothing_behind_for_the_next(own_redis: RedisServer) -> None:
    """Whoever is cancelled at any moment, the answers that follow are the right ones and no message is doubled (FAULTS 44)."""
    own_redis.start()
    async with opened(own_redis.url) as broker:
        ear = Ear()
        await broker.subscribe("t", ear)
        for n in range(200):
            publishing = asyncio.ensure_future(broker.publish("t", b"maybe %d" % n))
            for _ in range(n % 7):
                await asyncio.sleep(0)
            publishing.cancel()
            await broker.publish("t", b"surely %d" % n)
        await broker.publish("t", b"last")
        await until(lambda: ear.payloads[-1] == b"last")
        surely = [payload for payload in ear.payloads if payload.startswith(b"surely")]
        assert [b"surely %d" % n for n in range(200)] == surely
        assert len(set(ear.payloads)) == len(ear.payloads)
        assert 0 == ear.gaps


async def test_a_cancelled_subscriber_is_forgotten(own_redis: RedisServer) -> None:
    """A subscription nobody waits for any more hears nothing and leaves no trace in Redis."""
    own_redis.start()
    async with opened(own_redis.url) as broker:
        ear, other = Ear(), Ear()
        subscribing = asyncio.create_task(broker.subscribe("t", ear))
        await asyncio.sleep(0)
        subscribing.cancel()
        await asyncio.wait([subscribing])
        await broker.subscribe("other", other)
        await broker.publish("t", b"1")
        await broker.publish("other", b"2")
        await until(lambda: other.payloads == [b"2"])
        with own_redis.client() as inside:
            topics = inside.pubsub_channels("beside:t")
        assert [[], []] == [ear.heard, topics]


def _without_messages(chunk: bytes) -> bytes:
    """Whatever Redis pushes of messages is swallowed; its answers pass."""
    return b"" if b"\r\nmessage\r\n" in chunk else chunk


async def test_a_bus_closes_where_the_driver_loses_a_cancellation(own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """As redis-py does with one that comes while it writes: the bus ends all the same, and with it the node that stops (FAULTS 44)."""
    own_redis.start()
    whole, lost, writing = Pipeline.execute, list[Pipeline](), asyncio.Event()

    async def loses(self: Pipeline, raise_on_error: bool = True) -> object:
        writing.set()
        try:
            await asyncio.sleep(60.0)
        except asyncio.CancelledError:
            if lost:
                raise
            lost.append(self)
        return await whole(self, raise_on_error)

    async with asyncio.timeout(30.0), opened(own_redis.url, echo_every_s=60.0) as broker:
        monkeypatch.setattr(Pipeline, "execute", loses)
        saying = asyncio.ensure_future(broker.publish("t", b"x"))
        await writing.wait()
    await saying
    assert 1 == len(lost)
