"""Take an invitation back before it is used."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from beside.accounts.permissions import Permission, require
from beside.accounts.tables import Invitation
from beside.audit.write import record
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context
from beside.kit.errors import Conflict


async def withdraw_invitation(ctx: Context, invitation: UUID) -> None:
    """The link opens nothing any more. Raises `NotAllowed`, `NotFound`, `Conflict` where it was used or taken back."""
    me = require(ctx, Permission.staff_invite)
    require_in_hub(await ctx.db.get(Invitation, invitation), me.hub)
    unused = (col(Invitation.id) == invitation, col(Invitation.used_at).is_(None), col(Invitation.withdrawn_at).is_(None))
    if (await ctx.db.exec(update(Invitation).where(*unused).values(withdrawn_at=ctx.now))).rowcount != 1:
        raise Conflict("already_done")
    await record(ctx, "account:invitation:withdrawn", me.hub, invitation=invitation)
