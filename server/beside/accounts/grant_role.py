"""Give somebody a role. Their sockets come back at once with what they may do now."""

from uuid import UUID

from sqlmodel import col, select

from beside.accounts.permissions import STAFF, Permission, require
from beside.accounts.roles import roles_of
from beside.accounts.tables import Account, Password, RoleGrant
from beside.audit.write import record
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context
from beside.kit.errors import Conflict
from beside.protocol import topics
from beside.protocol.codes import CloseCode
from beside.protocol.events import Topic
from beside.protocol.shapes import Role
from beside.protocol.signals import Moved, Revoked


async def grant_role(ctx: Context, account: UUID, role: Role) -> None:
    """`account` has `role` from now on; giving it again changes nothing.

    Raises `NotAllowed`, `NotFound` for nobody of this hub, `Conflict` (`password_needed`) for a staff role without a password: a recovery
    code alone would go around the second factor.
    """
    me = require(ctx, Permission.role_change)
    wanted = select(Account).where(col(Account.id) == account).with_for_update(key_share=True)
    require_in_hub((await ctx.db.exec(wanted)).first(), me.hub)
    if role in await roles_of(ctx, account):
        return
    if role in STAFF and await ctx.db.get(Password, account) is None:
        raise Conflict("password_needed")
    ctx.db.add(RoleGrant(account_id=account, role=role, granted_by=me.account, granted_at=ctx.now))
    await ctx.db.flush()
    ctx.publish(topics.account(account), Moved(what=Topic.account))
    ctx.publish(topics.account(account), Revoked(code=CloseCode.load_afresh))
    await record(ctx, "account:role:granted", me.hub, account=account, role=role)
