"""Who is connected to a conversation now: shown as "here", and nothing depends on it."""

from uuid import UUID

from beside.kit.house import House

HERE_S = 50.0  # the gateway renews it every 20 s: two may be late before somebody is shown as gone


async def arrive(house: House, conversation: UUID, account: UUID) -> None:
    """`account` is here; say it again at every heartbeat."""
    await house.ephemeral.put(_key(conversation), str(account), "", HERE_S)


async def leave(house: House, conversation: UUID, account: UUID) -> None:
    """The last socket of `account` on this conversation has gone."""
    await house.ephemeral.drop(_key(conversation), str(account))


async def here(house: House, conversation: UUID) -> set[UUID]:
    """The accounts that are connected to this conversation."""
    return {UUID(account) for account in await house.ephemeral.all(_key(conversation))}


def _key(conversation: UUID) -> str:
    return f"here:{conversation}"
