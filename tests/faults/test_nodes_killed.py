"""A node is killed with everybody on it, or in the middle of its goodbye: they come back on the other, and nothing is missing."""

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import pytest

from tests.faults.crowd import make_groups, make_pairs
from tests.faults.ground import NODES, Ground, ground
from tests.faults.hearing import judged
from tests.faults.schedule import SEED, chosen_seed
from tests.faults.talker import Talker
from tests.rig.wait import until

SOCKETS = 200
GROUP = 10
AT_ONCE = 25  # who arrive together
ROUNDS = 8
GOODBYE_S = 3.0  # about as long as a node takes to say it
BACK_S = 120.0  # bounds the wait; the promise is 30 s


class Lines:
    """Everybody says one line after the other, with a pause of `pause_s` at most, until it is over."""

    def __init__(self, pause_s: float) -> None:
        self.is_over = False
        self.said: Counter[str] = Counter()
        self._pause_s = pause_s

    async def words(self, talker: Talker) -> tuple[UUID, str] | None:
        await asyncio.sleep(self._pause_s * random.random())
        if self.is_over:
            return None
        self.said[talker.name] += 1
        return talker.rooms[0], f"{talker.name} {self.said[talker.name]}"


async def _judge(at: Ground, talkers: list[Talker], lines: Lines) -> None:
    """Whoever is connected hears everything, all are back, all that was said is acknowledged, and every screen is complete."""
    assert [] == await judged(at.house, talkers, BACK_S)
    assert lines.said == Counter({talker.name: len(talker.acknowledged) for talker in talkers})


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_a_node_dies_under_many_sockets_and_all_go_on_at_the_other(tmp_path: Path) -> None:
    """kill -9 under two hundred talking sockets: all resume on the other node, none of them told it is too busy (FAULTS 33, a fifth of its sockets)."""
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(ground(tmp_path))
        talkers = await make_groups(at, stack, SOCKETS, GROUP)
        for talker in talkers:
            talker.url = f"http://127.0.0.1:{at.ways[0]}"
            talker.http.base_url = talker.url
        lines, talking = Lines(pause_s=10.0), []
        for start in range(0, SOCKETS, AT_ONCE):
            arriving = talkers[start : start + AT_ONCE]
            talking += [asyncio.create_task(talker.live(lines.words)) for talker in arriving]
            await until(lambda arriving=arriving: all(talker.timelines for talker in arriving), BACK_S, "everybody is there")  # type: ignore[misc]  # as below
        await at.kill(NODES[0])
        await until(lambda: all(talker.lost for talker in talkers), BACK_S, "everybody notices")
        await until(lambda: all(talker.closed is None for talker in talkers), BACK_S, "everybody is back")
        before = lines.said.total()
        await until(lambda: lines.said.total() >= before + GROUP, BACK_S)
        lines.is_over = True
        await asyncio.gather(*talking)
        await _judge(at, talkers, lines)
        assert Counter() == sum((talker.refused for talker in talkers), Counter[str]())


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_a_node_killed_in_the_middle_of_its_goodbye_loses_nothing(tmp_path: Path) -> None:
    """SIGTERM, then kill -9 at a random moment of the goodbye, eight times in turn, while people talk: the same as if it had died at once (FAULTS 35)."""
    seed = chosen_seed()
    print(f"{SEED}={seed}")  # noqa: T201  # shown on failure
    rng = random.Random(seed)
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(ground(tmp_path))
        talkers = await make_pairs(at, stack, GROUP)
        lines = Lines(pause_s=0.1)
        talking = [asyncio.create_task(talker.live(lines.words)) for talker in talkers]
        for part in NODES * (ROUNDS // len(NODES)):
            before = lines.said.total()
            await until(lambda before=before: lines.said.total() >= before + GROUP, BACK_S)  # type: ignore[misc]  # a default is the loop's value
            await at.kill_while_stopping(part, rng.uniform(0.0, GOODBYE_S))
            await at.start(part)
        lines.is_over = True
        await asyncio.gather(*talking)
        assert any(talker.lost for talker in talkers)
        await _judge(at, talkers, lines)
