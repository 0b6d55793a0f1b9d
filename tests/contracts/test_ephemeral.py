"""One suite for what may be forgotten: in memory and in Redis it is put, read, dropped, and runs out alike."""

import asyncio
from uuid import uuid4

import pytest

from beside.kit.house import Ephemeral
from beside.presence.memory import MemoryEphemeral
from beside.presence.redis import AT_ONCE, RedisEphemeral
from tests.rig.child import free_port
from tests.rig.proxy import FaultProxy
from tests.rig.redis import RedisServer


async def test_what_is_put_is_there_under_its_key_only(ephemeral: Ephemeral) -> None:
    """Fields of one key stand side by side; another key knows nothing of them."""
    await ephemeral.put("here:1", "a", "one", 60)
    await ephemeral.put("here:1", "b", "", 60)
    await ephemeral.put("here:2", "c", "with spaces and ö", 60)
    assert [{"a": "one", "b": ""}, {"c": "with spaces and ö"}, {}] == [await ephemeral.all(f"here:{n}") for n in (1, 2, 3)]


async def test_putting_again_replaces(ephemeral: Ephemeral) -> None:
    """The last value stands."""
    await ephemeral.put("k", "f", "old", 60)
    await ephemeral.put("k", "f", "new", 60)
    assert {"f": "new"} == await ephemeral.all("k")


async def test_putting_says_whether_it_is_new(ephemeral: Ephemeral) -> None:
    """New is what was not there, what was dropped, and what had run out."""
    said = [await ephemeral.put("k", "f", "", 60), await ephemeral.put("k", "f", "", 60), await ephemeral.put("k", "g", "", 0.05)]
    await ephemeral.drop("k", "f")
    await asyncio.sleep(0.2)
    assert [True, False, True, True, True] == [*said, await ephemeral.put("k", "f", "", 60), await ephemeral.put("k", "g", "", 60)]


async def test_what_is_dropped_is_gone(ephemeral: Ephemeral) -> None:
    """Dropping it twice, or where there is nothing, is no mistake."""
    await ephemeral.put("k", "a", "", 60)
    await ephemeral.put("k", "b", "", 60)
    await ephemeral.drop("k", "a")
    await ephemeral.drop("k", "a")
    await ephemeral.drop("nothing", "a")
    assert {"b": ""} == await ephemeral.all("k")


async def test_each_field_runs_out_by_itself(ephemeral: Ephemeral) -> None:
    """A short field goes, the long one beside it stays, and a renewed one stays."""
    await ephemeral.put("k", "short", "", 0.05)
    await ephemeral.put("k", "renewed", "", 0.05)
    await ephemeral.put("k", "long", "", 60)
    await ephemeral.put("k", "renewed", "", 60)
    await asyncio.sleep(0.2)
    assert {"long": "", "renewed": ""} == await ephemeral.all("k")


async def test_a_short_field_does_not_shorten_a_long_one(ephemeral: Ephemeral) -> None:
    """The key lives as long as its longest field, in whichever order they came."""
    await ephemeral.put("k", "long", "", 60)
    await ephemeral.put("k", "short", "", 0.05)
    await asyncio.sleep(0.2)
    assert {"long": ""} == await ephemeral.all("k")


async def test_memory_lets_go_of_keys_nobody_asks_for() -> None:
    """A node that runs for months does not keep every conversation it ever saw."""
    at = 0.0
    store = MemoryEphemeral(lambda: at)
    for _ in range(5):
        for _ in range(1_001):
            await store.put(str(uuid4()), "f", "", 10)
        at += 100
    assert 1_001 >= len(store._facts)


async def test_redis_forgets_keys_and_long_gone_fields_by_itself(own_redis: RedisServer) -> None:
    """Nothing is kept in Redis for ever: keys have a time to live, and stale fields of a busy key are cleared away."""
    own_redis.start()
    at = 1_000_000.0
    store = RedisEphemeral(own_redis.url, now=lambda: at)
    await store.put("k", "old", "", 60)
    at += 700
    await store.put("k", "new", "", 60)
    seen = await store.all("k")
    with own_redis.client() as inside:
        fields, lives = inside.hkeys("beside:k"), inside.pttl("beside:k")
    await store.close()
    assert ({"new": ""}, [b"new"]) == (seen, fields)
    assert 0 < lives <= 60_000


