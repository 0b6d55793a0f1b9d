"""A whole house in the test's own process, for trying verbs: real database, real crypto, cheap hashing, a clock that stands still."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from beside.kit.broker import Broker
from beside.kit.broker.memory import MemoryBroker
from beside.kit.clock import Clock, SetClock
from beside.kit.crypto import KEY_BYTES, Keyring
from beside.kit.db import Database
from beside.kit.hashing import Hasher
from beside.kit.house import Ephemeral, House
from beside.kit.limits import Limiter
from beside.presence.memory import MemoryEphemeral

MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # a Monday: inside everybody's opening hours
PUBLIC_URL = "http://beside.test"
EPOCH = "epoch-of-the-tests"


def make_house(
    database_url: str,
    *,
    broker: Broker | None = None,
    ephemeral: Ephemeral | None = None,
    clock: Clock | None = None,
    keyring: Keyring | None = None,
    reactions: Mapping[str, tuple[str, ...]] | None = None,
    node: str = "test",
) -> House:
    """A house on a database that has its tables. Open its broker before use, and `leave` it afterwards."""
    return House(
        database=Database(database_url),
        broker=broker or MemoryBroker(),
        keyring=keyring or Keyring({1: b"k" * KEY_BYTES}),
        hasher=Hasher(cheap=True),
        clock=clock or SetClock(MORNING),
        limiter=Limiter(),
        ephemeral=ephemeral or MemoryEphemeral(),
        secret=b"s" * 32,
        public_url=PUBLIC_URL,
        node=node,
        epoch=EPOCH,
        reactions=dict(reactions or {}),
    )


async def leave(house: House) -> None:
    """Close what the house holds open."""
    await house.broker.close()
    await house.limiter.close()
    await house.ephemeral.close()
    await house.database.close()
    house.hasher.close()


@asynccontextmanager
async def open_house(database_url: str, **parts: object) -> AsyncIterator[House]:
    """`make_house`, open; closed at the end. Two of them on one database are two nodes."""
    house = make_house(database_url, **parts)  # type: ignore[arg-type]  # passed on as they are
    await house.broker.open()
    try:
        yield house
    finally:
        await leave(house)
