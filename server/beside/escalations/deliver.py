"""Make one attempt and write down how it went. Killed anywhere in between, the page is sent again under the same `webhook-id`."""

import asyncio
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from beside.escalations.access import lock
from beside.escalations.climbing import rearm
from beside.escalations.holding import Holding
from beside.escalations.ladder import TIMERS
from beside.escalations.paging import Trying
from beside.escalations.tables import Attempt, Page
from beside.escalations.telling import tell
from beside.kit.context import command
from beside.kit.egress import Answer, Timeouts, Undelivered, post
from beside.kit.errors import Unavailable
from beside.kit.house import House
from beside.kit.logs import log
from beside.kit.webhooks import sign

WRITE_AGAIN_S = (0.2, 1.0, 3.0)  # what the database did not take down at once; after that it is sent again, under the same id

TIMEOUTS = {severity: Timeouts(timers.connect.total_seconds(), timers.total.total_seconds()) for severity, timers in TIMERS.items()}


@dataclass(frozen=True, slots=True)
class Outbound:
    """How attempts are made. `allowed`: the operator's private receivers, as `kit.egress.post` takes them."""

    allowed: Collection[str] = ()
    timeouts: Mapping[str, Timeouts] = field(default_factory=lambda: TIMEOUTS)
    trust: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reason` null: taken in (2xx). `wait`: the receiver asked for that much rest."""

    status: int | None
    milliseconds: int | None
    reason: str | None
    wait: timedelta | None = None


async def deliver(house: House, outbound: Outbound, trying: Trying, holding: Holding, writing: asyncio.Semaphore) -> None:
    """Send it once, then the outcome in a transaction of its own, as many at once as `writing` lets through; the page is held all the while."""
    with holding.at(trying.page):
        outcome = await _send(house, outbound, trying)
        for rest in (*WRITE_AGAIN_S, None):
            try:
                async with writing:
                    await _write_down(house, trying, outcome)
                return
            except Unavailable:
                if rest is None:
                    raise
                await asyncio.sleep(rest)


async def _send(house: House, outbound: Outbound, trying: Trying) -> Outcome:
    """Each attempt is signed at its own time: a receiver refuses what is older than five minutes."""
    signed = sign(trying.target.secrets, trying.message, house.clock.now(), trying.body)
    try:
        answer = await post(
            trying.target.url,
            trying.body,
            {"content-type": "application/json", **signed},
            timeouts=outbound.timeouts[trying.severity],
            allowed=outbound.allowed,
            ssl_context=outbound.trust,
        )
    except Undelivered as failure:
        return Outcome(failure.status, failure.milliseconds, failure.reason)
    return Outcome(answer.status, answer.milliseconds, _reason(answer.status), _wait(answer, trying.severity))


def _reason(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    return {410: "gone", 429: "asked_to_wait"}.get(status, "not_accepted")


def _wait(answer: Answer, severity: str) -> timedelta | None:
    """The receiver's `Retry-After` in seconds, as far as this severity can wait."""
    asked = answer.headers.get("retry-after", "")
    if answer.status not in (429, 503) or not (asked.isascii() and asked.isdigit() and len(asked) <= 9):
        return None
    return min(timedelta(seconds=int(asked)), TIMERS[severity].wait_at_most)


async def _write_down(house: House, trying: Trying, outcome: Outcome) -> None:
    async with command(house) as ctx:
        escalation = await lock(ctx, trying.escalation)
        page = await ctx.db.get_one(Page, trying.page, populate_existing=True)
        attempt = await ctx.db.get_one(Attempt, trying.attempt)
        attempt.ended_at, attempt.status, attempt.milliseconds, attempt.reason = ctx.now, outcome.status, outcome.milliseconds, outcome.reason
        page.leased_until = None
        page.not_before = ctx.now + outcome.wait if outcome.wait else None
        first = outcome.reason is None and page.delivered_at is None
        if first:
            page.delivered_at = ctx.now
        await ctx.db.flush()
        if escalation and escalation.closed_at is None:
            await rearm(ctx, escalation)
            if first:
                tell(ctx, escalation)
    say = log.info if outcome.reason is None else log.warning
    say(
        "escalation.attempted",
        escalation=str(trying.escalation),
        rung=trying.rung,
        status=outcome.status,
        milliseconds=outcome.milliseconds,
        problem=outcome.reason,
    )
    if outcome.reason == "gone":  # the receiver says it will never take this again: somebody must look, and meanwhile we go on trying
        log.error("escalation.channel_gone", escalation=str(trying.escalation), rung=trying.rung)
