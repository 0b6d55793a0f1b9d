"""A real message through a channel, by the way of a page, that says it is a test: so that somebody sees it arrive on a quiet afternoon."""

from dataclasses import replace
from uuid import UUID

from beside.audit.write import record
from beside.escalations.channels.target import open_target
from beside.escalations.deliver import TIMEOUTS, Outbound, send
from beside.escalations.outcomes import note_outcome
from beside.escalations.tables import Channel
from beside.escalations.transports.carry import Outcome
from beside.escalations.transports.shapes import Act, Message
from beside.kit.context import command, query
from beside.kit.crypto import Unreadable
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.protocol.shapes import Severity

ON_CALL_PATH = "/on-call"


async def try_for_operator(house: House, outbound: Outbound, channel_id: UUID) -> Outcome:
    """Within the bounds of a critical page, written into the hub's ledger."""
    async with query(house) as ctx:
        channel = await ctx.db.get_one(Channel, channel_id)
        test, kind, hub, now = new_id(), channel.kind, channel.hub_id, ctx.now
        try:
            target = open_target(house.keyring, channel)
        except Unreadable:
            return Outcome(None, None, "channel")
    url = house.public_url.rstrip("/") + ON_CALL_PATH
    message = Message(Act.test, f"test_{test.hex}", f"beside-test-{test.hex}", test, hub, Severity.concern, 1, now, None, now, url)
    outcome = await send(house, replace(outbound, timeouts=dict.fromkeys(TIMEOUTS, TIMEOUTS["critical"])), kind, message, target)
    async with command(house) as ctx:
        await note_outcome(ctx, channel_id, outcome)
        await record(ctx, "hub:channel:tested", hub, channel=channel_id, status=outcome.status, reason=outcome.reason)
    return outcome
