"""Which peers have the desk open in a hub: how many can be there for somebody soon. Who is asked first is matching's affair.

Each node says it of its own desks: whoever closes one here may have another open there.
"""

from uuid import UUID

from beside.kit.house import House

SHIFT_S = 90.0  # renewed while the desk's socket is open: a lost connection of a minute does not end a shift


async def start(house: House, hub: UUID, account: UUID) -> None:
    """`account` has the desk open; say it again at every heartbeat."""
    await house.ephemeral.put(_key(hub), _at(house, account), "", SHIFT_S)


async def end(house: House, hub: UUID, account: UUID) -> None:
    """The last desk that `account` had open at this node was closed."""
    await house.ephemeral.drop(_key(hub), _at(house, account))


async def on_shift(house: House, hub: UUID) -> set[UUID]:
    """The accounts that have the desk of this hub open."""
    return {UUID(at.split()[0]) for at in await house.ephemeral.all(_key(hub))}


def _at(house: House, account: UUID) -> str:
    return f"{account} {house.node}"


def _key(hub: UUID) -> str:
    return f"desks:{hub}"  # not `shift:`, where nodes of the version before read bare accounts, and would stumble over ours (FAULTS 34)
