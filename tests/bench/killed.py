"""5,000 clients after `kill -9` of their node: when all of them follow their conversation again, and how those of the other node fare meanwhile."""

import asyncio
import time

from tests.bench.bare import Bare, bare, echo
from tests.bench.crowd import Member, all_follow, gather_crowd
from tests.bench.place import Measured, scaled, two_nodes
from tests.bench.returning import Returning, come_back
from tests.bench.steady import Steady, pair_up, percentiles
from tests.bench.usage import cpu_seconds

CLIENTS = 5_000
GROUP = 20
OTHERS = 100  # pairs at the node that stays
RATE = 100.0
BEFORE_S = 5.0
PATIENCE_S = 180.0


async def killed() -> list[str]:
    async with two_nodes() as at:
        dying, staying = at.nodes
        steady = await pair_up(at, OTHERS, ports=(staying.port, staying.port))
        clients = await _clients(at, scaled(CLIENTS), dying.port)
        for client in clients:
            client.when_lost_go_to(staying.port)
        before = await steady.run_for(RATE, BEFORE_S)
        used, began = cpu_seconds(staying.child.pid), time.monotonic()
        dying.child.kill()
        meanwhile = await _until_back(steady, clients)
        spent = (cpu_seconds(staying.child.pid) - used) / len(clients) * 1000
    back = sorted(client.back - began for client in clients if client.back is not None)
    tries = sum(client.tries for client in clients) / max(1, len(back))
    async with bare() as server:
        reference = await _bare_return(server, len(clients))
    slowest = f"all of {len(clients)} after {back[-1]:.1f} s" if len(back) == len(clients) else f"{len(back)} of {len(clients)} after {PATIENCE_S:.0f} s"
    return [
        f"clients of a killed node that follow again on the other: {slowest}, half of them after {back[len(back) // 2]:.1f} s; aim: within 30 s",
        f"  {tries:.1f} tries each, {spent:.1f} ms of the node's CPU each; connections to a bare server with the same waits: {reference:.1f} s",
        f"send to shown for the other node's own, {RATE:.0f} a second, meanwhile: {percentiles(meanwhile)}; aim: p99 at most 500",
        f"  before the kill: {percentiles(before)}",
    ]


async def _clients(at: Measured, count: int, port: int) -> list[Returning]:
    found = []
    for _ in range(0, count, GROUP):
        people = await at.people(GROUP)
        room = await at.room(people)
        members: list[Member] = await gather_crowd(at.house, at.url, people, port=port)
        await all_follow(members, room)
        found += [Returning(at.url, person, room, member) for person, member in zip(people, members, strict=True)]
    return found


async def _until_back(steady: Steady, clients: list[Returning]) -> list[float]:
    """What the others' messages took until everybody was back."""
    had, stop = len(steady.took), asyncio.Event()
    talking = asyncio.create_task(steady.run(RATE, stop))
    give_up = time.monotonic() + PATIENCE_S
    while any(client.back is None for client in clients) and time.monotonic() < give_up:  # noqa: ASYNC110  # thousands of them
        await asyncio.sleep(0.1)
    stop.set()
    await talking
    return steady.took[had:]


async def _bare_return(server: Bare, count: int) -> float:
    """Seconds until so many have come to the bare server, all of them starting now."""
    began = time.monotonic()

    async def come() -> None:
        await echo(await server.connect())

    await asyncio.gather(*(come_back(come) for _ in range(count)))
    return time.monotonic() - began
