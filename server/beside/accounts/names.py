"""Pseudonyms, opened. A pseudonym never changes once chosen, so that an opened one can be kept in memory."""

from collections import OrderedDict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Uuid, select
from sqlmodel import col

from beside.accounts.tables import Account
from beside.kit.context import Context
from beside.kit.crypto import DataKey, Keyring, Unreadable
from beside.kit.rows import given

KEPT = 20_000  # names in memory: everybody of a large hub, about 4 MB
FORGOTTEN = "Someone"  # shown where a name was erased or cannot be opened

_open: OrderedDict[tuple[int, UUID], str] = OrderedDict()


def pseudonym_place(account: UUID) -> str:
    """What a sealed pseudonym is bound to."""
    return f"account/{account}/pseudonym"


async def names_of(ctx: Context, accounts: Iterable[UUID]) -> dict[UUID, str]:
    """The pseudonym of each of these accounts."""
    wanted = set(accounts)
    keyring = ctx.house.keyring
    found = {account: _open[id(keyring), account] for account in wanted if (id(keyring), account) in _open}
    if missing := wanted - found.keys():
        (rows,) = await ctx.look((_NAMED, {"asked": [{"id": account} for account in missing]}))
        for account, version, wrapped, sealed in rows:
            found[account] = _opened(keyring, account, DataKey(version, wrapped), sealed)
    return found | dict.fromkeys(wanted - found.keys(), FORGOTTEN)


async def name_of(ctx: Context, account: UUID) -> str:
    return (await names_of(ctx, [account]))[account]


def open_name(keyring: Keyring, row: Account) -> str:
    """The pseudonym of this row; `FORGOTTEN` where it does not open."""
    return _opened(keyring, row.id, DataKey(row.key_version, row.wrapped_key), row.sealed_pseudonym)


def _opened(keyring: Keyring, account: UUID, key: DataKey, sealed: bytes) -> str:
    try:
        name = keyring.open(key, sealed, pseudonym_place(account))
    except Unreadable:
        return FORGOTTEN
    _open[id(keyring), account] = name
    if len(_open) > KEPT:
        _open.popitem(last=False)
    return name


_asked = given("asked", id=Uuid())
_NAMED = select(col(Account.id), col(Account.key_version), col(Account.wrapped_key), col(Account.sealed_pseudonym)).join_from(
    _asked, Account, col(Account.id) == _asked.c.id
)
