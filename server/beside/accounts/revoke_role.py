"""Take a role back. What relied on it ends at once: sockets always, sessions where no staff role is left. There is always a coordinator."""

from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, select

from beside.accounts.permissions import STAFF, Permission, is_staff, require
from beside.accounts.roles import roles_of
from beside.accounts.sessions import end_sessions
from beside.accounts.tables import Account, RoleGrant
from beside.audit.write import record
from beside.hubs.scope import require_in_hub
from beside.hubs.tables import Hub
from beside.kit.context import Context
from beside.kit.errors import Conflict
from beside.protocol import topics
from beside.protocol.codes import CloseCode
from beside.protocol.events import Topic
from beside.protocol.shapes import Role
from beside.protocol.signals import Moved, Revoked


async def revoke_role(ctx: Context, account: UUID, role: Role) -> None:
    """`account` has `role` no longer.

    Raises `NotAllowed`, `NotFound` for nobody of this hub, `Conflict`: `already_done` where they do not have it, `last_coordinator`.
    """
    me = require(ctx, Permission.role_change)
    await ctx.db.exec(select(Hub.id).where(col(Hub.id) == me.hub).with_for_update(key_share=True))  # two coordinators taking each other's role take turns
    require_in_hub(await ctx.db.get(Account, account), me.hub)
    held = update(RoleGrant).where(col(RoleGrant.account_id) == account, col(RoleGrant.role) == role, col(RoleGrant.revoked_at).is_(None))
    if (await ctx.db.exec(held.values(revoked_by=me.account, revoked_at=ctx.now))).rowcount == 0:
        raise Conflict("already_done")
    if role is Role.coordinator and await _coordinators(ctx, me.hub) == 0:
        raise Conflict("last_coordinator")
    await _let_go(ctx, account, role)
    await record(ctx, "account:role:revoked", me.hub, account=account, role=role)


async def _let_go(ctx: Context, account: UUID, role: Role) -> None:
    """Sessions that staff opened end with the last staff role; with another one left they go on, and their sockets come back with less."""
    left = await roles_of(ctx, account)
    if not left or (role in STAFF and not is_staff(left)):
        await end_sessions(ctx, account, "role_revoked")
        return
    ctx.publish(topics.account(account), Moved(what=Topic.account))
    ctx.publish(topics.account(account), Revoked(code=CloseCode.load_afresh))


async def _coordinators(ctx: Context, hub: UUID) -> int:
    held = (col(RoleGrant.role) == Role.coordinator, col(RoleGrant.revoked_at).is_(None), col(Account.hub_id) == hub)
    joined = select(func.count()).select_from(RoleGrant).join(Account, col(Account.id) == col(RoleGrant.account_id))
    return int((await ctx.db.exec(joined.where(*held))).one())
