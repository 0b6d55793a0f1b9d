"""Pseudonyms, opened. A pseudonym never changes once chosen, so that an opened one can be kept in memory."""

from collections import OrderedDict
from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col, select

from beside.accounts.tables import Account
from beside.kit.context import Context
from beside.kit.crypto import DataKey, Keyring, Unreadable

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
        for row in await ctx.db.exec(select(Account).where(col(Account.id).in_(missing))):
            found[row.id] = open_name(keyring, row)
    return found | dict.fromkeys(wanted - found.keys(), FORGOTTEN)


async def name_of(ctx: Context, account: UUID) -> str:
    return (await names_of(ctx, [account]))[account]


def open_name(keyring: Keyring, row: Account) -> str:
    """The pseudonym of this row; `FORGOTTEN` where it does not open."""
    try:
        name = keyring.open(DataKey(row.key_version, row.wrapped_key), row.sealed_pseudonym, pseudonym_place(row.id))
    except Unreadable:
        return FORGOTTEN
    _open[id(keyring), row.id] = name
    if len(_open) > KEPT:
        _open.popitem(last=False)
    return name
