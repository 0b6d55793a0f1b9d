"""A new way to reach somebody on call."""

from collections.abc import Sequence
from uuid import UUID

from beside.audit.write import record
from beside.escalations.channels.target import seal_target
from beside.escalations.tables import Channel
from beside.escalations.transports.shapes import Target
from beside.kit.context import Context
from beside.kit.ids import new_id
from beside.protocol.shapes import ChannelKind


async def add_channel(ctx: Context, hub: UUID, kind: ChannelKind, target: Target, *, name: str | None = None, account: UUID | None = None) -> Channel:
    """A new channel of this hub. Its address and secrets are never stored in clear."""
    key = ctx.house.keyring.new_data_key()
    channel_id = new_id()
    channel = Channel(
        id=channel_id,
        hub_id=hub,
        kind=kind.value,
        key_version=key.version,
        wrapped_key=key.wrapped,
        sealed_target=seal_target(ctx.house.keyring, key, channel_id, target),
        made_at=ctx.now,
        name=name,
        account_id=account,
    )
    ctx.db.add(channel)
    await ctx.db.flush()
    await record(ctx, "hub:channel:added", hub, channel=channel_id, kind=kind)
    return channel


async def add_webhook(ctx: Context, hub: UUID, url: str, secrets: Sequence[str]) -> UUID:
    """As `add_channel`, of what is known to be good. `secrets` are `whsec_…`."""
    return (await add_channel(ctx, hub, ChannelKind.webhook, Target(url, list(secrets)))).id
