"""The roles an account has now."""

from uuid import UUID

from sqlmodel import col, select

from beside.accounts.tables import RoleGrant
from beside.kit.context import Context
from beside.protocol.shapes import Role


async def roles_of(ctx: Context, account: UUID) -> list[Role]:
    """In the order in which roles are always shown; empty where none is left."""
    held = set(await ctx.db.exec(select(RoleGrant.role).where(col(RoleGrant.account_id) == account, col(RoleGrant.revoked_at).is_(None))))
    return [role for role in Role if role in held]
