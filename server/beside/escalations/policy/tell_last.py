"""Tell the duty manager of something that is no escalation, by their own channels, one after the other until one takes it in."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlmodel import col, select

from beside.escalations.channels.target import open_target
from beside.escalations.deliver import outbound_of, send
from beside.escalations.outcomes import note_outcome
from beside.escalations.tables import Channel
from beside.escalations.tell_providers import TIMEOUTS
from beside.escalations.transports.shapes import Message, Target
from beside.hubs.scope import policy_of
from beside.kit.context import Context, command, query
from beside.kit.crypto import Unreadable
from beside.kit.errors import Unavailable
from beside.kit.house import House


@dataclass(frozen=True, slots=True)
class Way:
    channel: UUID
    kind: str
    target: Target


async def has_somebody(ctx: Context, hub: UUID) -> bool:
    """Whether this hub named a duty manager who has a channel."""
    named = (await policy_of(ctx, hub)).duty_manager
    return bool(named and named.channels)


async def tell_last(house: House, hub: UUID, message: Message) -> bool:
    """Whether there was anybody to tell. Raises `Unavailable` where no channel took it in, so that a job is tried again."""
    async with query(house) as ctx:
        ways = await _ways(ctx, hub)
    for way in ways:
        outcome = await send(house, replace(outbound_of(house), timeouts=TIMEOUTS), way.kind, message, way.target)
        async with command(house) as ctx:
            await note_outcome(ctx, way.channel, outcome)
        if outcome.reason is None:
            return True
    if ways:
        raise Unavailable(detail="duty_manager_not_told")
    return False


async def _ways(ctx: Context, hub: UUID) -> list[Way]:
    """The duty manager's channels that are in use and can be opened, in order of trying."""
    named = (await policy_of(ctx, hub)).duty_manager
    channels = named.channels if named else []
    held = select(Channel).where(Channel.hub_id == hub, col(Channel.id).in_(channels), col(Channel.retired_at).is_(None))
    rows = {row.id: row for row in (await ctx.db.exec(held)).all()}
    ways = []
    for channel in channels:
        try:
            if channel in rows:
                ways.append(Way(channel, rows[channel].kind, open_target(ctx.house.keyring, rows[channel])))
        except Unreadable:
            continue
    return ways
