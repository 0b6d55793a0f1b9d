"""The same once more, where two commands stood in each other's way: the database ended one of them, which has stored nothing (FAULTS 50)."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from beside.kit.errors import Crossed, Unavailable
from beside.kit.logs import log

T = TypeVar("T")

RETRIES = 3  # two that meet again after so many tries at random moments do not meet by chance
APART_S = 0.02  # up to so long, so that they do not meet in step


async def again(work: Callable[[], Awaitable[T]]) -> T:
    """What `work` gives, tried anew after a `Crossed`. Each try must be one transaction of its own. Raises `Unavailable` after the last."""
    for tries in range(RETRIES + 1):
        try:
            return await work()
        except Crossed as crossed:
            log.info("command.crossed", attempts=tries + 1, problem=str(crossed))
            await asyncio.sleep(random.uniform(0, APART_S))  # noqa: S311  # not a secret
    raise Unavailable("busy", retry_after_ms=1_000)
