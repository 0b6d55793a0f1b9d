"""A coordinator sets up a way to reach somebody. What was typed is looked at here; a secret that we make is given back this once."""

from beside.accounts.permissions import Permission, require
from beside.escalations.channels.access import require_owner
from beside.escalations.channels.add import add_channel
from beside.escalations.tables import Channel
from beside.escalations.transports.registry import TRANSPORTS
from beside.kit.context import Context
from beside.kit.errors import BadInput
from beside.kit.text import clean_text
from beside.protocol.requests import MakeChannel
from beside.protocol.shapes import ChannelKind

NAME_CHARACTERS = 80


async def make_channel(ctx: Context, asked: MakeChannel) -> tuple[Channel, str | None]:
    """The channel, and its secret where we made one. Raises `NotAllowed`, `BadInput`: also for a mailbox where the operator set no relay."""
    me = require(ctx, Permission.channel_keep)
    transport = TRANSPORTS[asked.kind]
    if asked.kind is ChannelKind.email and ctx.house.relay is None:
        raise BadInput("not_usable", field="kind")
    target = transport.target_of(
        asked.address,
        [asked.secret] if asked.secret and not transport.makes_secret else [],
        [asked.callback_secret] if asked.callback_secret else [],
        ctx.house.private_hosts,
    )
    name = clean_text(asked.name.strip(), NAME_CHARACTERS, field="name")
    channel = await add_channel(ctx, me.hub, asked.kind, target, name=name, account=await require_owner(ctx, asked.account))
    return channel, target.secrets[0] if transport.makes_secret else None
