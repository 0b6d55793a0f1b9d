"""Lift a suspension before its time. The row stays, with who lifted it and when."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from beside.accounts.permissions import Permission, require
from beside.accounts.suspensions import holding
from beside.accounts.tables import Account, Suspension
from beside.audit.write import record
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context
from beside.kit.errors import Conflict, NotAllowed
from beside.protocol import topics
from beside.protocol.events import Topic
from beside.protocol.signals import Moved


async def lift_suspension(ctx: Context, account: UUID) -> None:
    """Whatever suspends `account` now ends. Raises `NotFound`, `NotAllowed` for one's own, `Conflict` where nothing does."""
    me = require(ctx, Permission.account_suspend)
    require_in_hub(await ctx.db.get(Account, account), me.hub)
    if account == me.account:
        raise NotAllowed
    in_force = update(Suspension).where(*holding(ctx.now), col(Suspension.account_id) == account)
    if (await ctx.db.exec(in_force.values(lifted_at=ctx.now, lifted_by=me.account))).rowcount == 0:
        raise Conflict("already_done")
    ctx.publish(topics.account(account), Moved(what=Topic.account))
    await record(ctx, "account:suspension:lifted", me.hub, account=account)
