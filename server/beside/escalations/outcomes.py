"""How attempts went, written down: those that end at the same moment share a transaction, for a rush of calls is a rush of outcomes."""

import asyncio
from collections import deque
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from beside.escalations.access import lock_all
from beside.escalations.climbing import arm, next_of, standings_of
from beside.escalations.paging import Trying
from beside.escalations.tables import ASKING, Attempt, Channel, Page
from beside.escalations.telling import tell
from beside.escalations.transports.carry import Outcome
from beside.kit.context import Context, command
from beside.kit.house import House
from beside.kit.logs import log

AT_ONCE = 10  # in one transaction: each holds its escalation for as long as that takes
WRITERS = 2  # transactions at once: while one waits for the disk, the next is prepared

Ended = tuple[Trying, Outcome]


class Outcomes:
    """One a process. Whoever's row somebody holds waits for it alone, and so does everybody where a transaction broke."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._waiting: deque[tuple[Ended, asyncio.Future[None]]] = deque()
        self._writers: set[asyncio.Task[None]] = set()
        self._alone = asyncio.Semaphore(WRITERS)

    async def write_down(self, trying: Trying, outcome: Outcome) -> None:
        """Returns when it is stored. Raises as a command does."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(((trying, outcome), written))
        if len(self._writers) < WRITERS:
            writer = asyncio.create_task(self._write(), name="outcomes")
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        try:
            await written
        except Exception:
            async with self._alone:
                await write_down(self._house, (trying, outcome))

    async def _write(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            try:
                left = await write_down(self._house, *(ended for ended, _ in batch), wait=False)
            except Exception as broken:
                log.info("escalation.outcomes_apart", count=len(batch), error=type(broken).__name__)
                left = [ended for ended, _ in batch]
            for ended, written in batch:
                if written.done():
                    continue
                if ended in left:
                    written.set_exception(_Alone())
                else:
                    written.set_result(None)


class _Alone(Exception):
    """Not with the others."""


async def write_down(house: House, *ended: Ended, wait: bool = True) -> list[Ended]:
    """What became of these attempts, in one transaction. Without `wait`, those whose escalation somebody holds are not written, and returned."""
    async with command(house) as ctx:
        held = {each.id: each for each in await lock_all(ctx, sorted({trying.escalation for trying, _ in ended}), wait=wait)}
        left = [] if wait else [each for each in ended if each[0].escalation not in held]
        done = [each for each in ended if each not in left]
        rows = select(Attempt, Page).join(Page, col(Page.id) == col(Attempt.page_id)).where(col(Attempt.id).in_([trying.attempt for trying, _ in done]))
        found = {attempt.id: (attempt, page) for attempt, page in await ctx.db.exec(rows)}
        news = {trying.escalation for trying, outcome in done if await _note(ctx, *found[trying.attempt], trying, outcome)}
        standing = [each for each in held.values() if each.closed_at is None]
        for escalation, where in zip(standing, await standings_of(ctx, standing), strict=True):
            arm(ctx, escalation, await next_of(ctx, escalation, where))
            if escalation.id in news:
                tell(ctx, escalation)
    for trying, outcome in done:
        _say(trying, outcome)
    return left


async def _note(ctx: Context, attempt: Attempt, page: Page, trying: Trying, outcome: Outcome) -> bool:
    """Whether this is the first that was taken in, of a page that asks somebody."""
    attempt.ended_at, attempt.status, attempt.milliseconds, attempt.reason = ctx.now, outcome.status, outcome.milliseconds, outcome.reason
    page.leased_until = None
    page.not_before = ctx.now + outcome.wait if outcome.wait else None
    first = outcome.reason is None and page.delivered_at is None
    if first:
        page.delivered_at = ctx.now
    if outcome.reason == "gone" or trying.was_gone:
        await note_outcome(ctx, trying.channel, outcome)
    return first and page.kind in ASKING


def _say(trying: Trying, outcome: Outcome) -> None:
    say = log.info if outcome.reason is None else log.warning
    say(
        "escalation.attempted",
        escalation=str(trying.escalation),
        rung=trying.rung,
        kind=trying.kind,
        status=outcome.status,
        milliseconds=outcome.milliseconds,
        problem=outcome.reason,
    )
    if outcome.reason == "gone":  # the receiver says it will never take this again: somebody must look, and meanwhile we go on trying
        log.error("escalation.channel_gone", escalation=str(trying.escalation), channel=str(trying.channel), rung=trying.rung)


async def note_outcome(ctx: Context, channel: UUID, outcome: Outcome) -> None:
    """Its address says that it is gone, or takes something in again: the coordinator's page shows it. The channel is used all the same."""
    if outcome.reason == "gone":
        changed = update(Channel).where(col(Channel.id) == channel, col(Channel.gone_at).is_(None)).values(gone_at=ctx.now)
    elif outcome.reason is None:
        changed = update(Channel).where(col(Channel.id) == channel, col(Channel.gone_at).is_not(None)).values(gone_at=None)
    else:
        return
    await ctx.db.exec(changed)
