"""From the commit that raises an escalation to the signed webhook at the receiver, against a bare POST to the same receiver."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from uuid import UUID

import httpx2

from beside.conversations.open import open_one_to_one
from beside.kit.clock import SystemClock
from beside.kit.context import command
from beside.worker import Worker
from tests.escalations.scene import SECRET, Scene, make_scene
from tests.rig.house import open_house
from tests.rig.receiver import OnCallReceiver
from tests.rig.tables import make_tables

RAISED = 50


async def paging() -> list[str]:
    with tempfile.TemporaryDirectory(prefix="beside-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'beside.db'}"
        await asyncio.to_thread(make_tables, url)
        async with open_house(url, clock=SystemClock()) as house, OnCallReceiver(SECRET) as receiver:
            scene = await make_scene(house, receiver)
            stop = asyncio.Event()
            working = asyncio.create_task(_work(scene.worker, stop))
            took = []
            for n in range(RAISED):
                scene.conversation = await _talk(scene)
                await scene.raise_it()
                committed = house.clock.now()
                await receiver.wait_for(n + 1, 20.0)
                took.append((receiver.received[n].at - committed).total_seconds() * 1000)
            stop.set()
            await working
            bare = await _bare(receiver.port)
    took.sort()
    return [
        f"commit to webhook: median {statistics.median(took):.1f} ms, p99 {took[int(len(took) * 0.99)]:.1f} ms ({RAISED} raised, one after the other)",
        f"  a bare POST to the same receiver: median {bare:.1f} ms; ratio {statistics.median(took) / bare:.1f}",
    ]


async def _talk(scene: Scene) -> UUID:
    async with command(scene.house) as ctx:
        return (await open_one_to_one(ctx, scene.cast.hub, scene.cast.member.account, scene.cast.peer.account)).id


async def _work(worker: Worker, stop: asyncio.Event) -> None:
    await worker.run(stop)


async def _bare(port: int) -> float:
    """Median milliseconds of a POST on a new connection each time."""
    took = []
    for _ in range(RAISED):
        began = time.perf_counter()
        async with httpx2.AsyncClient(trust_env=False) as http:
            await http.post(f"http://127.0.0.1:{port}/", content=b"{}")
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)
