"""Set or change a password. A member signs in with their pseudonym, staff keep the name they chose. Every other session ends."""

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from beside.accounts.names import open_name
from beside.accounts.passwords import clean_password, new_password, require_good_password, sign_in_name
from beside.accounts.sessions import end_sessions
from beside.accounts.tables import Account, Password
from beside.kit.context import Actor, Context, command, query
from beside.kit.errors import Conflict, NotAllowed, NotFound
from beside.kit.house import House


async def set_password(house: House, actor: Actor, password: str, current: str | None) -> None:
    """From now on `password` is `actor`'s. It opens its own transactions, as in `sign_in`: hashing takes its time.

    Raises `BadInput` (`password_short`, `password_easy`), `NotAllowed` (`wrong_sign_in`, about `current`) where there is one and `current`
    is not it, `Conflict`, `SlowDown`.
    """
    async with query(house, actor) as ctx:
        account, old = await _rows(ctx)
        pseudonym = open_name(house.keyring, account)
        name = sign_in_name(ctx, account, old) if old else pseudonym
    plain = require_good_password(password, pseudonym, name)
    if old is not None:
        await house.limiter.require("sign_in_name", f"current/{actor.account}")
        if current is None or not await house.hasher.matches(old.password_hash, clean_password(current)):
            raise NotAllowed("wrong_sign_in", field="current")
    password_hash = await house.hasher.hash(plain)
    async with command(house, actor) as ctx:
        if old is None:
            ctx.db.add(new_password(ctx, account, name, password_hash))
            await _flush_name(ctx)
        else:
            unchanged = (col(Password.account_id) == actor.account, col(Password.password_hash) == old.password_hash)
            if (await ctx.db.exec(update(Password).where(*unchanged).values(password_hash=password_hash, set_at=ctx.now))).rowcount != 1:
                raise Conflict("already_done")
        await end_sessions(ctx, actor.account, "password_set", keep=actor.session)


async def _rows(ctx: Context) -> tuple[Account, Password | None]:
    account = await ctx.db.get(Account, ctx.me.account)
    if account is None:
        raise NotFound
    return account, await ctx.db.get(Password, ctx.me.account)


async def _flush_name(ctx: Context) -> None:
    try:
        await ctx.db.flush()
    except IntegrityError:
        raise Conflict("name_taken", field="password") from None
