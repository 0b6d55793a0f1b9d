"""An account with a password: by the operator on the command line (the first coordinator comes so), in the demo, or behind an invitation."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from beside.accounts.naming import clean_name
from beside.accounts.open_account import open_account
from beside.accounts.passwords import new_password, require_good_password
from beside.accounts.tables import Account
from beside.audit.write import record
from beside.kit.context import Context
from beside.kit.errors import BadInput, Conflict
from beside.protocol.shapes import Role


async def create_staff(ctx: Context, hub: UUID, *, role: str, name: str, pseudonym: str, password: str) -> Account:
    """As `add_staff`, by the operator: nobody signed in did it, and the ledger says so.

    It hashes within the transaction, for an operator's commands have no chat beside them. Raises also `BadInput` for a role there is not, and
    for a password that cannot be used.
    """
    if role not in set(Role):
        raise BadInput("not_usable", field="role")
    password_hash = await ctx.house.hasher.hash(require_good_password(password, pseudonym, name))
    account = await add_staff(ctx, hub, Role(role), name, pseudonym, password_hash)
    await record(ctx, "operator:account:created", hub, account=account.id, role=role)
    return account


async def add_staff(ctx: Context, hub: UUID, role: Role, name: str, pseudonym: str, password_hash: str, granted_by: UUID | None = None) -> Account:
    """An account that signs in with `name`. `password_hash` is `hasher.hash(require_good_password(…))`, made before the transaction.

    Raises `BadInput`; `Conflict` (`name_taken`) about `pseudonym` or `name`.
    """
    plain = clean_name(name)
    account = await open_account(ctx, hub, pseudonym, role, granted_by)
    ctx.db.add(new_password(ctx, account, plain, password_hash))
    try:
        await ctx.db.flush()
    except IntegrityError:
        raise Conflict("name_taken", field="name") from None
    return account
