"""End tasks that work with a database or a bus: a cancellation that comes in the middle of a trip can be lost there.

What breaks while they are cancelled, such as the connection, takes the place of the cancellation. A loop that goes on after whatever went wrong, as ours do,
then goes on after that too, and whoever waits for its end would wait for ever.
"""

import asyncio

AGAIN_S = 1.0  # a cancelled trip has ended by then


async def end(*tasks: asyncio.Task[None]) -> None:
    """Cancel until they have ended. What they end with is nobody's business."""
    while left := [task for task in tasks if not task.done()]:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=AGAIN_S)
    await asyncio.gather(*tasks, return_exceptions=True)
