"""A loop that loses a cancellation ends all the same."""

import asyncio

import pytest

from beside.kit import ending
from beside.kit.ending import end


class Stubborn:
    """Goes on after whatever breaks; its first cancellations are turned into something that broke."""

    def __init__(self, loses: int) -> None:
        self.cancelled, self._loses = 0, loses

    async def run(self) -> None:
        while True:
            try:
                await self._trip()
            except Exception:  # as the rounds of a node do
                continue

    async def _trip(self) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            if self.cancelled <= self._loses:
                raise ConnectionError("the connection was closed") from None
            raise


@pytest.mark.parametrize("loses", [0, 1, 3])
async def test_a_lost_cancellation_is_made_again(monkeypatch: pytest.MonkeyPatch, loses: int) -> None:
    """However often what breaks takes its place, the task has ended when `end` returns, and no sooner is it waited for no longer."""
    monkeypatch.setattr(ending, "AGAIN_S", 0.01)
    stubborn = Stubborn(loses)
    task = asyncio.create_task(stubborn.run())
    await asyncio.sleep(0)
    async with asyncio.timeout(10.0):
        await end(task)
    assert (True, loses + 1) == (task.done(), stubborn.cancelled)


async def test_what_has_ended_by_itself_is_well() -> None:
    """One that is done, and one that broke, are nothing to wait for."""

    async def breaks() -> None:
        raise ZeroDivisionError

    done, broke = asyncio.create_task(asyncio.sleep(0)), asyncio.create_task(breaks())
    await asyncio.wait([done, broke])
    async with asyncio.timeout(10.0):
        await end(done, broke)
    assert [True, True] == [done.done(), broke.done()]
