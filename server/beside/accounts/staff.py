"""Who works in a hub, with which roles, and who is invited: the coordinator's list."""

from collections import defaultdict
from uuid import UUID

from sqlmodel import col, select

from beside.accounts.invite import note_of
from beside.accounts.names import open_name
from beside.accounts.passwords import sign_in_name
from beside.accounts.permissions import STAFF, Permission, is_staff, require
from beside.accounts.tables import Account, Invitation, Password, RoleGrant, SecondFactor
from beside.kit.context import Context
from beside.protocol.shapes import Role
from beside.protocol.staff_snapshots import InvitationShown, Staff, StaffMember


async def staff(ctx: Context) -> Staff:
    """Everybody of the actor's hub with a staff role, in order of their names, and the invitations still open. Raises `NotAllowed`."""
    me = require(ctx, Permission.staff_see)
    roles = await _roles(ctx, me.hub)
    people = [await _shown(ctx, account, password, roles[account.id]) for account, password in await _people(ctx, me.hub)]
    return Staff(staff=sorted(people, key=lambda p: p.name.casefold()), invitations=await _open_invitations(ctx, me.hub))


async def _people(ctx: Context, hub: UUID) -> list[tuple[Account, Password | None]]:
    working = select(RoleGrant.account_id).where(col(RoleGrant.role).in_(STAFF), col(RoleGrant.revoked_at).is_(None))
    joined = select(Account, Password).outerjoin(Password, col(Password.account_id) == col(Account.id))
    return list((await ctx.db.exec(joined.where(col(Account.hub_id) == hub, col(Account.id).in_(working)))).all())


async def _roles(ctx: Context, hub: UUID) -> dict[UUID, set[Role]]:
    held: dict[UUID, set[Role]] = defaultdict(set)
    grants = select(RoleGrant).join(Account, col(Account.id) == col(RoleGrant.account_id))
    for grant in await ctx.db.exec(grants.where(col(Account.hub_id) == hub, col(RoleGrant.revoked_at).is_(None))):
        held[grant.account_id].add(grant.role)
    return {account: roles for account, roles in held.items() if is_staff(roles)}


async def _shown(ctx: Context, account: Account, password: Password | None, roles: set[Role]) -> StaffMember:
    factor = await ctx.db.get(SecondFactor, account.id)
    return StaffMember(
        account=account.id,
        pseudonym=open_name(ctx.house.keyring, account),
        name=sign_in_name(ctx, account, password) if password else "",
        roles=[role for role in Role if role in roles],
        has_second_factor=factor is not None and factor.confirmed_at is not None,
    )


async def _open_invitations(ctx: Context, hub: UUID) -> list[InvitationShown]:
    usable = (col(Invitation.hub_id) == hub, col(Invitation.used_at).is_(None), col(Invitation.withdrawn_at).is_(None), col(Invitation.expires_at) > ctx.now)
    rows = await ctx.db.exec(select(Invitation).where(*usable).order_by(col(Invitation.made_at), col(Invitation.id)))
    return [InvitationShown(invitation=row.id, role=row.role, note=note_of(ctx, row), expires_at=row.expires_at) for row in rows]
