"""Sends that come at the same time share a commit: what a busy evening costs is then commits, not messages.

While one commit is under way the next wishes gather; when it is done they go together. Nobody waits for company: a lone wish goes at once.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial
from uuid import UUID
from weakref import WeakKeyDictionary

from beside.kit.again import again
from beside.kit.context import Actor, command_on
from beside.kit.errors import BesideError, NoAnswer, Unavailable
from beside.kit.house import House
from beside.kit.lane import Lane
from beside.kit.logs import log
from beside.messages.patience import Patience
from beside.messages.send import Answer, Asked, HeldElsewhere, Kept, Told, Wish, store, tell, wish
from beside.protocol.conversation_snapshots import Accepted
from beside.protocol.shapes import Log

AT_ONCE = 200  # wishes in one commit: larger gains nothing, and all of them wait for it
LANES = 2  # to PostgreSQL: while one waits for its disk, the next wishes are on their way; a third gains nothing, for the node itself is busy then
WAITING = 5_000  # less than a second of work; beyond it people are told that it is busy, and their words stay with them


async def say(house: House, actor: Actor, conversation: UUID, client_id: UUID, body: str, log_name: Log = Log.public) -> Accepted:
    """As `send`, sharing its commit with whoever speaks at this moment. Raises the same, `SlowDown`, and `Unavailable`."""
    answered: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
    ask(house, wish(actor, conversation, client_id, body, log_name), partial(_settle, answered))
    return await answered


def ask(house: House, one: Wish, told: Told) -> None:
    """As `say`, for who does not wait: `told` is given the answer, once, and maybe before this returns. Raises `SlowDown`.

    Only new words count against the limit: neither the same again, nor what is refused.
    """
    over = house.limiter.speak(one.actor.account, one.key)

    def answer(answer: Answer) -> None:
        over(isinstance(answer, Kept) and answer.new)
        told(answer)

    _committer(house).take(Asked(one, answer))


def _settle(answered: asyncio.Future[Accepted], answer: Answer) -> None:
    """Whoever waited may have gone."""
    if answered.done():
        return
    if isinstance(answer, BesideError):
        answered.set_exception(answer)
    else:
        answered.set_result(answer.accepted)


class Committer:
    """One a house. It works while there is something to do. Where a commit is a trip to a server, the next is prepared while one is waited for."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._idle = [house.database.lane() for _ in range(1 if house.database.is_sqlite else LANES)]
        self._waiting: deque[Asked] = deque()
        self._under_way: set[UUID] = set()
        self._patience = Patience(house)
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, asked: Asked) -> None:
        if len(self._waiting) >= WAITING:
            tell(asked, Unavailable("busy", retry_after_ms=1_000))
        elif not self._patience.joins(asked):
            self._waiting.append(asked)
            self._set_to_work()

    def _set_to_work(self) -> None:
        if self._idle:
            task = asyncio.create_task(self._work(self._idle.pop()), name="committer")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self, lane: Lane) -> None:
        try:
            while batch := self._next():
                try:
                    await self._commit(lane, batch)
                finally:
                    self._under_way -= {asked.wish.conversation for asked in batch}
        finally:
            self._idle.append(lane)

    def _next(self) -> list[Asked]:
        """Those that wait longest. What is said where another lane is at work waits for that: two would only wait for each other's lock."""
        batch: list[Asked] = []
        passed: list[Asked] = []
        while self._waiting and len(batch) < AT_ONCE:
            asked = self._waiting.popleft()
            (passed if asked.wish.conversation in self._under_way else batch).append(asked)
        self._waiting.extendleft(reversed(passed))
        self._under_way |= {asked.wish.conversation for asked in batch}
        return batch

    async def _commit(self, lane: Lane, batch: Sequence[Asked]) -> None:
        """All in one transaction. If that breaks for a reason that may be one wish's own, each is tried alone."""
        try:
            answers = await again(lambda: self._store(lane, [asked.wish for asked in batch]))
        except Unavailable as refusal:
            answers = [refusal] * len(batch)
            if isinstance(refusal, NoAnswer):
                self._refuse_all(refusal)
        except Exception as fault:
            log.error("messages.batch_broke", count=len(batch), error=type(fault).__name__, exc_info=fault)
            if len(batch) > 1:
                for asked in batch:
                    await self._commit(lane, [asked])
                return
            answers = [Unavailable(retry_after_ms=2_000)]
        for asked, answer in zip(batch, answers, strict=True):
            if isinstance(answer, HeldElsewhere):
                self._patience.take(asked)
            else:
                tell(asked, answer)

    def _refuse_all(self, refusal: NoAnswer) -> None:
        """Nobody waits in line behind a database that says nothing."""
        while self._waiting:
            tell(self._waiting.popleft(), refusal)

    async def _store(self, lane: Lane, wishes: Sequence[Wish]) -> list[Answer]:
        async with command_on(lane, self._house) as ctx:
            return await store(ctx, wishes, wait=False)


_committers: WeakKeyDictionary[House, Committer] = WeakKeyDictionary()


def _committer(house: House) -> Committer:
    if house not in _committers:
        _committers[house] = Committer(house)
    return _committers[house]
