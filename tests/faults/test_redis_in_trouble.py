"""Two real nodes, and a Redis that is there and of no use: it cuts a node off, takes bytes and gives none back, or stores nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
import redis

from beside.kit.house import House
from tests.faults.test_redis_away import talking
from tests.rig.child import free_port
from tests.rig.client import ScriptedClient
from tests.rig.nodes import Node, Premises
from tests.rig.oracle import complaints
from tests.rig.proxy import FaultProxy
from tests.rig.redis import RedisServer
from tests.rig.wait import until

FOUND_S = 40.0  # bounds the wait; a poll comes every five seconds
AGAIN_S = 0.05
FLOODS = 2_000  # more than all the buffers between hold
FLOOD = b"x" * 64 * 1024


@dataclass(frozen=True, slots=True)
class Scene:
    """The peer's node reaches Redis through `proxy`, the member's directly."""

    redis: RedisServer
    proxy: FaultProxy
    near: Node
    far: Node
    house: House
    chat: UUID
    member: ScriptedClient
    peer: ScriptedClient

    async def both_hear(self, words: str) -> None:
        """One line from each side, on both screens."""
        await self.member.send(self.chat, f"{words} from here")
        await self.peer.send(self.chat, f"{words} from there")
        for client in (self.member, self.peer):
            await until(partial(self._shows, client, {f"{words} from here", f"{words} from there"}), FOUND_S, words)

    def _shows(self, client: ScriptedClient, lines: set[str]) -> bool:
        return lines <= set(client.bodies(self.chat))

    async def until_both_say(self, problems: list[str]) -> None:
        """Until both nodes are ready and say that this is not as it should be. Asked aside: what they answer may wait for the proxy, which is in this loop."""
        async with asyncio.timeout(FOUND_S):
            for node in (self.near, self.far):
                while await asyncio.to_thread(degraded, node) != (200, problems):  # noqa: ASYNC110  # what is watched is another process
                    await asyncio.sleep(AGAIN_S)

    @property
    def degraded(self) -> list[str]:
        """What the peer's node says is not as it should be."""
        return degraded(self.far)[1]


@pytest.fixture
async def scene(tmp_path: Path, postgres_url: str, own_redis: RedisServer) -> AsyncIterator[Scene]:
    own_redis.start()
    premises = Premises(tmp_path, postgres_url, own_redis.url)
    try:
        async with AsyncExitStack() as stack:
            proxy = await stack.enter_async_context(FaultProxy(own_redis.port))
            near = premises.node(wait=False)
            far = premises.node(wait=False, BESIDE_REDIS_URL=own_redis.url_by(proxy.port))
            for node in (near, far):
                await until(partial(answers, node), FOUND_S, "a node")
            yield Scene(own_redis, proxy, near, far, *(await stack.enter_async_context(talking(premises, (near.url, far.url)))))
    finally:
        premises.close()


def answers(node: Node) -> bool:
    try:
        return node.readiness() == (200, {"ready": True, "draining": False, "degraded": {}})
    except OSError:
        return False


def degraded(node: Node) -> tuple[int, list[str]]:
    """The status of `/readyz`, and what is not as it should be."""
    status, told = node.readiness()
    return status, sorted(told["degraded"])  # type: ignore[call-overload]  # JSON: an object of sentences


def lost(node: Node) -> list[dict[str, str]]:
    """The lines of its log that say that the bus was lost."""
    return [json.loads(line) for line in node.child.said.splitlines() if '"broker.lost"' in line]


def overrun(server: RedisServer, channel: str) -> bool:
    """Publish until Redis has cut off who does not read; whether it did."""
    with server.client() as inside:
        inside.config_set("client-output-buffer-limit", "pubsub 1mb 512kb 1")
        heard_by = inside.publish(channel, FLOOD)
        return any(inside.publish(channel, FLOOD) < heard_by for _ in range(FLOODS))


