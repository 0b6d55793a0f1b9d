"""A new way to reach somebody on call."""

from collections.abc import Sequence
from uuid import UUID

from beside.audit.write import record
from beside.escalations.channels.target import Target, seal_target
from beside.escalations.tables import Channel
from beside.kit.context import Context
from beside.kit.ids import new_id

WEBHOOK = "webhook"


async def add_webhook(ctx: Context, hub: UUID, url: str, secrets: Sequence[str]) -> UUID:
    """A new channel of this hub. `secrets` are `whsec_…`; they and the address are never stored in clear."""
    key = ctx.house.keyring.new_data_key()
    channel = new_id()
    sealed = seal_target(ctx.house.keyring, key, channel, Target(url, list(secrets)))
    ctx.db.add(Channel(id=channel, hub_id=hub, kind=WEBHOOK, key_version=key.version, wrapped_key=key.wrapped, sealed_target=sealed, made_at=ctx.now))
    await ctx.db.flush()
    await record(ctx, "hub:channel:added", hub, channel=channel)
    return channel
