"""The alarm proves every minute that it works: a row, claimed and carried as a page is, to a receiver of the operator's. Only when it was taken in, a
switch outside is told; where it hears nothing for five minutes, it calls the operator by itself.

It is about no hub and no person, and stands in no figure.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import delete, func, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from beside.escalations.deliver import TIMEOUTS, Outbound
from beside.escalations.ladder import TIMERS
from beside.escalations.transports.carry import Outcome, carry
from beside.escalations.transports.shapes import Post
from beside.escalations.watch_tables import Heartbeat
from beside.kit.context import Context, command
from beside.kit.house import House
from beside.kit.logs import log
from beside.kit.metrics import ALARMS
from beside.kit.webhooks import sign

EVERY = timedelta(minutes=1)
AGAIN = timedelta(seconds=20)  # three tries in a minute; then the next minute's is due
PATIENCE = timedelta(minutes=3)  # less than the five after which the switch outside calls
KEPT = timedelta(days=1)
LOOK_S = 2.0  # a worker asks no more often whether a heartbeat is due
PING_AGAIN_S = (1.0, 5.0)


@dataclass(frozen=True, slots=True)
class Heart:
    """What the operator set: where heartbeats go, what signs them, and the switch that is told afterwards."""

    url: str
    secret: str = field(repr=False)
    deadman: str | None = None


class Beating(msgspec.Struct, frozen=True):
    """The whole body: no escalation, no hub. `minute` counts from 1970."""

    type: str
    timestamp: datetime
    data: dict[str, int]


async def is_missed(ctx: Context) -> bool:
    """Whether heartbeats are made, and none was taken in lately."""
    lately = select(func.min(Heartbeat.began_at), func.max(Heartbeat.delivered_at)).where(col(Heartbeat.began_at) > ctx.now - 3 * PATIENCE)
    found: tuple[datetime | None, datetime | None] = (await ctx.db.exec(lately)).one()
    began, delivered = found
    return began is not None and began < ctx.now - PATIENCE and (delivered is None or delivered < ctx.now - PATIENCE)


class Pulse:
    """One worker's part in it; of several, one makes and sends each minute's."""

    def __init__(self, house: House, outbound: Outbound, heart: Heart) -> None:
        self._house, self._outbound, self._heart = house, outbound, heart
        self._made = 0
        self._look_at = 0.0

    async def claim(self) -> int | None:
        """The minute whose heartbeat this worker is to send now."""
        if (now := asyncio.get_running_loop().time()) < self._look_at:
            return None
        self._look_at = now + LOOK_S
        minute = int(self._house.clock.now().timestamp() // EVERY.total_seconds())
        async with command(self._house) as ctx:
            if minute != self._made:
                dialect = sqlite if self._house.database.is_sqlite else postgresql
                row = {"minute": minute, "began_at": ctx.now, "next_try_at": ctx.now, "tries": 0}
                await ctx.db.exec(dialect.insert(Heartbeat).values(**row).on_conflict_do_nothing())
                await self._close_earlier(ctx, minute)
            due = col(Heartbeat.minute) == minute, col(Heartbeat.next_try_at) <= ctx.now
            won = await ctx.db.exec(update(Heartbeat).where(*due).values(next_try_at=ctx.now + AGAIN, tries=Heartbeat.tries + 1))
        self._made = minute
        return minute if won.rowcount else None

    async def send(self, minute: int) -> None:
        """Carry it, write down how it went, and tell the switch: in that order."""
        now = self._house.clock.now()
        body = msgspec.json.encode(Beating("escalation.heartbeat", now, {"minute": minute}))
        headers = {"content-type": "application/json", **sign([self._heart.secret], f"heartbeat_{minute}", now, body)}
        outcome = await self._carry(Post(self._heart.url, body, headers))
        async with command(self._house) as ctx:
            taken_in = {"delivered_at": ctx.now, "next_try_at": None} if outcome.reason is None else {}
            written = update(Heartbeat).where(col(Heartbeat.minute) == minute).values(status=outcome.status, reason=outcome.reason, **taken_in)
            await ctx.db.exec(written)
        say = log.info if outcome.reason is None else log.warning
        say("heartbeat.attempted", status=outcome.status, milliseconds=outcome.milliseconds, problem=outcome.reason)
        if outcome.reason is None and self._heart.deadman:
            await self._ping(minute, self._heart.deadman)

    async def _ping(self, minute: int, url: str) -> None:
        for rest in (*PING_AGAIN_S, None):
            outcome = await self._carry(Post(url, b"", {}))
            if outcome.reason is None:
                async with command(self._house) as ctx:
                    await ctx.db.exec(update(Heartbeat).where(col(Heartbeat.minute) == minute).values(pinged_at=ctx.now))
                return
            log.warning("heartbeat.switch_not_told", status=outcome.status, problem=outcome.reason)
            if rest is not None:
                await asyncio.sleep(rest)

    async def _carry(self, request: Post) -> Outcome:
        """By the same way and within the same bounds as a critical page."""
        return await carry(
            request,
            timeouts=TIMEOUTS["critical"],
            wait_at_most=TIMERS["critical"].wait_at_most,
            now=self._house.clock.now(),
            allowed=self._outbound.allowed,
            trust=self._outbound.trust,
        )

    async def _close_earlier(self, ctx: Context, minute: int) -> None:
        """A minute that is over is tried no more: the switch hears of this one, or of none. Old rows go."""
        left = await ctx.db.exec(update(Heartbeat).where(col(Heartbeat.minute) < minute, col(Heartbeat.next_try_at).is_not(None)).values(next_try_at=None))
        await ctx.db.exec(delete(Heartbeat).where(col(Heartbeat.began_at) < ctx.now - KEPT))
        if left.rowcount:
            ALARMS.labels("heartbeat_missed").inc(left.rowcount)
            log.error("heartbeat.missed", count=left.rowcount)
