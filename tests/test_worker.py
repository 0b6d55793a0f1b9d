"""The worker: woken by a commit, stopped cleanly, and ended by nothing that breaks."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from beside.escalations.deliver import Outbound
from beside.kit.clock import SystemClock
from beside.kit.context import command
from beside.kit.house import House
from beside.worker import Worker, run_worker
from tests.escalations.scene import SECRET, make_scene
from tests.rig.house import open_house
from tests.rig.receiver import OnCallReceiver, Reply
from tests.rig.wait import until

SOON_S = 20.0


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """On the system's clock: the worker waits in real time."""
    async with open_house(database_url, clock=SystemClock()) as here:
        yield here


@asynccontextmanager
async def at_work(worker: Worker) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(running, SOON_S)


async def test_what_is_raised_leaves_at_once(house: House) -> None:
    """A worker in the same process is woken by the commit, and the signed page is out."""
    async with OnCallReceiver(SECRET) as receiver:
        scene = await make_scene(house, receiver)
        async with at_work(scene.worker):
            await scene.raise_it()
            assert [True] == [one.signed for one in await receiver.wait_for(1, SOON_S)]


async def test_stopping_finishes_what_was_sent(house: House) -> None:
    """Asked to stop while a receiver is still answering, the worker waits for the answer and writes it down."""
    async with OnCallReceiver(SECRET, replies=[Reply(delay_s=1.0)]) as receiver:
        scene = await make_scene(house, receiver)
        async with at_work(scene.worker):
            escalation = await scene.raise_it()
            await receiver.wait_for(1, SOON_S)
        assert "delivered" == (await scene.status(escalation)).state


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_job_that_breaks_ends_nothing(house: House) -> None:
    """A job that raises is put off, and the job after it is run."""
    done: list[str] = []

    async def breaks(_: House, __: Mapping[str, Any]) -> None:
        raise ZeroDivisionError

    async def works(_: House, args: Mapping[str, Any]) -> None:
        done.append(args["what"])
        finished.set()

    finished = asyncio.Event()
    with capture_logs() as said:
        async with at_work(Worker(house, {"breaks": breaks, "works": works}, Outbound())):
            async with command(house) as ctx:
                ctx.enqueue("breaks", {})
                ctx.enqueue("works", {"what": "tea"})
            await asyncio.wait_for(finished.wait(), SOON_S)
    assert ["ZeroDivisionError"] == [entry["error"] for entry in said if entry["event"] == "job.put_off"]
    assert ["tea"] == done


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_database_that_goes_away_ends_nothing(house: House) -> None:
    """While every look breaks, the loops go on; when the table is back, what was raised leaves."""
    async with OnCallReceiver(SECRET) as receiver:
        scene = await make_scene(house, receiver)
        await scene.raise_it()
        await rename(house, "escalation", "escalation_away")
        with capture_logs() as said:
            running = asyncio.create_task(scene.worker.run(stop := asyncio.Event()))
            await until(lambda: {"steps", "watchdog"} <= {entry.get("what") for entry in said}, SOON_S, "two looks that broke")
        try:
            await rename(house, "escalation_away", "escalation")
            assert 1 == len(await receiver.wait_for(1, SOON_S))
        finally:
            stop.set()
            await asyncio.wait_for(running, SOON_S)


async def test_alone_it_has_its_own_connections(house: House) -> None:
    """`run_worker` ends when asked, and leaves the house's database usable."""
    stop = asyncio.Event()
    running = asyncio.create_task(run_worker(house, stop))
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(running, SOON_S)
    scene = await make_scene(house)
    assert [await scene.raise_it()] == await scene.house_open()


async def rename(house: House, old: str, new: str) -> None:
    async with house.database.engine.begin() as connection:
        await connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")
