"""A node, Redis and PostgreSQL are killed behind the real proxy. People know one address and come back to it; nothing that was acknowledged is missing."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from tests.deploy.test_rolling import proxy, stored
from tests.faults.crowd import make_pairs
from tests.faults.ground import NODES, Ground, ground
from tests.faults.hearing import judged
from tests.faults.talker import Talker
from tests.rig.client import Refused, Said, ScriptedClient
from tests.rig.nodes import Node
from tests.rig.wait import until

PAIRS = 10
PAUSE_S = 0.1  # between one person's lines, at most
LINES = 5 * PAIRS  # so many more count as: they go on talking
FOUND_S = 60.0  # bounds the wait: the proxy looks at a node every second
THE_PROXYS_OWN = frozenset({"502", "503", "504"})  # without a word of ours: nobody was there to answer


@dataclass(slots=True)
class Socketed(Talker):
    """Says it over a socket, as pages do. Where the proxy finds no node for a request, the line is lost, and it comes back."""

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        try:
            return await ScriptedClient.call(self, method, path, body)
        except Refused as refused:
            if refused.code in THE_PROXYS_OWN:
                raise ConnectionError(f"the proxy says {refused.code}") from refused
            raise


@dataclass(slots=True)
class Posting(Socketed):
    """Reads over a socket and says it over HTTP: again under the same number, until it is acknowledged."""

    async def send(self, conversation: UUID, body: str, *, log: str = "public", client_id: UUID | None = None) -> Said:
        return await self.post(conversation, body, log=log, client_id=client_id)


class Lines:
    """Everybody says one line after the other, by number, until it is over."""

    def __init__(self) -> None:
        self.is_over = False
        self.said: Counter[str] = Counter()

    async def words(self, talker: Talker) -> tuple[UUID, str] | None:
        await asyncio.sleep(PAUSE_S * random.random())
        if self.is_over:
            return None
        self.said[talker.name] += 1
        return talker.rooms[0], f"{talker.name} {self.said[talker.name]}"


async def go_on_talking(talkers: Sequence[Talker]) -> None:
    """Until so many more lines are acknowledged."""
    before = acknowledged(talkers)
    await until(lambda: acknowledged(talkers) >= before + LINES, FOUND_S, "them to go on talking")


def acknowledged(talkers: Sequence[Talker]) -> int:
    return sum(len(talker.acknowledged) for talker in talkers)


def troubles(talkers: Sequence[Talker]) -> int:
    """How often somebody lost the line or was told: in a moment."""
    return sum(talker.lost.total() + talker.refused.total() for talker in talkers)


def well(node: Node) -> bool:
    return node.readiness() == (200, {"ready": True, "draining": False, "degraded": {}})


async def kill_each(at: Ground, talkers: Sequence[Talker]) -> None:
    """kill -9 of a node, of Redis and of PostgreSQL in turn. They talk on without the first two; without the third, everybody waits."""
    lost = troubles(talkers)
    await at.kill(NODES[0])
    await go_on_talking(talkers)
    await at.start(NODES[0])
    await until(lambda: stored(at.nodes[NODES[0]]) > 0, FOUND_S, "the proxy to send it work")
    assert troubles(talkers) > lost

    await at.kill("redis")
    await go_on_talking(talkers)
    await at.start("redis")
    await until(lambda: all(well(node) for node in at.nodes.values()), FOUND_S, "both nodes to be well")
    await go_on_talking(talkers)

    lost = troubles(talkers)
    await at.kill("postgres")
    await until(lambda: troubles(talkers) >= lost + len(talkers), FOUND_S, "all of them to notice")
    await at.start("postgres")
    await go_on_talking(talkers)


@pytest.mark.timeout(240)
async def test_what_is_killed_behind_the_proxy_costs_nobody_a_word(tmp_path: Path) -> None:
    """Two nodes behind Caddy under load, sockets to its one address and POSTs retried under one number; a node, Redis and PostgreSQL die in turn: everything
    acknowledged is there once, in order, on every screen (FAULTS 33, 38, 46: twenty people instead of a thousand, one kill of each)."""
    lines = Lines()
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(ground(tmp_path))
        await stack.enter_async_context(proxy(at.premises, at.ways))
        at.ways = [urlsplit(at.premises.public_url).port or 0]
        talkers = await make_pairs(at, stack, PAIRS, (Socketed, Posting))
        talking = [asyncio.create_task(talker.live(lines.words)) for talker in talkers]
        await go_on_talking(talkers)
        await kill_each(at, talkers)
        lines.is_over = True
        async with asyncio.timeout(FOUND_S):
            await asyncio.gather(*talking)
        assert [NODES[0], "redis", "postgres"] == at.kills
        assert {Socketed, Posting} == {type(talker) for talker in talkers if talker.lost or talker.refused}
        assert [] == await judged(at.house, talkers, FOUND_S)
        for talker in talkers:
            assert [f"{talker.name} {n}" for n in range(1, lines.said[talker.name] + 1)] == [said.body for said in talker.acknowledged]
            assert sorted(said.seq or 0 for said in talker.acknowledged) == [said.seq for said in talker.acknowledged]
