"""End tasks that work with a database or a bus: a cancellation that comes in the middle of a trip can be lost there.

What breaks while they are cancelled, such as the connection, takes the place of the cancellation. A loop that goes on after whatever went wrong, as ours do,
then goes on after that too, and whoever waits for its end would wait for ever. And redis-py writes within `asyncio.wait_for`, which in Python 3.11 loses one
that comes in the turn in which the write is done. So nothing here is cancelled only once, as a `TaskGroup` would.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

AGAIN_S = 1.0  # a cancelled trip has ended by then


async def end(*tasks: asyncio.Task[None]) -> None:
    """Cancel until they have ended. What they end with is nobody's business. Whoever waits here may be cancelled too: that is done when they have ended."""
    cancelled: asyncio.CancelledError | None = None
    while left := [task for task in tasks if not task.done()]:
        for task in left:
            task.cancel()
        try:
            await asyncio.wait(left, timeout=AGAIN_S)
        except asyncio.CancelledError as asked:
            cancelled = asked
    await asyncio.gather(*tasks, return_exceptions=True)
    if cancelled:
        raise cancelled


async def one_ends(*parts: Coroutine[Any, Any, None]) -> None:
    """Run these until one of them ends, and then none. Raises what it ended with, unless that was a cancellation of its own."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end(*tasks)
    for task in done:
        if not task.cancelled():
            task.result()
