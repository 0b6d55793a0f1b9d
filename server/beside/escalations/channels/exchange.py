"""Exchange a secret without a gap: first both are good, then, at a second press, only the new one."""

from beside.audit.write import record
from beside.escalations.channels.target import open_target, seal_target
from beside.escalations.tables import Channel
from beside.escalations.transports.registry import transport_of
from beside.escalations.transports.shapes import Target
from beside.kit.context import Context
from beside.kit.crypto import DataKey
from beside.kit.errors import BadInput, Conflict
from beside.kit.webhooks import new_secret
from beside.protocol.requests import ExchangeSecret


async def begin_exchange(ctx: Context, channel: Channel, asked: ExchangeSecret) -> str | None:
    """The new secret where we made it, shown this once. `channel` is held. Raises `Conflict` while one is under way, `BadInput` where nothing is new."""
    transport, target = transport_of(channel.kind), open_target(ctx.house.keyring, channel)
    if _is_exchanging(target):
        raise Conflict("already_done")
    made = new_secret() if transport.makes_secret else None
    fresh = [made] if made else [asked.secret] if asked.secret and target.secrets else []
    fresh_calls = [asked.callback_secret] if asked.callback_secret and not transport.makes_secret and transport.read_call else []
    if not fresh and not fresh_calls:
        raise BadInput("not_usable", field="secret")
    if not transport.makes_secret:
        transport.target_of(target.url, fresh or target.secrets, fresh_calls, ctx.house.private_hosts)  # is it one of theirs at all
    both = Target(target.url, fresh + target.secrets, fresh_calls + target.callback_secrets)
    await _keep(ctx, channel, both)
    await record(ctx, "hub:channel:exchange_begun", channel.hub_id, channel=channel.id)
    return made


async def end_exchange(ctx: Context, channel: Channel) -> None:
    """The old one is good no more. `channel` is held. Raises `Conflict` where none is under way."""
    target = open_target(ctx.house.keyring, channel)
    if not _is_exchanging(target):
        raise Conflict("already_done")
    await _keep(ctx, channel, Target(target.url, target.secrets[:1], target.callback_secrets[:1]))
    await record(ctx, "hub:channel:exchange_ended", channel.hub_id, channel=channel.id)


def _is_exchanging(target: Target) -> bool:
    return len(target.secrets) > 1 or len(target.callback_secrets) > 1


async def _keep(ctx: Context, channel: Channel, target: Target) -> None:
    channel.sealed_target = seal_target(ctx.house.keyring, DataKey(channel.key_version, channel.wrapped_key), channel.id, target)
    ctx.db.add(channel)
    await ctx.db.flush()
