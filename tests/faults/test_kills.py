"""Nodes, Redis, PostgreSQL and the worker are killed again and again while tens of thousands of messages are sent."""

import asyncio
import os
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, func, select

from beside.conversations.tables import Event
from beside.kit.context import query
from beside.kit.house import House
from tests.faults.crowd import make_pairs
from tests.faults.ground import Ground, ground
from tests.faults.hearing import judged
from tests.faults.schedule import SEED, chosen_seed, kills
from tests.faults.storm import side_by_side
from tests.faults.talker import Talker

SENDS = int(os.environ.get("BESIDE_KILL_SENDS", "30000"))  # three minutes of two busy cores; 100000 and 200 take ten, a night asks for a million
KILLS = int(os.environ.get("BESIDE_KILL_KILLS", "80"))  # and for a thousand
SHARE = {"nodes": 0.1, "worker": 0.05, "postgres": 0.3, "redis": 0.6}  # by what it costs to be there again; a twentieth may find nobody alive
PAIRS = 100  # each of the two has one message in flight
CALM_S = 120.0  # bounds the wait for the last to come back


class Goal:
    """So many messages together, and no end before the storm's; everybody says theirs by number, so that order can be read from the words."""

    def __init__(self) -> None:
        self.storm_is_over = False
        self.said: Counter[str] = Counter()

    async def words(self, talker: Talker) -> tuple[UUID, str] | None:
        if self.storm_is_over and self.said.total() >= SENDS:
            return None
        self.said[talker.name] += 1
        return talker.rooms[0], f"{talker.name} {self.said[talker.name]}"


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_nothing_acknowledged_is_lost_doubled_or_out_of_order(tmp_path: Path) -> None:
    """30,000 sends, 80 kills (nodes, some while they stop; Redis, PostgreSQL, worker): everything is there, once, in order (FAULTS 33, 35, 38, 46)."""
    seed = chosen_seed()
    lanes = kills(seed, {part: round(KILLS * share) for part, share in SHARE.items()}, SENDS)
    print(f"{SEED}={seed}", *(f"{part}: {'; '.join(map(str, blows))}" for part, blows in lanes.items()), sep="\n")  # noqa: T201  # shown on failure
    goal = Goal()
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(ground(tmp_path))
        talkers = await make_pairs(at, stack, PAIRS)
        talking = [asyncio.create_task(talker.live(goal.words)) for talker in talkers]
        await side_by_side(at, lanes, goal.said.total)
        goal.storm_is_over = True
        await asyncio.gather(*talking)
        assert [] == await judged(at.house, talkers, CALM_S)
        for talker in talkers:
            assert [f"{talker.name} {n}" for n in range(1, goal.said[talker.name] + 1)] == [said.body for said in talker.acknowledged]
            assert sorted(said.seq or 0 for said in talker.acknowledged) == [said.seq for said in talker.acknowledged]
        assert goal.said.total() == await _stored(at.house)
        assert len(at.kills) >= KILLS
        _report(at, talkers)


async def _stored(house: House) -> int:
    async with query(house) as ctx:
        return (await ctx.db.exec(select(func.count()).where(col(Event.kind) == "message.posted"))).one()


def _report(at: Ground, talkers: list[Talker]) -> None:
    lost = sum((talker.lost for talker in talkers), Counter[str]())
    refused = sum((talker.refused for talker in talkers), Counter[str]())
    print(f"kills {Counter(at.kills)}, lines lost {lost}, refused {refused}")  # noqa: T201  # figures, for whoever asks with -s
