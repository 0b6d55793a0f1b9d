"""The channels of the actor's own hub, for coordinators: access is the lookup."""

from uuid import UUID

from sqlmodel import col, select

from beside.accounts.permissions import Permission, require
from beside.accounts.tables import Account
from beside.escalations.tables import Channel
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context
from beside.kit.errors import BadInput, NotFound


async def require_channel(ctx: Context, channel: UUID, *, to_change: bool = False) -> Channel:
    """One that is in use. Raises `NotAllowed` to anybody but a coordinator, whatever the id; `NotFound` for one of another hub, and one that was retired."""
    me = require(ctx, Permission.channel_keep)
    found = select(Channel).where(col(Channel.id) == channel)
    row = (await ctx.db.exec(found.with_for_update().execution_options(populate_existing=True) if to_change else found)).first()
    if row is None or row.retired_at is not None:
        raise NotFound
    return require_in_hub(row, me.hub)


async def require_owner(ctx: Context, account: UUID | None) -> UUID | None:
    """Whose a channel is to be: somebody of this hub, or nobody in particular. Raises `BadInput` (`not_usable`)."""
    if account is None:
        return None
    row = await ctx.db.get(Account, account)
    if row is None or row.hub_id != ctx.me.hub:
        raise BadInput("not_usable", field="account")
    return account
