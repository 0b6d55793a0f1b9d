"""Who is connected to a conversation now: shown as "here", and nothing depends on it.

Each node says it of its own sockets: a page that is loaded again comes to one node while the other is still saying goodbye to it.
"""

from collections.abc import Iterable
from uuid import UUID

from beside.kit.house import House

HERE_S = 50.0  # the gateway renews it every 20 s: two may be late before somebody is shown as gone


async def arrive(house: House, conversation: UUID, account: UUID) -> bool:
    """`account` is here; `renew` says it again at every heartbeat. Whether this node knew nothing of it before."""
    return await house.ephemeral.put(_key(conversation), _at(house, account), "", HERE_S)


async def renew(house: House, there: Iterable[tuple[UUID, UUID]]) -> None:
    """Each of these (conversation, account) is still here."""
    await house.ephemeral.renew([(_key(conversation), _at(house, account)) for conversation, account in there], HERE_S)


async def leave(house: House, conversation: UUID, account: UUID) -> None:
    """The last socket that `account` had on this conversation at this node has gone."""
    await house.ephemeral.drop(_key(conversation), _at(house, account))


async def here(house: House, conversation: UUID) -> set[UUID]:
    """The accounts that are connected to this conversation."""
    return {UUID(at.split()[0]) for at in await house.ephemeral.all(_key(conversation))}


def _at(house: House, account: UUID) -> str:
    return f"{account} {house.node}"


def _key(conversation: UUID) -> str:
    return f"at:{conversation}"
