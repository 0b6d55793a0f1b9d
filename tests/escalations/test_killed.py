"""kill -9 of a real worker process, by a receiver that does it while the request is in its hands; and two workers at once."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from beside.escalations.advance import due_escalations
from beside.escalations.tables import Attempt, Page
from beside.escalations.transports.shapes import Target
from beside.kit.clock import SystemClock
from beside.kit.context import query
from beside.kit.house import House
from beside.protocol.shapes import ChannelKind
from tests.escalations.providers import ROUTING_KEY
from tests.escalations.scene import Scene, make_scene
from tests.rig.child import Child
from tests.rig.house import open_house
from tests.rig.receiver import OnCallReceiver, Reply
from tests.rig.wait import until

ROOT = Path(__file__).parents[2]
SOON_S = 30.0  # a bound for a machine that is busy with other tests; the promise itself is a figure of `make bench`


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """On the system's clock: the worker is another process."""
    async with open_house(database_url, clock=SystemClock()) as here:
        yield here


@pytest.fixture
def workers(database_url: str, receiver: OnCallReceiver, tmp_path: Path) -> Iterator[list[Child]]:
    """Two worker processes on this database, not started."""
    argv = [sys.executable, str(Path(__file__).with_name("one_worker.py")), database_url, f"127.0.0.1:{receiver.port}"]
    made = [Child(argv, log=tmp_path / f"worker{n}.log", cwd=ROOT, env=os.environ | {"PYTHONPATH": f"{ROOT / 'server'}:{ROOT}"}) for n in range(2)]
    yield made
    for worker in made:
        worker.kill()


async def running(worker: Child) -> None:
    """Start it, and wait until it looks for work."""
    worker.start()
    await until(lambda: "ready" in worker.said or not worker.alive, SOON_S, "the worker")
    assert worker.alive, worker.said


async def delivered(scene: Scene, escalation: UUID) -> None:
    """Wait until the peer sees it as delivered."""
    for _ in range(int(SOON_S / 0.1)):
        if (await scene.status(escalation)).state == "delivered":
            return
        await asyncio.sleep(0.1)
    raise TimeoutError("not delivered")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_killed_before_the_first_attempt(house: House, receiver: OnCallReceiver, workers: list[Child]) -> None:
    """Raised while no worker lives: the first that starts sends it, for the row was committed with its cause (FAULTS 85)."""
    scene = await make_scene(house, receiver)
    escalation = await scene.raise_it()
    await running(workers[0])
    await receiver.wait_for(1, SOON_S)
    await delivered(scene, escalation)
    assert [True] == [one.signed for one in receiver.received]


async def test_killed_between_sending_and_writing_it_down(house: House, receiver: OnCallReceiver, workers: list[Child]) -> None:
    """The receiver has the request when its worker is killed: the next worker sends it again under the same id, and writes it down (FAULTS 86)."""
    receiver.replies.append(Reply(hang=True))
    scene = await make_scene(house, receiver)
    escalation = await scene.raise_it()
    await running(workers[0])
    await receiver.wait_for(1, SOON_S)
    workers[0].kill()
    await running(workers[1])
    await delivered(scene, escalation)
    assert 2 == len(receiver.received)
    assert 1 == len({one.id for one in receiver.received})
    async with query(house) as ctx:
        found = (await ctx.db.exec(select(Attempt.status, Attempt.ended_at))).all()
    assert [(False, None), (True, 200)] == sorted((ended is not None, status) for status, ended in found)


async def test_while_one_worker_is_at_it_another_leaves_it_alone(house: House, receiver: OnCallReceiver, workers: list[Child]) -> None:
    """Both workers live and the receiver is slow, for longer than a lease: it is sent once, for the lease is renewed (FAULTS 87)."""
    receiver.replies.append(Reply(delay_s=6.0))
    scene = await make_scene(house, receiver)
    for worker in workers:
        await running(worker)
    escalation = await scene.raise_it()
    await delivered(scene, escalation)
    assert 1 == len(receiver.received)
    async with query(house) as ctx:
        assert [1] == list((await ctx.db.exec(select(Page.tries))).all())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_killed_in_between_a_provider_opens_one_incident(house: House, receiver: OnCallReceiver, workers: list[Child]) -> None:
    """PagerDuty has the event when its worker is killed: it comes again with the same `dedup_key`, so that they open one incident (FAULTS 86)."""
    receiver.replies.append(Reply(hang=True))
    scene = await make_scene(house)
    await scene.ladder_of([(ChannelKind.pagerduty, Target(receiver.url, [ROUTING_KEY]))])
    escalation = await scene.raise_it()
    await running(workers[0])
    await receiver.wait_for(1, SOON_S)
    workers[0].kill()
    await running(workers[1])
    await delivered(scene, escalation)
    events = [json.loads(one.body) for one in receiver.received]
    assert (2, 1, ["trigger", "trigger"]) == (len(events), len({event["dedup_key"] for event in events}), [event["event_action"] for event in events])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_with_one_of_two_killed_the_other_goes_on(house: House, receiver: OnCallReceiver, workers: list[Child]) -> None:
    """Two workers, one killed: what is raised then is delivered by the other."""
    scene = await make_scene(house, receiver)
    for worker in workers:
        await running(worker)
    workers[0].kill()
    escalation = await scene.raise_it()
    await delivered(scene, escalation)
    assert 1 == len({one.id for one in receiver.received})
    assert [] == list(await due_escalations(house))
