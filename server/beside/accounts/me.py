"""The person who is signed in, as their own page shows them."""

from uuid import UUID

from beside.accounts.names import open_name
from beside.accounts.permissions import is_staff
from beside.accounts.role_cards import card_of
from beside.accounts.roles import roles_of
from beside.accounts.second_factor import has_second_factor
from beside.accounts.tables import Account, Password
from beside.hubs.policy import URGENT_PLACES, read_policy
from beside.hubs.scope import require_hub
from beside.kit.context import Context
from beside.kit.errors import NotFound
from beside.protocol.account_snapshots import Me


async def me_of(ctx: Context, account_id: UUID) -> Me:
    """Everything about this account that its person may see."""
    account = await ctx.db.get(Account, account_id)
    if account is None:
        raise NotFound
    hub = await require_hub(ctx, account.hub_id)
    policy = read_policy(hub.policy)
    roles = await roles_of(ctx, account_id)
    second_factor = await has_second_factor(ctx, account_id)
    return Me(
        account=account_id,
        pseudonym=open_name(ctx.house.keyring, account),
        hub=hub.slug,
        hub_name=hub.name,
        roles=roles,
        cards=[card_of(role) for role in roles],
        has_password=await ctx.db.get(Password, account_id) is not None,
        has_second_factor=second_factor,
        second_factor_needed=is_staff(roles) and policy.staff_need_second_factor and not second_factor,
        urgent_places=policy.urgent_places[:URGENT_PLACES],
        safe_site=policy.safe_site,
    )
