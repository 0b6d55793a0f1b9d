"""Make a hub: by the operator, on the command line or in the demo."""

import msgspec

from beside.hubs.policy import Policy
from beside.hubs.tables import Hub
from beside.kit.context import Context


async def make_hub(ctx: Context, slug: str, name: str, policy: Policy | None = None) -> Hub:
    """A new hub. The database refuses a slug that is taken."""
    hub = Hub(slug=slug, name=name, policy=msgspec.to_builtins(policy or Policy()), created_at=ctx.now)
    ctx.db.add(hub)
    await ctx.db.flush()
    return hub
