"""What a channel is called, and whose it is."""

from beside.audit.write import record
from beside.escalations.channels.access import require_owner
from beside.escalations.channels.make import NAME_CHARACTERS
from beside.escalations.tables import Channel
from beside.kit.context import Context
from beside.kit.text import clean_text
from beside.protocol.requests import ChangeChannel


async def change_channel(ctx: Context, channel: Channel, asked: ChangeChannel) -> None:
    """`channel` is held. Raises `BadInput`."""
    channel.name = clean_text(asked.name.strip(), NAME_CHARACTERS, field="name")
    channel.account_id = await require_owner(ctx, asked.account)
    ctx.db.add(channel)
    await ctx.db.flush()
    await record(ctx, "hub:channel:changed", channel.hub_id, channel=channel.id, account=channel.account_id)
