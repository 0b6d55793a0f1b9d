"""From settings to a house: what the web process, the worker and the command line all stand on."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from beside.kit.broker import Broker
from beside.kit.broker.memory import MemoryBroker
from beside.kit.broker.redis import RedisBroker
from beside.kit.clock import SystemClock
from beside.kit.crypto import Keyring
from beside.kit.database_clock import DatabaseClock
from beside.kit.db import Database
from beside.kit.ending import end
from beside.kit.hashing import Hasher
from beside.kit.house import Ephemeral, House
from beside.kit.ids import new_token
from beside.kit.instance import open_instance
from beside.kit.limits import Limiter
from beside.presence.memory import MemoryEphemeral
from beside.presence.redis import RedisEphemeral
from beside.reactions import REACTIONS
from beside.settings import Settings


def build(settings: Settings, *, patient: bool = False) -> House:
    """Everything made, nothing connected yet (`patient`: `kit.db`). Raises `NotConfigured`."""
    broker: Broker = RedisBroker(settings.redis_url) if settings.redis_url else MemoryBroker()
    ephemeral: Ephemeral = RedisEphemeral(settings.redis_url) if settings.redis_url else MemoryEphemeral()
    database = Database(settings.database, patient=patient)
    return House(
        database=database,
        broker=broker,
        keyring=Keyring(settings.keys),
        hasher=Hasher(cheap=settings.cheap_hashing),
        clock=SystemClock() if database.is_sqlite else DatabaseClock(),  # a file has no hour of its own
        limiter=Limiter(settings.redis_url, settings.message_rate),
        ephemeral=ephemeral,
        secret=settings.secret,
        public_url=settings.require_public_url(),
        node=f"{socket.gethostname()}-{new_token()[:6]}",
        reactions=REACTIONS,
        private_hosts=settings.allowed_private_hosts,
        relay=settings.relay,
    )


async def ask_database(house: House) -> None:
    """What time it is, what its epoch is, and whether our key is the right one. Raises `WrongKey`."""
    if isinstance(house.clock, DatabaseClock):
        await house.clock.measure(house.database)
    await open_instance(house)


@asynccontextmanager
async def standing(house: House) -> AsyncIterator[House]:
    """The house open for use: the hour and the epoch read, the key proved right, the bus connected. Raises `WrongKey`."""
    measuring: asyncio.Task[None] | None = None
    try:
        if not house.epoch:  # `serve` and `worker` have asked already, and must not end because the database went just now
            await ask_database(house)
        if isinstance(house.clock, DatabaseClock):
            measuring = asyncio.create_task(house.clock.keep(house.database), name="clock")
        await house.broker.open()
        yield house
    finally:
        if measuring:
            await end(measuring)
        await house.broker.close()
        await house.limiter.close()
        await house.ephemeral.close()
        house.hasher.close()
        await house.database.close()
