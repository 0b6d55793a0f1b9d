"""A channel is used no more. What was sent by it stays in the log."""

from beside.audit.write import record
from beside.escalations.channels.uses import in_open_calls, used_by
from beside.escalations.tables import Channel
from beside.kit.context import Context
from beside.kit.errors import Conflict


async def retire_channel(ctx: Context, channel: Channel) -> None:
    """`channel` is held. Raises `Conflict` (`channel_in_use`) while a rung of the ladder in force, or of an open call, names it."""
    if channel.id in await used_by(ctx, channel.hub_id) or channel.id in await in_open_calls(ctx, channel.hub_id):
        raise Conflict("channel_in_use")
    channel.retired_at = ctx.now
    ctx.db.add(channel)
    await ctx.db.flush()
    await record(ctx, "hub:channel:retired", channel.hub_id, channel=channel.id)
