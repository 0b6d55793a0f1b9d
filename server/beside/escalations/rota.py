"""Who is asked, in which order, by which channel: the hub's rungs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from beside.audit.write import record
from beside.hubs.policy import Rung, read_policy
from beside.hubs.scope import policy_of, require_hub
from beside.kit.context import Context


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
