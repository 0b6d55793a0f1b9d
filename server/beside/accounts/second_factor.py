"""Six numbers from an app (TOTP, RFC 6238): set up, confirm once, then asked for at each sign-in. The same six never work twice."""

import hmac
from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import update
from sqlmodel import col

from beside.accounts.sessions import end_sessions
from beside.accounts.tables import Account, SecondFactor
from beside.audit.write import record
from beside.hubs.scope import require_hub
from beside.kit.context import Context
from beside.kit.crypto import DataKey, Unreadable
from beside.kit.errors import BadInput, Conflict, NotFound
from beside.protocol.account_snapshots import SecondFactorSetup

STEP_S = 30  # what every authenticator app assumes
EITHER_SIDE = 1  # steps: a telephone's clock may be half a minute off, and thumbs are slow


async def set_up_second_factor(ctx: Context) -> SecondFactorSetup:
    """A new secret for the actor, not in force until confirmed. Raises `Conflict` where one is in force already."""
    me = ctx.me
    account, row = await _account(ctx, me.account), await ctx.db.get(SecondFactor, me.account, with_for_update=True)
    if row is not None and row.confirmed_at is not None:
        raise Conflict("already_done")
    secret = pyotp.random_base32()
    sealed = ctx.house.keyring.seal(_key_of(account), secret, _place(me.account))
    if row is None:
        ctx.db.add(SecondFactor(account_id=me.account, sealed_secret=sealed, created_at=ctx.now))
    else:
        row.sealed_secret, row.created_at = sealed, ctx.now
    hub = await require_hub(ctx, me.hub)
    await ctx.db.flush()
    return SecondFactorSetup(secret=secret, uri=pyotp.TOTP(secret).provisioning_uri(name=hub.slug, issuer_name="Beside"))


async def confirm_second_factor(ctx: Context, numbers: str) -> None:
    """The actor's app shows the right numbers: from now on they are asked for. Every other session ends.

    Raises `BadInput` (`wrong_code`), `NotFound` where nothing was set up, `SlowDown`.
    """
    me = ctx.me
    await ctx.house.limiter.require("sign_in_name", f"second_factor/{me.account}")
    row = await ctx.db.get(SecondFactor, me.account)
    if row is None:
        raise NotFound
    if row.confirmed_at is not None:
        raise Conflict("already_done")
    if not await matches_now(ctx, me.account, numbers):
        raise BadInput("wrong_code", field="numbers")
    await ctx.db.exec(update(SecondFactor).where(col(SecondFactor.account_id) == me.account).values(confirmed_at=ctx.now))
    await end_sessions(ctx, me.account, "second_factor", keep=me.session)
    await record(ctx, "account:second_factor:confirmed", me.hub, account=me.account)


async def has_second_factor(ctx: Context, account: UUID) -> bool:
    """Whether one is in force."""
    row = await ctx.db.get(SecondFactor, account)
    return row is not None and row.confirmed_at is not None


async def matches_now(ctx: Context, account: UUID, numbers: str) -> bool:
    """Whether these are the account's six numbers now, and were not used before: of two at once, one is let in."""
    row = await ctx.db.get(SecondFactor, account)
    if row is None:
        return False
    try:
        secret = ctx.house.keyring.open(_key_of(await _account(ctx, account)), row.sealed_secret, _place(account))
    except Unreadable:
        return False
    step = step_of(secret, numbers, ctx.now)
    if step is None:
        return False
    fresh = (col(SecondFactor.account_id) == account, col(SecondFactor.last_step) < step)
    return bool((await ctx.db.exec(update(SecondFactor).where(*fresh).values(last_step=step))).rowcount == 1)


def step_of(secret: str, numbers: str, at: datetime) -> int | None:
    """The time step, near `at`, whose numbers these are."""
    totp = pyotp.TOTP(secret, interval=STEP_S)
    now = int(at.timestamp()) // STEP_S
    steps = [step for step in range(now - EITHER_SIDE, now + EITHER_SIDE + 1) if hmac.compare_digest(totp.generate_otp(step), numbers)]
    return steps[-1] if steps else None


async def _account(ctx: Context, account: UUID) -> Account:
    row = await ctx.db.get(Account, account)
    if row is None:
        raise NotFound
    return row


def _key_of(account: Account) -> DataKey:
    return DataKey(account.key_version, account.wrapped_key)


def _place(account: UUID) -> str:
    return f"account/{account}/second_factor"
