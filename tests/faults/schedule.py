"""What goes wrong, and when: drawn from a seed, so that a run can be read, and repeated with BESIDE_FAULT_SEED."""

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tests.faults.ground import NODES, PARTS

SEED = "BESIDE_FAULT_SEED"
STOPPING = 0.4  # of the kills of nodes: as many as are asked kindly first


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
    """When the one before is over and `from_send` messages were sent, then so long after, this happens to that part and lasts so long. A stopping
    process is killed when it is over."""

    part: str
    what: What
    after_s: float
    lasts_s: float
    from_send: int = 0

    def __str__(self) -> str:
        return f"{self.from_send or ''}+{self.after_s:.2f} s {self.part}: {self.what} ({self.lasts_s:.2f} s)"


def chosen_seed() -> int:
    """The one that is asked for, or a new one."""
    return int(os.environ.get(SEED) or random.SystemRandom().randrange(2**32))


def kills(seed: int, counts: Mapping[str, int], sends: int) -> dict[str, list[Blow]]:
    """A list for each lane, to be gone through side by side, each spread over so many sends. The nodes share one and take turns: one is always there."""
    rng = random.Random(seed)
    lanes: dict[str, list[Blow]] = {}
    for lane, count in counts.items():
        parts = NODES if lane == "nodes" else (lane,)
        lanes[lane] = [_kill(rng, parts[n % len(parts)], int((n + rng.random()) * sends / count)) for n in range(count)]
    return lanes


def trouble(seed: int, seconds: float, every_s: float) -> list[Blow]:
    """One after the other for so long: half of them end something, half are the network's, before a node, Redis or PostgreSQL."""
    rng = random.Random(seed)
    return [
        Blow(*(_ending(rng) if rng.random() < 0.5 else _bad_network(rng)), after_s=every_s * rng.uniform(0.4, 0.7), lasts_s=every_s * rng.uniform(0.05, 0.3))
        for _ in range(int(seconds / every_s))
    ]


def _ending(rng: random.Random) -> tuple[str, What]:
    part = rng.choice(PARTS)
    return part, What.stop if part in NODES and rng.random() < STOPPING else What.kill


def _bad_network(rng: random.Random) -> tuple[str, What]:
    return rng.choice([part for part in PARTS if part != "worker"]), rng.choice([what for what in What if what not in (What.kill, What.stop)])


def _kill(rng: random.Random, part: str, from_send: int) -> Blow:
    stopping = part in NODES and rng.random() < STOPPING
    return Blow(part, What.stop if stopping else What.kill, rng.uniform(0.0, 0.2), rng.uniform(0.0, 0.3), from_send)
