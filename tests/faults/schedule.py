"""What goes wrong, and when: drawn from a seed, so that a run can be read, and repeated with BESIDE_FAULT_SEED."""

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tests.faults.ground import NODES, PARTS

SEED = "BESIDE_FAULT_SEED"


class What(StrEnum):
    """`kill` and `stop` end a process; the rest is the network before it."""

    kill = "kill -9"
    stop = "SIGTERM, then kill -9"
    latency = "latency"
    cut = "cut"
    reset = "reset"
    black_hole = "black hole"
    half_open = "half-open"
    slow_read = "slow read"
    bandwidth = "bandwidth"


@dataclass(frozen=True, slots=True)
class Blow:
    """So long after the last one was over, this happens to that part and lasts so long. A stopping process is killed when it is over."""

    part: str
    what: What
    after_s: float
    lasts_s: float

    def __str__(self) -> str:
        return f"+{self.after_s:.2f} s {self.part}: {self.what} ({self.lasts_s:.2f} s)"


def chosen_seed() -> int:
    """The one that is asked for, or a new one."""
    return int(os.environ.get(SEED) or random.SystemRandom().randrange(2**32))


def kills(seed: int, counts: Mapping[str, int], up_s: Mapping[str, float]) -> dict[str, list[Blow]]:
    """A list for each lane, to be gone through side by side. The nodes share one and take turns: one of them is always there. `up_s`: how long all
    of a lane are up between two kills, on average."""
    rng = random.Random(seed)
    return {lane: [_kill(rng, NODES[n % 2] if lane == "nodes" else lane, up_s[lane]) for n in range(count)] for lane, count in counts.items()}


def trouble(seed: int, seconds: float, every_s: float) -> list[Blow]:
    """One after the other, of every kind, to every part, for so long."""
    rng = random.Random(seed)
    left, blows = seconds, []
    while left > every_s:
        part, what = rng.choice(PARTS), rng.choice(list(What))
        if part == "worker" or (what is What.stop and part not in NODES):
            what = What.kill
        blow = Blow(part, what, every_s * rng.uniform(0.4, 0.7), every_s * rng.uniform(0.05, 0.3))
        left -= every_s
        blows.append(blow)
    return blows


def _kill(rng: random.Random, part: str, up_s: float) -> Blow:
    stopping = part in NODES and rng.random() < 0.4
    return Blow(part, What.stop if stopping else What.kill, rng.uniform(0.0, 2 * up_s), rng.uniform(0.0, 0.3))
