"""From the commit that raises an escalation to the signed webhook at the receiver, against a bare POST to the same receiver."""

import asyncio
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpx2

from beside.conversations.open import open_one_to_one
from beside.conversations.tables import Conversation
from beside.escalations.beats import last_seen
from beside.escalations.open import open_escalation
from beside.kit.clock import SystemClock
from beside.kit.context import command, query
from beside.protocol.requests import RaiseEscalation
from beside.protocol.shapes import Consent, Severity
from beside.worker import Worker
from tests.bench.place import scaled
from tests.escalations.scene import SECRET, Scene, make_scene
from tests.rig.house import open_house
from tests.rig.nodes import Premises
from tests.rig.postgres import DURABLE, PostgresServer
from tests.rig.receiver import OnCallReceiver
from tests.rig.tables import make_tables

RAISED = 50
RATE = 50.0  # raises a second, over PostgreSQL, with the worker a process of its own
RUSH = 1_500
AIM_MS = 2_000
AT_ONCE = 8  # commits under way together; where they take longer than that allows, fewer than `RATE` are raised, and the figure says how many


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


async def rush() -> list[str]:
    """Fifty raises a second, from the commit of each to its first attempt at the receiver."""
    count = scaled(RUSH)
    postgres = await asyncio.to_thread(PostgresServer, DURABLE)
    with tempfile.TemporaryDirectory(prefix="beside-bench-") as folder:
        try:
            await asyncio.to_thread(postgres.start)
            await asyncio.to_thread(make_tables, postgres.url())
            async with OnCallReceiver(SECRET) as receiver:
                premises = Premises(Path(folder), postgres.url(), BESIDE_ALLOWED_PRIVATE_HOSTS=f'["127.0.0.1:{receiver.port}"]', BESIDE_LOG_LEVEL="error")
                try:
                    async with premises.house() as house:
                        scene = await make_scene(house, receiver)
                        talks = [await _talk(scene) for _ in range(count)]
                        premises.worker()
                        await _at_work(scene)
                        took, raised = await _at_a_pace(scene, receiver, talks)
                        bare = await _bare(receiver.port)
                finally:
                    premises.close()
        finally:
            await asyncio.to_thread(postgres.close)
    took.sort()
    p99 = took[int(len(took) * 0.99)]
    how_many = f"{raised:.0f} raises a second ({RATE:.0f} wanted, {count} in all)"
    return [
        f"commit to first attempt at {how_many}: median {statistics.median(took):.0f} ms, p99 {p99:.0f} ms; aim: {AIM_MS} ms",
        f"  a bare POST to the same receiver: median {bare:.1f} ms; ratio {statistics.median(took) / bare:.1f}",
    ]


async def _at_work(scene: Scene) -> None:
    """Once the worker has been seen: loading it is not what is measured."""
    for _ in range(600):
        async with query(scene.house) as ctx:
            if await last_seen(ctx):
                return
        await asyncio.sleep(0.1)


async def _at_a_pace(scene: Scene, receiver: OnCallReceiver, talks: list[UUID]) -> tuple[list[float], float]:
    """Milliseconds from each commit to its page; how many were raised a second."""
    committed: dict[str, datetime] = {}
    peer, few = scene.cast.peer.actor, asyncio.Semaphore(AT_ONCE)

    async def one(talk: UUID) -> None:
        async with few:
            await commit(talk)

    async def commit(talk: UUID) -> None:
        asked = RaiseEscalation(conversation=talk, severity=Severity.critical, consent=Consent.agreed, view="Figures.")
        async with command(scene.house, peer) as ctx:
            raised = (await open_escalation(ctx, await ctx.db.get_one(Conversation, talk), asked)).id
        committed[raised.hex] = SystemClock().now()

    began = time.monotonic()
    async with asyncio.TaskGroup() as raising:
        for n, talk in enumerate(talks):
            await asyncio.sleep(max(0.0, began + n / RATE - time.monotonic()))
            raising.create_task(one(talk))
    raised_a_second = len(talks) / (time.monotonic() - began)
    await receiver.wait_for(len(talks), 120.0)
    first: dict[str, datetime] = {}
    for got in receiver.received:
        first.setdefault(got.id.split("_")[1], got.at)
    return [(first[name] - at).total_seconds() * 1000 for name, at in committed.items() if name in first], raised_a_second


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
