"""Send a real message by a channel now, the way a page goes, and say how it went: found out on a quiet afternoon rather than at night."""

from dataclasses import replace
from uuid import UUID

from beside.audit.write import record
from beside.escalations.channels.access import require_channel
from beside.escalations.channels.target import open_target
from beside.escalations.deliver import outbound_of, send
from beside.escalations.outcomes import note_outcome
from beside.escalations.transports.carry import Outcome
from beside.escalations.transports.shapes import Act, Message
from beside.kit.context import Actor, command, query
from beside.kit.crypto import Unreadable
from beside.kit.egress import Timeouts
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.protocol.shapes import Severity

ON_CALL_PATH = "/on-call"
TIMEOUTS = {severity.value: Timeouts(connect=3.0, total=10.0) for severity in Severity}  # as a critical page has: what takes longer is no use at night


async def try_channel(house: House, actor: Actor, channel_id: UUID) -> Outcome:
    """A message that says it is a test, to the real address. Raises `NotAllowed`, `NotFound`."""
    test = new_id()
    async with query(house, actor) as ctx:
        channel = await require_channel(ctx, channel_id)
        kind, hub, now = channel.kind, channel.hub_id, ctx.now
        try:
            target = open_target(house.keyring, channel)
        except Unreadable:
            return Outcome(None, None, "channel")
    message = Message(
        Act.test, f"test_{test.hex}", f"beside-test-{test.hex}", test, hub, Severity.concern, 1, now, None, now, house.public_url.rstrip("/") + ON_CALL_PATH
    )
    outcome = await send(house, replace(outbound_of(house), timeouts=TIMEOUTS), kind, message, target)
    async with command(house, actor) as ctx:
        await note_outcome(ctx, channel_id, outcome)
        await record(ctx, "hub:channel:tested", hub, channel=channel_id, status=outcome.status, reason=outcome.reason)
    return outcome
