"""So many messages, and so many kills meanwhile of nodes, Redis, PostgreSQL and the worker: everything that was acknowledged is there, once, in order."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

from sqlmodel import col, func, select

from beside.conversations.tables import Event
from beside.kit.context import query
from beside.kit.house import House
from tests.faults.crowd import make_pairs
from tests.faults.ground import Ground, ground
from tests.faults.hearing import judged
from tests.faults.schedule import SEED, kills
from tests.faults.storm import side_by_side
from tests.faults.talker import Talker

SHARE = {"nodes": 0.1, "worker": 0.05, "postgres": 0.3, "redis": 0.6}  # by what it costs to be there again; a twentieth may find nobody alive
PAIRS = 100  # each of the two has one message in flight
CALM_S = 120.0  # bounds the wait for the last to come back


class Goal:
    """So many messages together, and no end before the storm's; everybody says theirs by number, so that order can be read from the words."""

    def __init__(self, sends: int) -> None:
        self.storm_is_over = False
        self.said: Counter[str] = Counter()
        self._sends = sends

    async def words(self, talker: Talker) -> tuple[UUID, str] | None:
        if self.storm_is_over and self.said.total() >= self._sends:
            return None
        self.said[talker.name] += 1
        return talker.rooms[0], f"{talker.name} {self.said[talker.name]}"


async def kill_storm(sends: int, wanted: int, seed: int, folder: Path) -> tuple[list[str], list[str]]:
    """What there is to complain about, and the figures."""
    lanes = kills(seed, {part: round(wanted * share) for part, share in SHARE.items()}, sends)
    print(f"{SEED}={seed}", *(f"{part}: {'; '.join(map(str, blows))}" for part, blows in lanes.items()), sep="\n")  # noqa: T201  # shown on failure
    goal = Goal(sends)
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(ground(folder))
        talkers = await make_pairs(at, stack, PAIRS)
        talking = [asyncio.create_task(talker.live(goal.words)) for talker in talkers]
        await side_by_side(at, lanes, goal.said.total)
        goal.storm_is_over = True
        await asyncio.gather(*talking)
        found = await judged(at.house, talkers, CALM_S)
        found += [what for talker in talkers for what in _in_order(talker, goal.said[talker.name])]
        if (stored := await _stored(at.house)) != goal.said.total():
            found.append(f"{goal.said.total()} said, {stored} stored")
        if len(at.kills) < wanted:
            found.append(f"{len(at.kills)} kills and not {wanted}")
        return found, [_figures(at, talkers, goal.said.total())]


def _in_order(talker: Talker, said: int) -> list[str]:
    if [each.body for each in talker.acknowledged] != [f"{talker.name} {n}" for n in range(1, said + 1)]:
        return [f"{talker.name}: not everything was acknowledged, once each, as it was said"]
    if [each.seq for each in talker.acknowledged] != sorted(each.seq or 0 for each in talker.acknowledged):
        return [f"{talker.name}: stored in another order than said"]
    return []


async def _stored(house: House) -> int:
    async with query(house) as ctx:
        return (await ctx.db.exec(select(func.count()).where(col(Event.kind) == "message.posted"))).one()


def _figures(at: Ground, talkers: list[Talker], said: int) -> str:
    lost = sum((talker.lost for talker in talkers), Counter[str]())
    refused = sum((talker.refused for talker in talkers), Counter[str]())
    return f"{said} sends acknowledged under {len(at.kills)} kills {dict(Counter(at.kills))}; lines lost {dict(lost)}, refused {dict(refused)}"
