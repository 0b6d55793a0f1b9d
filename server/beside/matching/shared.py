"""What somebody chose to share while they waited: sealed under their own key, opened for the one peer they met."""

from beside.accounts.tables import Account
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context
from beside.kit.crypto import DataKey, Unreadable
from beside.kit.logs import log
from beside.matching.tables import PlaceInLine


async def seal_shared(ctx: Context, row: PlaceInLine, wants: str | None, who: str | None) -> None:
    """Keep these words with the place; None leaves what is there."""
    if wants is None and who is None:
        return
    key = await _key_of(ctx, row)
    if wants is not None:
        row.sealed_wants = ctx.house.keyring.seal(key, wants, f"line/{row.id}/wants")
    if who is not None:
        row.sealed_who = ctx.house.keyring.seal(key, who, f"line/{row.id}/who")


async def open_shared(ctx: Context, row: PlaceInLine) -> tuple[str | None, str | None]:
    """(wants, who). Words that do not open any more are as if they had not been given."""
    if row.sealed_wants is None and row.sealed_who is None:
        return None, None
    key = await _key_of(ctx, row)
    return _open(ctx, key, row, row.sealed_wants, "wants"), _open(ctx, key, row, row.sealed_who, "who")


def _open(ctx: Context, key: DataKey, row: PlaceInLine, sealed: bytes | None, what: str) -> str | None:
    if sealed is None:
        return None
    try:
        return ctx.house.keyring.open(key, sealed, f"line/{row.id}/{what}")
    except Unreadable:
        log.error("line.unreadable", account=str(row.account_id), what=what)
        return None


async def _key_of(ctx: Context, row: PlaceInLine) -> DataKey:
    account = require_in_hub(await ctx.db.get(Account, row.account_id), row.hub_id)
    return DataKey(account.key_version, account.wrapped_key)
