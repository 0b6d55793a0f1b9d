"""A loop that loses a cancellation ends all the same."""

import asyncio

import pytest

from beside.kit import ending
from beside.kit.ending import end, one_ends


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


async def test_who_waits_for_an_end_and_is_cancelled_ends_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cancellation is passed on, and not before what it waited for has ended."""
    monkeypatch.setattr(ending, "AGAIN_S", 60.0)  # it is not this that ends it
    stubborn = Stubborn(2)
    task = asyncio.create_task(stubborn.run())
    await asyncio.sleep(0)
    waiting = asyncio.create_task(end(task))
    for _ in range(2):
        await asyncio.sleep(0)
        waiting.cancel()
    await asyncio.wait([waiting], timeout=10.0)
    assert (True, True, 3) == (waiting.cancelled(), task.done(), stubborn.cancelled)


@pytest.mark.parametrize("loses", [0, 2])
async def test_when_one_part_ends_none_goes_on(monkeypatch: pytest.MonkeyPatch, loses: int) -> None:
    """What it ended with is raised, once the others have ended too: one that loses cancellations does not go on by itself."""
    monkeypatch.setattr(ending, "AGAIN_S", 0.01)
    stubborn = Stubborn(loses)

    async def breaks() -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    async with asyncio.timeout(10.0):
        with pytest.raises(ZeroDivisionError):
            await one_ends(stubborn.run(), breaks())
    assert loses + 1 == stubborn.cancelled


async def test_a_part_that_ends_cancelled_by_itself_is_an_end_like_any_other() -> None:
    """What runs it goes on, and may begin anew."""

    async def gives_up() -> None:
        raise asyncio.CancelledError

    async with asyncio.timeout(10.0):
        await one_ends(Stubborn(0).run(), gives_up())
    this = asyncio.current_task()
    assert this
    assert not this.cancelling()


async def test_parts_that_are_cancelled_as_a_whole_have_ended_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many cancellations each of them loses: one is enough from outside."""
    monkeypatch.setattr(ending, "AGAIN_S", 0.01)
    parts = [Stubborn(1), Stubborn(3)]
    whole = asyncio.create_task(one_ends(*(part.run() for part in parts)))
    await asyncio.sleep(0.01)
    whole.cancel()
    await asyncio.wait([whole], timeout=10.0)
    assert (True, [2, 4]) == (whole.cancelled(), [part.cancelled for part in parts])
