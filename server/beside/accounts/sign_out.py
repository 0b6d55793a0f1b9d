"""Sign out: this session ends, here and on its sockets; others of the same person stay."""

from beside.accounts.sessions import end_session
from beside.kit.context import Context


async def sign_out(ctx: Context) -> None:
    """End the actor's own session."""
    await end_session(ctx, ctx.me.account, ctx.me.session, "signed_out")
