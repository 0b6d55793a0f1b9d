"""Put a policy in force, as the next version; what was before the first is kept too. What is open goes on with the one it was raised with."""

from uuid import UUID

import msgspec
from sqlmodel import col, select

from beside.audit.write import record
from beside.escalations.policy.kept import Kept, into, kept_of
from beside.escalations.policy.tables import PolicyRow
from beside.hubs.policy import read_policy
from beside.hubs.scope import require_hub
from beside.hubs.tables import Hub
from beside.kit.context import Context


async def keep(ctx: Context, hub: Hub, kept: Kept, *, restored: int | None = None) -> None:
    """`hub` is held, `kept` was checked. The same as what is in force is no new version."""
    policy = read_policy(hub.policy)
    old, number = kept_of(policy), await newest(ctx, hub.id)
    if kept == old:
        return
    if number is None:
        ctx.db.add(PolicyRow(hub_id=hub.id, number=0, made_at=hub.created_at, whole=msgspec.to_builtins(old)))
        await ctx.db.flush()
    made_by = ctx.actor.account if ctx.actor else None
    row = PolicyRow(hub_id=hub.id, number=(number or 0) + 1, made_by=made_by, made_at=ctx.now, restored=restored, whole=msgspec.to_builtins(kept))
    ctx.db.add(row)
    hub.policy = msgspec.to_builtins(into(policy, kept))
    await ctx.db.flush()
    await record(ctx, "hub:policy:changed", hub.id, number=row.number, restored=restored, rungs=len(kept.rungs))


async def hold(ctx: Context, hub: UUID) -> Hub:
    """The hub's row, held until the commit: of two who change its policy at once, the second finds the first's version."""
    await require_hub(ctx, hub)
    held = select(Hub).where(col(Hub.id) == hub).with_for_update().execution_options(populate_existing=True)
    return (await ctx.db.exec(held)).one()


async def newest(ctx: Context, hub: UUID) -> int | None:
    """The number in force; None where the policy was never changed."""
    numbers = select(PolicyRow.number).where(PolicyRow.hub_id == hub).order_by(col(PolicyRow.number).desc()).limit(1)
    return (await ctx.db.exec(numbers)).first()
