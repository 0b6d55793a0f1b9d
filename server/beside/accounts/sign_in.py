"""Come back: with the code, or with a name, a password and, where one is set, the six numbers. Who is unknown gets the same answer as late.

These open their own transactions, unlike other verbs: Argon2 takes 0.2 s, and in between nobody else's message should wait for it.
What was true before the hashing is looked at again in the transaction that starts the session.
"""

from uuid import UUID

from sqlmodel import col, select

from beside.accounts.passwords import clean_password, name_index
from beside.accounts.permissions import is_staff
from beside.accounts.recovery import locator_of, read_code
from beside.accounts.roles import roles_of
from beside.accounts.second_factor import has_second_factor, matches_now
from beside.accounts.sessions import start_session
from beside.accounts.tables import Password, RecoveryCode
from beside.hubs.scope import hub_by_slug
from beside.kit.context import Context, command, query
from beside.kit.errors import BadInput, NotSignedIn
from beside.kit.house import House
from beside.kit.logs import log
from beside.protocol.requests import SignInWithPassword


async def sign_in_with_code(house: House, typed: str, address: str = "") -> tuple[UUID, str]:
    """The account and its new session's token. Raises `NotSignedIn` (`wrong_code`); `SlowDown` after many wrong ones.

    Staff cannot come in this way: it would go around their second factor. `address` is where it was typed: however many wrong codes came from
    there, whoever holds a right one comes in, for a whole ward may stand behind one address.
    """
    plain = read_code(typed)
    async with query(house) as ctx:
        row = await _code_row(ctx, locator_of(ctx, plain)) if plain else None
    name, whom = ("code", row.locator) if row else ("code_address", address)
    async with house.limiter.room_for(name, whom) as count:
        if not await house.hasher.matches(row.code_hash if row else None, plain or "") or row is None:
            await count()
            raise NotSignedIn("wrong_code", field="code")
    async with command(house) as ctx:
        roles = await roles_of(ctx, row.account_id)
        still = await _code_row(ctx, row.locator, hold=True)
        if still is None or not roles or is_staff(roles):
            raise NotSignedIn("wrong_code", field="code")
        token = await start_session(ctx, row.account_id)
    log.info("account.signed_in", account=str(row.account_id), what="code")
    return row.account_id, token


async def sign_in_with_password(house: House, wish: SignInWithPassword) -> tuple[UUID, str]:
    """The account and its new session's token.

    Raises `NotSignedIn`: `wrong_sign_in`, or `second_factor_needed` where only the six numbers are missing; `SlowDown` when one name
    is tried too often (sessions that are open stay open); `NotFound` for a hub that is not there.
    """
    try:
        password = clean_password(wish.password)
    except BadInput:
        raise NotSignedIn("wrong_sign_in") from None
    async with query(house) as ctx:
        hub = await hub_by_slug(ctx, wish.hub)
        index = name_index(ctx, hub.id, wish.name)
        await house.limiter.require("sign_in_name", index)
        row = await _password_row(ctx, hub.id, index)
    if not await house.hasher.matches(row.password_hash if row else None, password) or row is None:
        raise NotSignedIn("wrong_sign_in")
    async with command(house) as ctx:
        still = await _password_row(ctx, hub.id, index, hold=True)
        if still is None or still.password_hash != row.password_hash or not await roles_of(ctx, row.account_id):
            raise NotSignedIn("wrong_sign_in")
        if await has_second_factor(ctx, row.account_id):
            if wish.numbers is None:
                raise NotSignedIn("second_factor_needed", field="numbers")
            if not await matches_now(ctx, row.account_id, wish.numbers):
                raise NotSignedIn("wrong_sign_in", field="numbers")
        token = await start_session(ctx, row.account_id)
    log.info("account.signed_in", account=str(row.account_id), what="password")
    return row.account_id, token


async def _code_row(ctx: Context, locator: str, *, hold: bool = False) -> RecoveryCode | None:
    wanted = select(RecoveryCode).where(col(RecoveryCode.locator) == locator, col(RecoveryCode.replaced_at).is_(None))
    return (await ctx.db.exec(wanted.with_for_update() if hold else wanted)).first()


async def _password_row(ctx: Context, hub: UUID, index: str, *, hold: bool = False) -> Password | None:
    wanted = select(Password).where(col(Password.hub_id) == hub, col(Password.name_index) == index)
    return (await ctx.db.exec(wanted.with_for_update() if hold else wanted)).first()
