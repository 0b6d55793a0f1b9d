"""Two nodes on one PostgreSQL, and what becomes of a conversation when Redis goes and comes back."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest

from beside.conversations.open import open_one_to_one
from beside.kit.context import command
from beside.kit.house import House
from tests.rig.cast import Cast, make_cast
from tests.rig.client import ScriptedClient
from tests.rig.nodes import Premises
from tests.rig.oracle import complaints
from tests.rig.redis import RedisServer
from tests.rig.wait import until, wait_until

POLL_S = 20.0  # bounds the wait: DELIVERY promises 5 s by poll


@pytest.fixture
def two_node_premises(tmp_path: Path, postgres_url: str, own_redis: RedisServer) -> Iterator[Premises]:
    place = Premises(tmp_path, postgres_url, own_redis.url)
    yield place
    place.close()


@asynccontextmanager
async def talking(premises: Premises, urls: tuple[str, str]) -> AsyncIterator[tuple[House, UUID, ScriptedClient, ScriptedClient]]:
    """A member on one node and a peer on the other, in one conversation."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(premises.house())
        cast: Cast = await make_cast(house)
        async with command(house) as ctx:
            conversation = (await open_one_to_one(ctx, cast.hub, cast.member.account, cast.peer.account)).id
        clients = []
        for person, url in zip((cast.member, cast.peer), urls, strict=True):
            client = await stack.enter_async_context(ScriptedClient(url, premises.public_url, person.token, name=person.name))
            await client.connect()
            await client.subscribe(conversation)
            clients.append(client)
        yield house, conversation, clients[0], clients[1]


async def test_a_conversation_goes_on_while_redis_is_killed(two_node_premises: Premises, own_redis: RedisServer) -> None:
    """What is said meanwhile arrives by poll, nothing is lost or doubled, and afterwards hints carry again (FAULTS 38, 41)."""
    own_redis.start()
    one, two = two_node_premises.node(wait=False), two_node_premises.node(wait=False)
    one.wait_until_ready()
    two.wait_until_ready()
    async with talking(two_node_premises, (one.url, two.url)) as (house, conversation, member, peer):
        await member.send(conversation, "before")
        await until(lambda: "before" in peer.bodies(conversation), POLL_S)
        own_redis.kill()
        await member.send(conversation, "during")
        await peer.send(conversation, "during, too")
        await until(lambda: {"during", "during, too"} <= set(peer.bodies(conversation)) & set(member.bodies(conversation)), POLL_S)
        status, told = one.readiness()
        own_redis.start()
        wait_until(lambda: one.readiness()[1]["degraded"] == two.readiness()[1]["degraded"] == {}, POLL_S, "both nodes well again")
        await peer.send(conversation, "after")
        await until(lambda: "after" in member.bodies(conversation), POLL_S)
        for client in (member, peer):
            await client.settle()
        assert (200, ["bus"]) == (status, list(told["degraded"]))  # type: ignore[call-overload]  # JSON: an object of sentences
        assert [] == await complaints(house, [member, peer])


async def test_two_nodes_start_and_serve_without_redis(two_node_premises: Premises) -> None:
    """Redis was never there: slower between nodes, which say so in words, and otherwise the same (FAULTS 39)."""
    one, two = two_node_premises.node(wait=False), two_node_premises.node(wait=False)
    one.wait_until_ready()
    two.wait_until_ready()
    for node in (one, two):
        status, told = node.readiness()
        assert (200, True) == (status, told["ready"])
        assert {"bus": "Hints between nodes are away: messages arrive within five seconds instead of at once. Nothing is lost."} == told["degraded"]
    async with talking(two_node_premises, (one.url, two.url)) as (house, conversation, member, peer):
        await member.send(conversation, "hello")
        await until(lambda: peer.bodies(conversation) == ["hello"], POLL_S)
        await peer.settle()
        assert [] == await complaints(house, [member, peer])
