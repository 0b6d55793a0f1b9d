"""From the write at the one to the arrival at the other, who is on another node: two nodes over Redis and PostgreSQL, 2,000 sockets."""

from tests.bench.bare import bare
from tests.bench.honest import require_honest
from tests.bench.place import scaled, two_nodes
from tests.bench.steady import pair_up, percentiles

SOCKETS = 2_000
RATE = 100.0
SECONDS = 15.0


async def across() -> list[str]:
    count = scaled(SOCKETS) // 2
    async with two_nodes() as at:
        here, there = at.nodes
        steady = await pair_up(at, count, ports=(here.port, there.port))
        await steady.run_for(RATE, 2.0)
        took = await steady.run_for(RATE, SECONDS)
        await require_honest(at.house, len(steady.took))
        async with bare() as server:  # while both nodes still stand, with all their sockets
            await server.hold(count)
            echoes = await server.echoes(len(took), RATE)
    return [
        f"send to shown on the other node, {RATE:.0f} a second, {2 * count} sockets, {len(took)} messages: {percentiles(took)}",
        "  aim: p50 at most 15 ms, p99 at most 100 ms",
        f"  bare TCP, there and back through one process, at the same pace: {percentiles(echoes)}",
    ]
