"""The public face of a hub, before anybody is signed in."""

from beside.accounts.pseudonyms import suggest
from beside.hubs.hours import is_open, opens_at
from beside.hubs.policy import URGENT_PLACES, read_policy
from beside.hubs.tables import Hub
from beside.kit.context import Context
from beside.protocol.account_snapshots import Doorway


async def doorway(ctx: Context, hub: Hub, peers_here: int) -> Doorway:
    """What the arrival page needs. `peers_here` is counted above us, where presence is known."""
    policy = read_policy(hub.policy)
    return Doorway(
        hub=hub.slug,
        name=hub.name,
        open_now=is_open(policy, ctx.now),
        opens_at=opens_at(policy, ctx.now),
        peers_here=peers_here,
        urgent_places=policy.urgent_places[:URGENT_PLACES],
        suggested_pseudonym=await suggest(ctx, hub.id),
        safe_site=policy.safe_site,
    )
