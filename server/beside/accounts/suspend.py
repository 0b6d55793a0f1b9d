"""Suspend somebody until a time: a row, and their sockets close on every node."""

from datetime import datetime
from uuid import UUID

from beside.accounts.permissions import Permission, is_staff, require
from beside.accounts.roles import roles_of
from beside.accounts.tables import Account, Suspension
from beside.audit.write import record
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context
from beside.kit.errors import BadInput, NotAllowed
from beside.protocol import topics
from beside.protocol.codes import CloseCode
from beside.protocol.shapes import Role
from beside.protocol.signals import Revoked


async def suspend(ctx: Context, account: UUID, until: datetime) -> Suspension:
    """`account` cannot take part until `until`. They can sign in, read why, and appeal.

    Raises `NotFound` for nobody of this hub, `NotAllowed` for oneself, or for staff unless a coordinator does it; `BadInput` for a time gone by.
    """
    me = require(ctx, Permission.account_suspend)
    require_in_hub(await ctx.db.get(Account, account), me.hub)
    if account == me.account or (is_staff(await roles_of(ctx, account)) and Role.coordinator not in me.roles):
        raise NotAllowed
    if until <= ctx.now:
        raise BadInput("not_usable", field="until")
    row = Suspension(account_id=account, by=me.account, started_at=ctx.now, until=until)
    ctx.db.add(row)
    await ctx.db.flush()
    ctx.publish(topics.account(account), Revoked(code=CloseCode.blocked))
    await record(ctx, "account:suspension:started", me.hub, account=account, suspension=row.id)
    return row