async def test_a_herd_uses_few_connections(own_redis: RedisServer) -> None:
    """Five hundred who come back in one moment open no more connections than a node keeps: a pool never shrinks (FAULTS 33, 127)."""
    own_redis.start()
    store = RedisEphemeral(own_redis.url)
    await asyncio.gather(*(store.put("k", str(n), "", 60) for n in range(500)))
    with own_redis.client() as inside:
        ours = [each for each in inside.client_list() if each["name"] == "beside-presence"]
    assert 500 == len(await store.all("k"))
    await store.close()
    assert len(ours) <= AT_ONCE


@pytest.mark.parametrize("how", ["never there", "killed", "black hole", "out of memory"])
async def test_without_redis_a_node_still_knows_its_own(own_redis: RedisServer, how: str) -> None:
    """Nothing raises, and what this node put is what it sees (FAULTS 38, 39, 45)."""
    if how != "never there":
        own_redis.start()
    async with FaultProxy(own_redis.port) as proxy:
        store = RedisEphemeral(own_redis.url_by(proxy.port))
        await store.put("k", "a", "1", 60)
        await store.put("k", "b", "2", 60)
        if how == "killed":
            own_redis.kill()
        elif how == "black hole":
            proxy.black_hole()
        elif how == "out of memory":
            with own_redis.client() as inside:
                inside.config_set("maxmemory", "1kb")
        await store.drop("k", "a")
        await store.put("k", "c", "3", 60)
        mine = await store.all("k")
        await store.close()
    assert {"b": "2", "c": "3"} == mine


@pytest.mark.parametrize("by", ["put", "renew"])
async def test_a_redis_that_only_reads_is_not_believed_about_who_is_here(own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    """It answers with what was so before: however long that lasts a node goes by its own, says so, and shares again what is put afterwards (FAULTS 45)."""
    monkeypatch.setattr("beside.presence.redis.REST_S", 0.0)
    own_redis.start()
    here, there = RedisEphemeral(own_redis.url), RedisEphemeral(own_redis.url)
    await here.put("k", "a", "before", 60)
    with own_redis.client() as inside:
        inside.replicaof("127.0.0.1", free_port())
        await here.put("k", "a", "meanwhile", 60)
        told = [(await here.all("k"), here.well) for _ in range(3)]
        inside.replicaof("NO", "ONE")
    await (here.put("k", "b", "", 60) if by == "put" else here.renew([("k", "b")], 60))
    shared = await there.all("k")
    await here.close()
    await there.close()
    assert [({"a": "meanwhile"}, False)] * 3 == told
    assert ({"a": "before", "b": ""}, True) == (shared, here.well)


async def test_after_an_outage_what_is_renewed_is_shared_again(own_redis: RedisServer) -> None:
    """Redis comes back empty; the next heartbeat fills it (FAULTS 41)."""
    own_redis.start()
    here, there = RedisEphemeral(own_redis.url), RedisEphemeral(own_redis.url)
    await here.put("k", "a", "1", 60)
    own_redis.kill()
    own_redis.start()
    await here.put("k", "a", "1", 60)
    assert {"a": "1"} == await there.all("k")
    await here.close()
    await there.close()


async def test_a_cancelled_question_never_gets_anothers_answer(own_redis: RedisServer) -> None:
    """Whoever is cancelled while Redis answers, the next question gets its own answer (FAULTS 44)."""
    own_redis.start()
    store = RedisEphemeral(own_redis.url)
    for n in range(50):
        await store.put(f"k{n}", "f", str(n), 60)
    wrong = []
    for n in range(200):
        asking = asyncio.create_task(store.all(f"k{n % 50}"))
        for _ in range(n % 9):
            await asyncio.sleep(0)
        asking.cancel()
        other = (n + 1) % 50
        answer = await store.all(f"k{other}")
        if answer != {"f": str(other)}:
            wrong.append((other, answer))
    await store.close()
    assert [] == wrong


async def test_many_are_renewed_at_once(ephemeral: Ephemeral) -> None:
    """Those who were there stay, those who were not are there, under many keys; and a field beside them is left alone."""
    await ephemeral.put("k0", "short", "", 0.2)
    await ephemeral.put("k0", "beside", "kept", 60)
    await ephemeral.renew([("k0", "short"), *((f"k{n}", f"f{n % 3}") for n in range(1, 500))], 60)
    await asyncio.sleep(0.4)
    assert {"short": "", "beside": "kept"} == await ephemeral.all("k0")
    assert [{"f1": ""}, {"f0": ""}, {}] == [await ephemeral.all(key) for key in ("k1", "k498", "k500")]
    await ephemeral.renew([("k0", "short"), ("k1", "new")], 60, "a value")
    assert [{"short": "a value", "beside": "kept"}, {"f1": "", "new": "a value"}] == [await ephemeral.all(key) for key in ("k0", "k1")]
