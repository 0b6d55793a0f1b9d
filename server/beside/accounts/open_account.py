"""A new account with its first role, under a key of its own. Whoever may do so calls this; it does not ask."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from beside.accounts.names import pseudonym_place
from beside.accounts.naming import clean_pseudonym, name_key
from beside.accounts.tables import Account, RoleGrant
from beside.kit.context import Context
from beside.kit.errors import Conflict
from beside.kit.ids import blind_index, new_id
from beside.protocol.shapes import Role


async def open_account(ctx: Context, hub: UUID, pseudonym: str, role: Role, granted_by: UUID | None = None) -> Account:
    """The account. Raises `BadInput` for a name that cannot be used, `Conflict` (`name_taken`) for one that somebody here has."""
    name = clean_pseudonym(pseudonym)
    key = ctx.house.keyring.new_data_key()
    account_id = new_id()
    account = Account(
        id=account_id,
        hub_id=hub,
        sealed_pseudonym=ctx.house.keyring.seal(key, name, pseudonym_place(account_id)),
        pseudonym_index=pseudonym_index(ctx, hub, name),
        key_version=key.version,
        wrapped_key=key.wrapped,
        created_at=ctx.now,
    )
    ctx.db.add(account)
    try:
        await ctx.db.flush()
    except IntegrityError:
        raise Conflict("name_taken", field="pseudonym") from None
    ctx.db.add(RoleGrant(account_id=account_id, role=role, granted_by=granted_by, granted_at=ctx.now))
    await ctx.db.flush()
    return account


def pseudonym_index(ctx: Context, hub: UUID, pseudonym: str) -> str:
    """What a pseudonym is looked up by, in this hub."""
    return blind_index(ctx.house.secret, f"pseudonym/{hub}", name_key(pseudonym))
