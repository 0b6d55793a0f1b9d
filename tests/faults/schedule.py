"""What goes wrong, and when: drawn from a seed, so that a run can be read, and repeated with BESIDE_FAULT_SEED."""

import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from tests.faults.ground import NODES, PARTS

SEED = "BESIDE_FAULT_SEED"
STOPPING = 0.4  # of the kills of nodes: as many as are asked kindly first


class What(StrEnum):
    """`kill` and `stop` end a process; the rest is the network before it."""

    kill = "kill -9"
    stop = "SIGTERM, then kill -9"
    down = "down"
    latency = "latency"
    cut = "cut"
    reset = "reset"
    black_hole = "black hole"
    half_open = "half-open"
    slow_read = "slow read"
    bandwidth = "bandwidth"


T = TypeVar("T")


class Deck(Generic[T]):
    """Cards are dealt in an order drawn from `rng`; each comes once before any comes again."""

    def __init__(self, cards: Sequence[T], rng: random.Random) -> None:
        self._cards, self._rng = cards, rng
        self._left: list[T] = []

    def deal(self) -> T:
        self._left = self._left or self._rng.sample(self._cards, len(self._cards))
        return self._left.pop()


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
    """One after the other for so long: every kind as often as any other, and each kind to every part that it can befall, as evenly as the number allows."""
    rng = random.Random(seed)
    kinds, parts = Deck(list(What), rng), {what: Deck(befalls(what), rng) for what in What}
    blows = []
    for _ in range(int(seconds / every_s)):
        what = kinds.deal()
        blows.append(Blow(parts[what].deal(), what, after_s=every_s * rng.uniform(0.4, 0.7), lasts_s=every_s * rng.uniform(0.05, 0.3)))
    return blows


def befalls(what: What) -> tuple[str, ...]:
    """The parts that it can happen to: the network is one before nodes, Redis and PostgreSQL; nobody connects to a worker."""
    if what is What.stop:
        return NODES
    return PARTS if what is What.kill else tuple(part for part in PARTS if part != "worker")


def _kill(rng: random.Random, part: str, from_send: int) -> Blow:
    stopping = part in NODES and rng.random() < STOPPING
    return Blow(part, What.stop if stopping else What.kill, rng.uniform(0.0, 0.2), rng.uniform(0.0, 0.3), from_send)
