"""A schedule carried out on the ground."""

import asyncio
from collections.abc import Mapping, Sequence

from tests.faults.ground import Ground
from tests.faults.schedule import Blow, What
from tests.rig.proxy import FaultProxy

SLOW_S = 0.4  # one way, as on a bad mobile network
BYTES_PER_S = 20_000.0
LET_THROUGH = 200  # bytes before a cut: enough for part of an answer


async def side_by_side(at: Ground, lanes: Mapping[str, Sequence[Blow]]) -> None:
    """Each part has its own troubles, whatever the others are going through."""
    async with asyncio.TaskGroup() as lanes_under_way:
        for blows in lanes.values():
            lanes_under_way.create_task(in_turn(at, blows))


async def in_turn(at: Ground, blows: Sequence[Blow]) -> None:
    """One after the other; each is over, and its part answers again, before the next."""
    for blow in blows:
        await asyncio.sleep(blow.after_s)
        await strike(at, blow)


async def strike(at: Ground, blow: Blow) -> None:
    """Do it, let it last, undo it."""
    match blow.what:
        case What.kill:
            await at.kill(blow.part)
            await asyncio.sleep(blow.lasts_s)
            await at.start(blow.part)
        case What.stop:
            await at.kill_while_stopping(blow.part, blow.lasts_s)
            await at.start(blow.part)
        case _:
            proxy = at.proxies[blow.part]
            await _spoil(proxy, blow.what)
            await asyncio.sleep(blow.lasts_s)
            proxy.heal()
            if blow.what in (What.black_hole, What.half_open):
                await proxy.cut(reset=True)  # what lost bytes can only be torn


async def _spoil(proxy: FaultProxy, what: What) -> None:
    match what:
        case What.latency:
            proxy.to_server.latency_s = proxy.to_client.latency_s = SLOW_S
        case What.cut:
            proxy.to_client.cut_after = LET_THROUGH
        case What.reset:
            await proxy.cut(reset=True)
        case What.black_hole:
            proxy.black_hole()
        case What.half_open:
            proxy.half_open()
        case What.slow_read:
            proxy.to_client.stalled = True
        case What.bandwidth:
            proxy.to_server.bytes_per_s = proxy.to_client.bytes_per_s = BYTES_PER_S