async def test_a_node_cut_off_for_reading_too_slowly_misses_nothing(scene: Scene) -> None:
    """A node hangs, its buffer in Redis overruns, Redis cuts it off; when it goes on it writes that down, without a word of anybody's, and finds what it
    missed, and hints carry again (FAULTS 42)."""
    await scene.both_hear("before")
    assert [] == lost(scene.far)
    scene.far.child.freeze()
    try:
        assert overrun(scene.redis, f"beside:conversation.{scene.chat}")
        await scene.member.send(scene.chat, "while it hung")
    finally:
        scene.far.child.thaw()
    await until(lambda: "while it hung" in scene.peer.bodies(scene.chat), FOUND_S, "what was missed")
    await until(lambda: lost(scene.far) != [], FOUND_S, "the node to write down that it was cut off")
    await scene.both_hear("after")
    for client in (scene.member, scene.peer):
        await client.settle()
    assert {("warning", "ConnectionError")} == {(line["level"], line["error"]) for line in lost(scene.far)}
    assert [False, False] == ["hung" in node.child.said or "after" in node.child.said for node in (scene.near, scene.far)]
    assert [] == await complaints(scene.house, [scene.member, scene.peer])


async def test_a_node_that_redis_no_longer_answers_says_so_and_talks_on(scene: Scene) -> None:
    """Redis swallows one node's bytes and stays connected: the node notices, both go on by the database, and it is well again afterwards (FAULTS 40, 41)."""
    await scene.both_hear("before")
    scene.proxy.black_hole()
    await scene.both_hear("during")
    await until(lambda: scene.degraded == ["bus"], FOUND_S, "the node to notice")
    scene.proxy.heal()
    await scene.proxy.cut()
    with scene.redis.client() as inside:
        inside.flushall()  # and comes back empty
    await until(lambda: scene.degraded == [], FOUND_S, "the node to be well")
    await scene.both_hear("after")
    for client in (scene.member, scene.peer):
        await client.settle()
    assert [] == await complaints(scene.house, [scene.member, scene.peer])


def refuse_writes(server: RedisServer, how: str) -> None:
    with server.client() as inside:
        if how == "a replica":
            inside.replicaof("127.0.0.1", free_port())
        elif how == "too few replicas":
            inside.config_set("min-replicas-to-write", 1)
        else:
            inside.config_set("maxmemory", "1kb")
        with pytest.raises(redis.exceptions.RedisError, match=r"READONLY|NOREPLICAS|OOM|read only|replicas|memory"):
            inside.set("anything", "at all")


def take_writes(server: RedisServer) -> None:
    with server.client() as inside:
        inside.replicaof("NO", "ONE")
        inside.config_set("min-replicas-to-write", 0)
        inside.config_set("maxmemory", 0)


@pytest.mark.parametrize("how", ["a replica", "too few replicas", "no memory"])
async def test_a_redis_that_stores_nothing_degrades_two_nodes_and_stops_none(scene: Scene, how: str) -> None:
    """It refuses to write: words travel, people come in again, both nodes answer 200 and say what is missing; afterwards nothing is (FAULTS 45)."""
    await scene.both_hear("before")
    refuse_writes(scene.redis, how)
    await scene.both_hear("meanwhile")
    for client in (scene.member, scene.peer):
        await client.resume()
    await scene.until_both_say(["presence"])
    await scene.both_hear("still")
    take_writes(scene.redis)
    await scene.until_both_say([])
    await scene.both_hear("after")
    for client in (scene.member, scene.peer):
        await client.settle()
    assert [] == await complaints(scene.house, [scene.member, scene.peer])


async def test_a_redis_that_publishes_nothing_leaves_words_to_the_poll(scene: Scene) -> None:
    """Redis answers and refuses every hint: both nodes answer 200 and say so, words travel by the poll, and by hints again when it lets them (FAULTS 45)."""
    await scene.both_hear("before")
    with scene.redis.client() as inside:
        inside.execute_command("ACL", "SETUSER", "default", "-publish")
    await scene.until_both_say(["bus"])
    await scene.both_hear("meanwhile")
    with scene.redis.client() as inside:
        inside.execute_command("ACL", "SETUSER", "default", "+publish")
    await scene.until_both_say([])
    await scene.both_hear("after")
    for client in (scene.member, scene.peer):
        await client.settle()
    assert [] == await complaints(scene.house, [scene.member, scene.peer])
