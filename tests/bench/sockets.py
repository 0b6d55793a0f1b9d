"""What an idle socket costs, with 100, 1,000 and 10,000 of them, and how 100 messages a second fare beside them."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

from tests.bench.bare import bare
from tests.bench.crowd import all_follow, gather_crowd
from tests.bench.place import Measured, a_node, scaled
from tests.bench.steady import Steady, pair_up, percentiles
from tests.bench.usage import cpu_seconds, kernel_socket_bytes, resident_bytes
from tests.rig.cast import Person

STEPS = (100, 1_000, 10_000)
GROUP = 20  # each follows a group of so many
FIRST = 20  # what the first sockets load and set up is not any socket's cost
ROUND_S = 21.0  # a heartbeat is in it, and two looks at the sessions
PAIRS = 100
RATE = 100.0


async def sockets() -> list[str]:
    steps = [step if step < max(STEPS) else max(scaled(step), STEPS[-2] + GROUP) for step in STEPS]
    async with a_node() as at:
        people = await at.people(FIRST + steps[-1])
        await _come(at, people[:FIRST])
        steady = await pair_up(at, PAIRS, ports=(at.nodes[0].port, at.nodes[0].port))
        await steady.run_for(RATE, 2.0)
        at_first, lines = resident_bytes(at.pid), []
        quiet = await cpu_a_second(at.pid)
        for before, step in pairwise([0, *steps]):
            await _come(at, people[FIRST + before : FIRST + step])
            used = (await cpu_a_second(at.pid) - quiet) / step * 1e6
            each = (resident_bytes(at.pid) - at_first) / step / 1024
            lines.append(f"an idle socket that follows a group of {GROUP}, {step} of them on one node: {each:.1f} KiB, {used:.1f} us of CPU a second")
        lines[-1] += f"; with the kernel's buffers {each + kernel_socket_bytes() / 2 / step / 1024:.1f} KiB; aim: at most 40 KiB"
        lines.append(await _beside(steady, steps[-1]))
    return lines + await _reference(steps[-1])


async def _come(at: Measured, people: Sequence[Person]) -> None:
    for start in range(0, len(people), GROUP):
        group = people[start : start + GROUP]
        await all_follow(await gather_crowd(at.house, at.url, group), await at.room(group))


async def cpu_a_second(pid: int) -> float:
    """What it uses while nobody says anything, over a whole round."""
    before = cpu_seconds(pid)
    await asyncio.sleep(ROUND_S)
    return (cpu_seconds(pid) - before) / ROUND_S


async def _beside(steady: Steady, step: int) -> str:
    took = await steady.run_for(RATE, ROUND_S)
    return f"send to shown, {RATE:.0f} a second beside {step} idle sockets on the same node: {percentiles(took)}; aim: p99 at most 250"


async def _reference(count: int) -> list[str]:
    async with bare() as server:
        await server.hold(FIRST)
        before = resident_bytes(server.pid)
        await server.hold(count)
        each = (resident_bytes(server.pid) - before) / count / 1024
        took = await server.echoes(int(RATE * ROUND_S), RATE)
    return [f"  bare asyncio connections, {count} of them: {each:.1f} KiB each; there and back at the same pace: {percentiles(took)}"]
