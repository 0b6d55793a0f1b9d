"""A schedule carried out on the ground."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from tests.faults.ground import Ground
from tests.faults.schedule import Blow, What
from tests.rig.proxy import FaultProxy
from tests.rig.wait import until

SLOW_S = 0.4  # one way, as on a bad mobile network
BYTES_PER_S = 20_000.0
PATIENCE_S = 1800.0  # bounds the wait for sends: a night's run is long
LET_THROUGH = 200  # bytes before a cut: enough for part of an answer


def _none() -> int:
    return 0


async def side_by_side(at: Ground, lanes: Mapping[str, Sequence[Blow]], sent: Callable[[], int]) -> None:
    """Each lane has its own troubles, whatever the others are going through. `sent`: how many messages were, so far."""
    async with asyncio.TaskGroup() as under_way:
        for blows in lanes.values():
            under_way.create_task(in_turn(at, blows, sent))


async def in_turn(at: Ground, blows: Sequence[Blow], sent: Callable[[], int] = _none) -> None:
    """One after the other; each is over, and its part answers again, before the next."""
    for blow in blows:
        await until(lambda due=blow.from_send: sent() >= due, PATIENCE_S, f"{blow.from_send} sends")  # type: ignore[misc]  # a default is the loop's value
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
            await spoil(proxy, blow.what)
            await asyncio.sleep(blow.lasts_s)
            await heal(proxy)
            if blow.what in (What.black_hole, What.half_open):
                await proxy.cut(reset=True)  # what lost bytes can only be torn


async def spoil(proxy: FaultProxy, what: What) -> None:
    """Make the network before a part as bad as that."""
    match what:
        case What.down:
            await proxy.down()
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


async def heal(proxy: FaultProxy) -> None:
    """Whatever it was."""
    proxy.heal()
    await proxy.up()
