"""Make one attempt and write down how it went. Killed anywhere in between, the page is sent again under the same `webhook-id`."""

import asyncio
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from beside.escalations.access import lock
from beside.escalations.climbing import rearm
from beside.escalations.holding import Holding
from beside.escalations.ladder import TIMERS
from beside.escalations.paging import Trying
from beside.escalations.tables import ASKING, Attempt, Channel, Page
from beside.escalations.telling import tell
from beside.escalations.transports.carry import Outcome, carry
from beside.escalations.transports.registry import transport_of
from beside.escalations.transports.shapes import Message, Target
from beside.kit.context import Context, command
from beside.kit.egress import Timeouts
from beside.kit.errors import Unavailable
from beside.kit.house import House
from beside.kit.logs import log
from beside.kit.mail import Relay

WRITE_AGAIN_S = (0.2, 1.0, 3.0)  # what the database did not take down at once; after that it is sent again, under the same id

TIMEOUTS = {severity: Timeouts(timers.connect.total_seconds(), timers.total.total_seconds()) for severity, timers in TIMERS.items()}


@dataclass(frozen=True, slots=True)
class Outbound:
    """How attempts are made. `allowed`: the operator's private receivers, as `kit.egress.post` takes them. `relay`: their mail relay, if they set one."""

    allowed: Collection[str] = ()
    timeouts: Mapping[str, Timeouts] = field(default_factory=lambda: TIMEOUTS)
    trust: ssl.SSLContext | None = None
    relay: Relay | None = None


def outbound_of(house: House) -> Outbound:
    """As the operator set it."""
    return Outbound(house.private_hosts, relay=house.relay)


async def deliver(house: House, outbound: Outbound, trying: Trying, holding: Holding, writing: asyncio.Semaphore) -> None:
    """Send it once, then the outcome in a transaction of its own, as many at once as `writing` lets through; the page is held all the while."""
    with holding.at(trying.page):
        outcome = await send(house, outbound, trying.kind, trying.message, trying.target)
        for rest in (*WRITE_AGAIN_S, None):
            try:
                async with writing:
                    await write_down(house, trying, outcome)
                return
            except Unavailable:
                if rest is None:
                    raise
                await asyncio.sleep(rest)


async def send(house: House, outbound: Outbound, kind: str, message: Message, target: Target) -> Outcome:
    """Made and signed at its own time: a receiver refuses what is older than five minutes."""
    severity = message.severity.value
    try:
        request = transport_of(kind).request_of(message, target, house.clock.now())
    except (ValueError, IndexError):  # what is kept of this channel cannot be used: a failed attempt like another
        return Outcome(None, None, "channel")
    return await carry(
        request,
        timeouts=outbound.timeouts[severity],
        wait_at_most=TIMERS[severity].wait_at_most,
        now=house.clock.now(),
        allowed=outbound.allowed,
        relay=outbound.relay,
        trust=outbound.trust,
    )


async def write_down(house: House, trying: Trying, outcome: Outcome) -> None:
    """What became of one attempt."""
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
        await note_outcome(ctx, trying.channel, outcome)
        await ctx.db.flush()
        if escalation and escalation.closed_at is None:
            await rearm(ctx, escalation)
            if first and page.kind in ASKING:
                tell(ctx, escalation)
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
