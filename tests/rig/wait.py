"""Waiting for something that will happen, never longer than stated, and never for a length of time itself."""

import asyncio
import time
from collections.abc import Callable

LOOK_AGAIN_S = 0.01


def wait_until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Look again and again, `seconds` at most. Raises `TimeoutError` naming `what`."""
    until_then = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until_then:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(LOOK_AGAIN_S)


async def until(true: Callable[[], bool], seconds: float = 5.0, what: str = "it") -> None:
    """The same inside a running loop."""
    until_then = time.monotonic() + seconds
    while not true():  # what is watched is often a list, which has no event
        if time.monotonic() > until_then:
            raise TimeoutError(f"{what}: not within {seconds} s")
        await asyncio.sleep(LOOK_AGAIN_S)
