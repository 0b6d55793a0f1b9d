"""The way back in without a name or an address: a code shown once, of which we keep a hash to find it by and an Argon2id of the whole."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from beside.accounts.permissions import is_staff
from beside.accounts.sessions import end_sessions
from beside.accounts.tables import RecoveryCode
from beside.kit.context import Context
from beside.kit.errors import NotAllowed
from beside.kit.hashing import Hasher
from beside.kit.ids import blind_index

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U, so that handwriting is read back
LOCATOR = 8  # characters, 40 bits: two people share one never
SECRET = 16  # characters, 80 bits: beyond guessing even for somebody who has the table
GROUP = 4

_READ_AS = str.maketrans("OIL", "011", " -\t\r\n\u00a0\u2010\u2011\u2012\u2013\u2014")


@dataclass(frozen=True, slots=True)
class FreshCode:
    """A code and its Argon2id, made before a transaction begins: hashing takes 0.2 s, and nobody's message should wait for it."""

    shown: str
    code_hash: str


async def make_code(hasher: Hasher) -> FreshCode:
    """A new code, in groups of four."""
    plain = "".join(secrets.choice(ALPHABET) for _ in range(LOCATOR + SECRET))
    shown = "-".join(plain[n : n + GROUP] for n in range(0, len(plain), GROUP))
    return FreshCode(shown, await hasher.hash(plain))


def read_code(typed: str) -> str | None:
    """A code as a person typed it, or None if it cannot be one. Case, spaces and hyphens do not matter; O is 0, I and L are 1."""
    plain = typed.upper().translate(_READ_AS)
    return plain if len(plain) == LOCATOR + SECRET and set(plain) <= set(ALPHABET) else None


def locator_of(ctx: Context, plain: str) -> str:
    """What the row of a code is found by."""
    return blind_index(ctx.house.secret, "recovery", plain[:LOCATOR])


async def keep_code(ctx: Context, account: UUID, fresh: FreshCode) -> None:
    """From now on this is the account's code, and no earlier one."""
    mine = (col(RecoveryCode.account_id) == account, col(RecoveryCode.replaced_at).is_(None))
    await ctx.db.exec(update(RecoveryCode).where(*mine).values(replaced_at=ctx.now))
    locator = locator_of(ctx, read_code(fresh.shown) or "")
    ctx.db.add(RecoveryCode(account_id=account, locator=locator, code_hash=fresh.code_hash, created_at=ctx.now))
    await ctx.db.flush()


async def replace_code(ctx: Context, fresh: FreshCode) -> None:
    """The actor has a new code; the old one, and every other session, end here. Raises `NotAllowed` for staff, who sign in with a password."""
    if is_staff(ctx.me.roles):
        raise NotAllowed
    await keep_code(ctx, ctx.me.account, fresh)
    await end_sessions(ctx, ctx.me.account, "code_replaced", keep=ctx.me.session)
