"""Make one attempt and write down how it went. Killed anywhere in between, the page is sent again under the same `webhook-id`."""

import asyncio
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from beside.escalations.holding import Holding
from beside.escalations.ladder import TIMERS
from beside.escalations.outcomes import Outcomes
from beside.escalations.paging import Trying
from beside.escalations.room import Room
from beside.escalations.transports.carry import Outcome, carry
from beside.escalations.transports.registry import transport_of
from beside.escalations.transports.shapes import Message, Target
from beside.kit.egress import Timeouts
from beside.kit.errors import Unavailable
from beside.kit.house import House
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


async def deliver(house: House, outbound: Outbound, trying: Trying, holding: Holding, room: Room, outcomes: Outcomes) -> None:
    """Send it once, from a place in `room`, then write down how it went; the page is held all the while."""
    with holding.at(trying.page):
        async with room.place(trying.channel):
            outcome = await send(house, outbound, trying.kind, trying.message, trying.target)
        for rest in (*WRITE_AGAIN_S, None):
            try:
                await outcomes.write_down(trying, outcome)
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
