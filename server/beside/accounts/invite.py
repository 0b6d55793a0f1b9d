"""Invite somebody into a staff role by a link that works once."""

from datetime import timedelta
from uuid import UUID

from beside.accounts.permissions import STAFF, Permission, require
from beside.accounts.tables import Invitation
from beside.audit.write import record
from beside.kit.context import Context
from beside.kit.crypto import DataKey, Unreadable
from beside.kit.errors import BadInput
from beside.kit.ids import new_id, new_token, token_hash
from beside.kit.text import clean_optional
from beside.protocol.requests import InviteStaff
from beside.protocol.staff_snapshots import InvitationMade

INVITATION_LIFE = timedelta(days=7)  # long enough for a week away, short enough that a forgotten letter opens nothing
NOTE_CHARACTERS = 80


async def invite(ctx: Context, wish: InviteStaff) -> InvitationMade:
    """The link, shown this once. Raises `NotAllowed`; `BadInput` for the role of a member: members simply arrive."""
    me = require(ctx, Permission.staff_invite)
    if wish.role not in STAFF:
        raise BadInput("not_usable", field="role")
    note = clean_optional(wish.note, NOTE_CHARACTERS, field="note")
    key, invitation, token = ctx.house.keyring.new_data_key(), new_id(), new_token()
    row = Invitation(
        id=invitation,
        hub_id=me.hub,
        role=wish.role,
        sealed_note=ctx.house.keyring.seal(key, note, _place(invitation)) if note else None,
        key_version=key.version,
        wrapped_key=key.wrapped,
        token_hash=token_hash(token),
        made_by=me.account,
        made_at=ctx.now,
        expires_at=ctx.now + INVITATION_LIFE,
    )
    ctx.db.add(row)
    await ctx.db.flush()
    await record(ctx, "account:invitation:made", me.hub, invitation=invitation, role=wish.role)
    return InvitationMade(invitation=invitation, link=f"{ctx.house.public_url}/invitation/{token}", expires_at=row.expires_at)


def note_of(ctx: Context, row: Invitation) -> str | None:
    """For whom it is, in the coordinator's words; None where there is no note or it does not open."""
    if row.sealed_note is None:
        return None
    try:
        return ctx.house.keyring.open(DataKey(row.key_version, row.wrapped_key), row.sealed_note, _place(row.id))
    except Unreadable:
        return None


def _place(invitation: UUID) -> str:
    return f"invitation/{invitation}/note"
