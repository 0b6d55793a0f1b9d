"""Sends that come at the same time share a commit: what a busy evening costs is then commits, not messages.

While one commit is under way the next wishes gather; when it is done they go together. Nobody waits for company: a lone wish goes at once.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from uuid import UUID
from weakref import WeakKeyDictionary

from beside.kit.again import again
from beside.kit.context import Actor, command_on
from beside.kit.errors import BesideError, Unavailable
from beside.kit.house import House
from beside.kit.logs import log
from beside.messages.send import Answer, Kept, Wish, store, wish
from beside.protocol.shapes import Log
from beside.protocol.snapshots import Accepted

AT_ONCE = 200  # wishes in one commit: larger gains nothing, and all of them wait for it
WAITING = 5_000  # about a second of work; beyond it people are told that it is busy, and their words stay with them


async def say(house: House, actor: Actor, conversation: UUID, client_id: UUID, body: str, log_name: Log = Log.public) -> Accepted:
    """As `send`, sharing its commit with whoever speaks at this moment. Raises the same, `SlowDown`, and `Unavailable`.

    Only new words count against the limit: neither the same again, nor what is refused.
    """
    one = wish(actor, conversation, client_id, body, log_name)
    with house.limiter.speaking(str(actor.account)) as said_nothing:
        kept = await _committer(house).take(one)
        if not kept.new:
            said_nothing()
    return kept.accepted


class Committer:
    """One a house. It works while there is something to do, and is gone while there is not."""

    def __init__(self, house: House) -> None:
        self._house, self._lane = house, house.database.lane()
        self._waiting: deque[tuple[Wish, asyncio.Future[Kept]]] = deque()
        self._working: asyncio.Task[None] | None = None

    async def take(self, one: Wish) -> Kept:
        if len(self._waiting) >= WAITING:
            raise Unavailable("busy", retry_after_ms=1_000)
        answered: asyncio.Future[Kept] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, answered))
        if self._working is None:
            self._working = asyncio.create_task(self._work(), name="committer")
        return await answered

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
                await self._commit(batch)
        finally:
            self._working = None

    async def _commit(self, batch: Sequence[tuple[Wish, asyncio.Future[Kept]]]) -> None:
        """All in one transaction. If that breaks for a reason that may be one wish's own, each is tried alone."""
        try:
            answers = await again(lambda: self._store([one for one, _ in batch]))
        except Unavailable as refusal:
            answers = [refusal] * len(batch)
        except Exception as fault:
            log.error("messages.batch_broke", count=len(batch), error=type(fault).__name__, exc_info=fault)
            if len(batch) > 1:
                for pair in batch:
                    await self._commit([pair])
                return
            answers = [Unavailable(retry_after_ms=2_000)]
        for (_, answered), answer in zip(batch, answers, strict=True):
            _tell(answered, answer)

    async def _store(self, wishes: Sequence[Wish]) -> list[Answer]:
        async with command_on(self._lane, self._house) as ctx:
            return await store(ctx, wishes)


def _tell(answered: asyncio.Future[Kept], answer: Answer) -> None:
    if answered.done():  # whoever asked has gone; what was committed stays, and a retry finds it
        return
    if isinstance(answer, BesideError):
        answered.set_exception(answer)
    else:
        answered.set_result(answer)


_committers: WeakKeyDictionary[House, Committer] = WeakKeyDictionary()


def _committer(house: House) -> Committer:
    if house not in _committers:
        _committers[house] = Committer(house)
    return _committers[house]
