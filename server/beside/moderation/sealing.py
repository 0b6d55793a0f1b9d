"""Words of moderation at rest. What is about a message is sealed under its conversation's key; what is about a person, under theirs."""

from uuid import UUID

from beside.accounts.tables import Account
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context
from beside.kit.crypto import DataKey, Unreadable
from beside.kit.logs import log


async def key_of_account(ctx: Context, account: UUID, hub: UUID) -> DataKey:
    """The key that somebody's own words, and what is said about them, are sealed under. Raises `NotFound`."""
    row = require_in_hub(await ctx.db.get(Account, account), hub)
    return DataKey(row.key_version, row.wrapped_key)


def seal(ctx: Context, key: DataKey, words: str, place: str) -> bytes:
    return ctx.house.keyring.seal(key, words, place)


def unseal(ctx: Context, key: DataKey, sealed: bytes | None, place: str) -> str | None:
    """The words; None where there were none, or where they no longer open."""
    if sealed is None:
        return None
    try:
        return ctx.house.keyring.open(key, sealed, place)
    except Unreadable:
        log.error("moderation.unreadable", kind=place.split("/")[0])
        return None
