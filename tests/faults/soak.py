"""Faults at random under a small steady load, for as long as one likes: `python -m tests.faults.soak --minutes 60`."""

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from tests.bench.place import allow_many_files
from tests.faults.crowd import make_groups
from tests.faults.ground import Ground, alongside, ground
from tests.faults.hearing import judged
from tests.faults.kill_storm import kill_storm
from tests.faults.leftovers import files_of, leftovers
from tests.faults.lives import Lives
from tests.faults.schedule import SEED, chosen_seed, trouble
from tests.faults.storm import in_turn
from tests.faults.talker import Talker

GROUP = 10  # people in each group
CALM_S = 180.0  # bounds the wait for the last answer, and then for the last to come back
AT_ONCE = 20  # who arrive together


@dataclass(frozen=True, slots=True)
class Soak:
    """What is asked for. The row of FAULTS is an hour, 500 clients, 5 messages a second, a fault every 30 s."""

    minutes: float = 60.0
    clients: int = 500
    per_second: float = 5.0
    every_s: float = 30.0
    seed: int = 0


class Pace:
    """Messages come at an even pace, each from somebody picked at random; who is still waiting for an answer keeps theirs for later."""

    def __init__(self, talkers: list[Talker], rng: random.Random) -> None:
        self._rng = rng
        self._waiting: dict[str, asyncio.Queue[tuple[UUID, str] | None]] = {talker.name: asyncio.Queue() for talker in talkers}
        self._talkers = talkers
        self.said = 0

    async def words(self, talker: Talker) -> tuple[UUID, str] | None:
        return await self._waiting[talker.name].get()

    async def go(self, per_second: float) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._rng.expovariate(per_second))
            talker = self._rng.choice(self._talkers)
            self.said += 1
            self._waiting[talker.name].put_nowait((talker.rooms[0], f"{talker.name} says line {self.said}"))

    def end(self) -> None:
        for waiting in self._waiting.values():
            waiting.put_nowait(None)


async def soak(wish: Soak, folder: Path) -> tuple[list[str], list[str]]:
    """What the oracle has to complain about, and the figures."""
    blows = trouble(wish.seed, wish.minutes * 60, wish.every_s)
    print(f"{SEED}={wish.seed}", *blows, sep="\n")  # noqa: T201  # pytest shows it on failure
    allow_many_files()
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(ground(folder, proxied=True))
        files = files_of(at)
        talkers = await make_groups(at, stack, wish.clients, GROUP)
        await _arrive(talkers)
        pace, lives = Pace(talkers, random.Random(wish.seed)), Lives(at)
        talking = [asyncio.create_task(talker.live(pace.words)) for talker in talkers]
        began = time.monotonic()
        with alongside(pace.go(wish.per_second)), alongside(lives.watch()):
            await in_turn(at, blows)
            await asyncio.sleep(max(0.0, began + wish.minutes * 60 - time.monotonic()))
        pace.end()
        async with asyncio.timeout(CALM_S):
            await asyncio.gather(*talking)
        found = await judged(at.house, talkers, CALM_S)
        acknowledged = sum(len(talker.acknowledged) for talker in talkers)
        if acknowledged != pace.said:
            found.append(f"{pace.said} said, {acknowledged} acknowledged")
        figures = [_load(at, talkers, acknowledged, len(blows)), *lives.figures()]
        for talker in talkers:
            await talker.__aexit__()
        left, kept = await leftovers(at, files)
        return [*found, *lives.complaints(), *left], figures + kept


async def _arrive(talkers: list[Talker]) -> None:
    for start in range(0, len(talkers), AT_ONCE):
        await asyncio.gather(*(talker.until_back() for talker in talkers[start : start + AT_ONCE]))


def _load(at: Ground, talkers: list[Talker], acknowledged: int, blows: int) -> str:
    lost, refused = sum(talker.lost.total() for talker in talkers), sum((talker.refused for talker in talkers), Counter[str]())
    load = f"{acknowledged} sends acknowledged by {len(talkers)} clients; {blows} faults, {len(at.kills)} of them kills"
    return f"{load}; {lost} lines lost; refused {dict(refused)}"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=60.0)
    asked.add_argument("--clients", type=int, default=500)
    asked.add_argument("--per-second", type=float, default=5.0)
    asked.add_argument("--every", type=float, default=30.0, help="seconds from one fault to the next")
    asked.add_argument("--seed", type=int, default=chosen_seed())
    asked.add_argument("--sends", type=int, help="instead of minutes: so many messages, with `--kills` meanwhile (FAULTS 46: a million and a thousand)")
    asked.add_argument("--kills", type=int, default=200)
    wish = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="beside-soak-") as folder:
        if wish.sends:
            running = kill_storm(wish.sends, wish.kills, wish.seed, Path(folder))
        else:
            running = soak(Soak(wish.minutes, wish.clients, wish.per_second, wish.every, wish.seed), Path(folder))
        found, figures = asyncio.run(running)
    print(*figures, *(found or ["the oracle is content"]), sep="\n")  # noqa: T201  # a command prints
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
