"""Open an invitation's link, and accept it: of two who try at once, one becomes a colleague and the other is told kindly."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from beside.accounts.create import add_staff
from beside.accounts.passwords import require_good_password
from beside.accounts.role_cards import card_of
from beside.accounts.sessions import start_session
from beside.accounts.tables import Invitation
from beside.audit.write import record
from beside.hubs.scope import require_hub
from beside.kit.context import Context, command, query
from beside.kit.errors import Conflict, NotFound
from beside.kit.house import House
from beside.kit.ids import token_hash
from beside.protocol import topics
from beside.protocol.events import Topic
from beside.protocol.requests import AcceptInvitation
from beside.protocol.signals import Moved
from beside.protocol.staff_snapshots import InvitationOpened


async def open_invitation(ctx: Context, token: str) -> InvitationOpened:
    """What the link invites to; looking changes nothing. Raises `NotFound`, `Conflict` (`link_used`)."""
    row = await _require_unused(ctx, token)
    return InvitationOpened(hub_name=(await require_hub(ctx, row.hub_id)).name, card=card_of(row.role))


async def accept_invitation(house: House, token: str, wish: AcceptInvitation) -> tuple[UUID, str]:
    """The new colleague's account and session token. It opens its own transactions, as in `sign_in`: hashing takes its time.

    Raises `NotFound`; `Conflict`: `link_used`, `name_taken`; `BadInput` for names and passwords that cannot be used.
    """
    password = require_good_password(wish.password, wish.pseudonym, wish.name)
    async with query(house) as ctx:
        await _require_unused(ctx, token)
    password_hash = await house.hasher.hash(password)
    async with command(house) as ctx:
        row = await _require_unused(ctx, token)
        invitation, hub, role, made_by = row.id, row.hub_id, row.role, row.made_by
        await _use(ctx, invitation)
        account = await add_staff(ctx, hub, role, wish.name, wish.pseudonym, password_hash, granted_by=made_by)
        await ctx.db.exec(update(Invitation).where(col(Invitation.id) == invitation).values(used_by=account.id))
        session = await start_session(ctx, account.id)
        if made_by:
            ctx.publish(topics.account(made_by), Moved(what=Topic.account))  # their list of who works here is another now
        await record(ctx, "account:invitation:accepted", hub, invitation=invitation, account=account.id, role=role)
        return account.id, session


async def _require_unused(ctx: Context, token: str) -> Invitation:
    row = (await ctx.db.exec(select(Invitation).where(col(Invitation.token_hash) == token_hash(token)))).first()
    if row is None:
        raise NotFound
    if row.used_at or row.withdrawn_at or row.expires_at <= ctx.now:
        raise Conflict("link_used")
    return row


async def _use(ctx: Context, invitation: UUID) -> None:
    """Compare and set: whoever changes the row has the invitation; the other waited for the row, and finds it used."""
    unused = (col(Invitation.id) == invitation, col(Invitation.used_at).is_(None), col(Invitation.withdrawn_at).is_(None))
    if (await ctx.db.exec(update(Invitation).where(*unused).values(used_at=ctx.now))).rowcount != 1:
        raise Conflict("link_used")
