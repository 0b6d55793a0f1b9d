"""Facts that are forgotten by themselves, kept in this process: the whole store of a small house, and what a large one falls back on."""

import time
from collections.abc import Callable, Sequence

SWEEP_AT = 1_000  # keys: beyond that, those whose every field has run out are let go


class MemoryEphemeral:
    """An `Ephemeral` (`kit.house`). `now` gives seconds and only ever goes up."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._facts: dict[str, dict[str, tuple[float, str]]] = {}
        self._sweep_at = SWEEP_AT

    async def put(self, key: str, field: str, value: str, seconds: float) -> bool:
        facts, now = self._facts.setdefault(key, {}), self._now()
        fresh = facts.get(field, (now, ""))[0] <= now
        facts[field] = (now + seconds, value)
        if len(self._facts) > self._sweep_at:
            for each in list(self._facts):
                self._fresh(each)
            self._sweep_at = max(SWEEP_AT, 2 * len(self._facts))  # so that sweeping stays rare however many are here
        return fresh

    async def renew(self, facts: Sequence[tuple[str, str]], seconds: float, value: str = "") -> None:
        for key, field in facts:
            await self.put(key, field, value, seconds)

    async def drop(self, key: str, field: str) -> None:
        self._facts.get(key, {}).pop(field, None)

    async def all(self, key: str) -> dict[str, str]:
        return {field: value for field, (_, value) in self._fresh(key).items()}

    @property
    def well(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing is held open."""

    def _fresh(self, key: str) -> dict[str, tuple[float, str]]:
        now = self._now()
        fresh = {field: fact for field, fact in self._facts.get(key, {}).items() if fact[0] > now}
        if fresh:
            self._facts[key] = fresh
        else:
            self._facts.pop(key, None)
        return fresh
