"""Who may be named on the list: clinicians of the hub who can sign in and take part now."""

from uuid import UUID

from sqlmodel import col, select

from beside.accounts.suspensions import suspended_now
from beside.accounts.tables import Password
from beside.escalations.shifts.plan import who_can_answer
from beside.kit.context import Context


async def who_can_sign_in(ctx: Context, hub: UUID) -> frozenset[UUID]:
    """Of those who can take a call: whoever has a password, and is not suspended."""
    answering = await who_can_answer(ctx, hub)
    having = select(Password.account_id).where(col(Password.account_id).in_(answering), ~suspended_now(col(Password.account_id), ctx.now))
    return frozenset((await ctx.db.exec(having)).all())
