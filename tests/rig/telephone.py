"""The line of a telephone at the edge of its cell: far, narrow, and losing packets, which TCP hides by waiting."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.rig.proxy import FaultProxy, Faults

LATENCY_S = 0.2  # each way: 400 ms for a question and its answer
BYTES_PER_S = 50_000
LOSS = 0.02
RESENT_S = 0.6  # TCP hides a lost packet, and everything behind it waits until it was sent again
PACKET_S = 0.05


@asynccontextmanager
async def third_generation(proxies: list[FaultProxy], seed: int) -> AsyncIterator[None]:
    """400 ms, 50 kB/s on each connection, and now and then everything waits for what was lost, by the seed."""
    ways = [way for proxy in proxies for way in (proxy.to_server, proxy.to_client)]
    for way in ways:
        way.latency_s, way.bytes_per_s = LATENCY_S, BYTES_PER_S
    losing = asyncio.create_task(_lose(ways, random.Random(seed)))
    try:
        yield
    finally:
        losing.cancel()
        with suppress(asyncio.CancelledError):
            await losing
        for proxy in proxies:
            proxy.heal()


async def _lose(ways: list[Faults], chance: random.Random) -> None:
    while True:
        await asyncio.sleep(PACKET_S)
        for way in ways:
            if chance.random() < LOSS:
                way.stalled = True
                asyncio.get_running_loop().call_later(RESENT_S, setattr, way, "stalled", False)
