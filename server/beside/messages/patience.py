"""What is said in a conversation that somebody else holds waits here, apart from everybody who speaks elsewhere.

Ours are held for milliseconds. Where one is held for long, by a repair or a backup by hand, only those in it are told that it takes a moment.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from beside.kit.again import again
from beside.kit.context import command
from beside.kit.errors import BesideError, NoAnswer, Unavailable
from beside.kit.house import House
from beside.messages.send import Answer, Asked, Wish, store, tell

AT_ONCE = 200  # wishes in one commit, as in `together`


class Patience:
    """One task for each conversation that is waited for."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._waiting: dict[UUID, list[Asked]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def joins(self, asked: Asked) -> bool:
        """Whether its conversation is waited for already; then it waits with the others."""
        waiting = self._waiting.get(asked.wish.conversation)
        if waiting is None:
            return False
        waiting.append(asked)
        return True

    def take(self, asked: Asked) -> None:
        """Wait with this one, up to the database's `lock_timeout` (2 s)."""
        if self.joins(asked):
            return
        conversation = asked.wish.conversation
        self._waiting[conversation] = [asked]
        task = asyncio.create_task(self._wait(conversation), name=f"patience-{conversation}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wait(self, conversation: UUID) -> None:
        waiting = self._waiting[conversation]
        try:
            while waiting:
                await self._commit(waiting)
        finally:
            del self._waiting[conversation]
            for asked in waiting:
                tell(asked, Unavailable(retry_after_ms=2_000))

    async def _commit(self, waiting: list[Asked]) -> None:
        batch = waiting[:AT_ONCE]
        try:
            answers = await again(lambda: self._store([asked.wish for asked in batch]))
        except BesideError as refusal:
            batch = list(waiting) if isinstance(refusal, NoAnswer) else batch  # nobody waits in line behind a database that says nothing
            answers = [refusal] * len(batch)
        del waiting[: len(batch)]
        for asked, answer in zip(batch, answers, strict=True):
            tell(asked, answer)

    async def _store(self, wishes: Sequence[Wish]) -> list[Answer]:
        async with command(self._house) as ctx:
            return await store(ctx, wishes)
