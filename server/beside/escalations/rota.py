"""Who is asked, in which order, by which channel: the hub's rungs, and the channels with their addresses and secrets sealed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from beside.audit.write import record
from beside.escalations.tables import Channel
from beside.hubs.policy import Rung, read_policy
from beside.hubs.scope import policy_of, require_hub
from beside.kit.context import Context
from beside.kit.crypto import DataKey, Keyring
from beside.kit.ids import new_id

WEBHOOK = "webhook"


class Target(Struct, frozen=True):
    """Where a webhook goes, and what it is signed with: the newest secret first, an old one beside it while they are exchanged."""

    url: str
    secrets: list[str]


async def add_webhook(ctx: Context, hub: UUID, url: str, secrets: Sequence[str]) -> UUID:
    """A new channel of this hub. `secrets` are `whsec_…`; they and the address are never stored in clear."""
    key = ctx.house.keyring.new_data_key()
    channel = new_id()
    sealed = ctx.house.keyring.seal(key, msgspec.json.encode(Target(url, list(secrets))).decode(), _place(channel))
    ctx.db.add(Channel(id=channel, hub_id=hub, kind=WEBHOOK, key_version=key.version, wrapped_key=key.wrapped, sealed_target=sealed, made_at=ctx.now))
    await ctx.db.flush()
    await record(ctx, "hub:channel:added", hub, channel=channel)
    return channel


async def set_rungs(ctx: Context, hub: UUID, rungs: Sequence[Rung]) -> None:
    """The ladder of this hub from now on. What is open keeps the one it was raised with."""
    row = await require_hub(ctx, hub)
    policy = msgspec.structs.replace(read_policy(row.policy), escalation_rungs=list(rungs))
    row.policy = msgspec.to_builtins(policy)
    ctx.db.add(row)
    await ctx.db.flush()
    await record(ctx, "hub:ladder:changed", hub, rungs=len(rungs))


async def ladder_now(ctx: Context, hub: UUID) -> list[dict[str, Any]]:
    """The rungs as they are now, to be kept with an escalation."""
    built: list[dict[str, Any]] = msgspec.to_builtins((await policy_of(ctx, hub)).escalation_rungs)
    return built


def rungs_of(ladder: list[dict[str, Any]]) -> list[Rung]:
    """The rungs that an escalation keeps."""
    return msgspec.convert(ladder, list[Rung])


def open_target(keyring: Keyring, channel: Channel) -> Target:
    """Where to send. Raises `Unreadable`."""
    text = keyring.open(DataKey(channel.key_version, channel.wrapped_key), channel.sealed_target, _place(channel.id))
    return msgspec.json.decode(text, type=Target)


def _place(channel: UUID) -> str:
    return f"on_call_channel/{channel}/target"
