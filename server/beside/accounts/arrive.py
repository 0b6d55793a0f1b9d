"""A member arrives: no e-mail, no real name. A pseudonym of their own, a code to come back with, and they are in."""

from beside.accounts.open_account import open_account
from beside.accounts.recovery import FreshCode, keep_code
from beside.accounts.sessions import start_session
from beside.accounts.tables import Account
from beside.hubs.scope import hub_by_slug
from beside.kit.context import Context
from beside.kit.errors import BadInput
from beside.protocol.requests import Arrive
from beside.protocol.shapes import Role


async def arrive(ctx: Context, wish: Arrive, code: FreshCode) -> tuple[Account, str]:
    """The account and its session's token; `code` (from `recovery.make_code`) is theirs from now on.

    Raises `BadInput` where they have not read who may read what they write (`read_first`) or the name cannot be used;
    `Conflict` (`name_taken`); `NotFound` for a hub that is not there.
    """
    if not wish.understood:
        raise BadInput("read_first", field="understood")
    hub = await hub_by_slug(ctx, wish.hub)
    account = await open_account(ctx, hub.id, wish.pseudonym, Role.member)
    await keep_code(ctx, account.id, code)
    return account, await start_session(ctx, account.id)
