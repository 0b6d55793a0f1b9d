"""What each node holds while it lives: memory and open files at its start and its end, and how they grow between."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from itertools import accumulate

from tests.bench.usage import resident_bytes
from tests.faults.ground import Ground
from tests.rig.kernel import open_files

LOOK_S = 2.0
WARM_S = 15.0  # of each life are not looked at: a program that is loading grows, and leaks nothing
TELLING_S = 240.0  # a life shorter than this is still filling caches and pools
GROWS_MIB_A_MINUTE = 1.0  # a leak worth the name: a gigabyte and a half a day
MIB = 1024 * 1024


@dataclass(slots=True)
class Life:
    """From one start of a node to its end: (second, bytes, files), as often as somebody looked."""

    name: str
    seen: list[tuple[float, int, int]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return self.seen[-1][0] - self.seen[0][0]

    @property
    def mib_a_minute(self) -> float:
        """How it grows with time alone: the plane of least squares through (minutes, most files open so far, MiB). What so many sockets took once is kept
        for the next who come, and is no leak."""
        most = accumulate((float(files) for _, _, files in self.seen), max)
        minutes, files = _about_mean([at / 60 for at, _, _ in self.seen]), _about_mean(list(most))
        sizes = _about_mean([size / MIB for _, size, _ in self.seen])
        tt, ff, tf = _product(minutes, minutes), _product(files, files), _product(minutes, files)
        apart = tt * ff - tf * tf
        if apart > 1e-9 * max(tt * ff, 1.0):
            return (_product(minutes, sizes) * ff - _product(files, sizes) * tf) / apart
        return _product(minutes, sizes) / tt if tt and not ff else 0.0

    def __str__(self) -> str:
        (began, first, files), (ended, last, files_left) = self.seen[0], self.seen[-1]
        return (
            f"{self.name} for {ended - began:.0f} s of a life: {first / MIB:.1f} MiB at the start, {last / MIB:.1f} at the end, "
            f"{self.mib_a_minute:+.2f} a minute; {files} files open, then {files_left}"
        )


class Lives:
    """`watch` until cancelled; a node that was started again begins a new life, which counts once it is warm."""

    def __init__(self, at: Ground) -> None:
        self._at = at
        self._by_pid: dict[int, Life] = {}
        self._began: dict[int, float] = {}

    async def watch(self) -> None:
        while True:
            for name, node in self._at.nodes.items():
                with contextlib.suppress(OSError, IndexError, ValueError):  # it is being killed just now
                    pid = node.child.pid
                    look = (time.monotonic(), resident_bytes(pid), open_files(pid))
                    if look[0] - self._began.setdefault(pid, look[0]) >= WARM_S:
                        self._by_pid.setdefault(pid, Life(name)).seen.append(look)
            await asyncio.sleep(LOOK_S)

    def complaints(self) -> list[str]:
        """Lives that were long enough to tell, and grew all the while."""
        return [f"it grows: {life}" for life in self._by_pid.values() if life.seconds >= TELLING_S and life.mib_a_minute > GROWS_MIB_A_MINUTE]

    def figures(self) -> list[str]:
        return [str(life) for life in self._by_pid.values()]


def _about_mean(values: list[float]) -> list[float]:
    mean = sum(values) / len(values)
    return [value - mean for value in values]


def _product(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
