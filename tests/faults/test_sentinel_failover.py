"""Two real nodes that find Redis by way of sentinels: the one that leads dies, the other takes over behind the times, and people talk on."""

import asyncio
from functools import partial
from pathlib import Path
from uuid import UUID

from tests.contracts.test_sentinel import sentinels as sentinels
from tests.faults.test_redis_away import talking
from tests.faults.test_redis_in_trouble import answers, lost
from tests.rig.client import ScriptedClient
from tests.rig.nodes import Premises
from tests.rig.oracle import complaints
from tests.rig.sentinel import Sentinels
from tests.rig.wait import until

FOUND_S = 40.0  # bounds the wait
LAST_WRITTEN = "the-last-that-was-written"


async def each_hears_the_other(chat: UUID, clients: tuple[ScriptedClient, ScriptedClient], words: str) -> None:
    lines = {f"{words} by {client.name}" for client in clients}
    for client in clients:
        await client.send(chat, f"{words} by {client.name}")
    for client in clients:
        await until(partial(_shows, client, chat, lines), FOUND_S, words)


def _shows(client: ScriptedClient, chat: UUID, lines: set[str]) -> bool:
    return lines <= set(client.bodies(chat))


async def test_a_new_leader_that_is_behind_the_times_costs_nobody_a_word(tmp_path: Path, postgres_url: str, sentinels: Sentinels) -> None:
    """The leading Redis is killed and a replica promoted that lacks the last that was written: both nodes write that down, find the new leader and are well,
    lines travel each way before, meanwhile and after by its hints, and nobody's socket or session ends (FAULTS 38, 41)."""
    premises = Premises(tmp_path, postgres_url, sentinels.url)
    try:
        nodes = (premises.node(wait=False), premises.node(wait=False))
        for node in nodes:
            await until(partial(answers, node), FOUND_S, "a node that is well")
        async with talking(premises, (nodes[0].url, nodes[1].url)) as (house, chat, member, peer):
            topic = f"beside:conversation.{chat}"
            await each_hears_the_other(chat, (member, peer), "before")
            assert [[], []] == [lost(node) for node in nodes]
            failing_over = asyncio.create_task(asyncio.to_thread(sentinels.kill_leader_ahead_of_the_other, LAST_WRITTEN))
            await until(lambda: all(lost(node) for node in nodes), FOUND_S, "both to notice")
            await each_hears_the_other(chat, (member, peer), "meanwhile")
            await failing_over
            for node in nodes:
                await until(partial(answers, node), FOUND_S, "a node that is well again")
            with sentinels.leading.client() as new:
                await until(lambda: dict(new.pubsub_numsub(topic)) == {topic.encode(): 2}, FOUND_S, "both nodes to listen there")
                assert b"old" == new.get(LAST_WRITTEN)
            await each_hears_the_other(chat, (member, peer), "after")
            for client in (member, peer):
                assert client.closed is None
                assert str(client.account) == (await client.call("GET", "/api/me"))["account"]
                await client.settle()
            assert [] == await complaints(house, [member, peer])
    finally:
        premises.close()
