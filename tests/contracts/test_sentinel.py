"""Redis by way of real sentinels: the same bus, the same facts, the same limits, and a new leader within moments of the old one's end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from beside.kit.broker.redis import RedisBroker
from beside.kit.limits import Limiter
from beside.presence.redis import RedisEphemeral
from tests.rig.ear import Ear
from tests.rig.sentinel import Sentinels
from tests.rig.wait import until

FOUND_S = 30.0  # bounds the wait


@pytest.fixture
def sentinels(tmp_path: Path) -> Iterator[Sentinels]:
    found = Sentinels(tmp_path)
    try:
        found.start()
        yield found
    finally:
        found.close()


async def test_the_bus_follows_the_leader(sentinels: Sentinels) -> None:
    """Two nodes hear each other; the leading Redis is killed; both get a GAP and hear each other by the new one; presence and limits go on (FAULTS 38, 41)."""
    one, two = RedisBroker(sentinels.url), RedisBroker(sentinels.url)
    facts, limiter, ear = RedisEphemeral(sentinels.url), Limiter(sentinels.url), Ear()
    try:
        for broker in (one, two):
            await broker.open()
        await two.subscribe("t", ear)
        await one.publish("t", b"before")
        await until(lambda: ear.payloads == [b"before"], FOUND_S)
        sentinels.kill_leader()
        await until(lambda: one.well and two.well and ear.gaps > 0, FOUND_S, "both at the new leader")
        await one.publish("t", b"after")
        await until(lambda: ear.payloads == [b"before", b"after"], FOUND_S)
        await facts.put("here", "wren", "yes", 60)
        assert {"wren": "yes"} == await facts.all("here")
        assert await limiter.allows("report", "wren")
        new = next(server for server in sentinels.servers if server.port == sentinels.leader)
        with new.client() as client:
            assert [b"beside:here"] == client.keys("*here")
            assert [] != client.keys("*wren*")
    finally:
        for each in (one, two, facts, limiter):
            await each.close()
