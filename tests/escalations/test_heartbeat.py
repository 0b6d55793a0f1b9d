"""The heartbeat: each minute one, by the way of a page; the switch outside hears of it only when it was taken in."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func
from sqlmodel import select

from beside.escalations.deliver import Outbound
from beside.escalations.heartbeat import Heart, Pulse
from beside.escalations.lookout import Lookout
from beside.escalations.moving import Moving
from beside.escalations.tables import Attempt, Escalation, Page
from beside.escalations.watch_tables import Heartbeat
from beside.kit.clock import SystemClock
from beside.kit.context import query
from beside.kit.house import House
from beside.worker import Worker
from tests.escalations.scene import SECRET, Scene, make_scene
from tests.rig.house import open_house
from tests.rig.receiver import OnCallReceiver, Reply

SOON_S = 20.0


@pytest.fixture
async def switch() -> AsyncIterator[OnCallReceiver]:
    """The dead-man's switch outside: whatever is posted there is a sign of life."""
    async with OnCallReceiver() as here:
        yield here


def pulse_of(house: House, receiver: OnCallReceiver, switch: OnCallReceiver) -> Pulse:
    """Of a worker that has just started."""
    allowed = Outbound([f"127.0.0.1:{receiver.port}", f"127.0.0.1:{switch.port}"])
    return Pulse(house, allowed, Heart(receiver.url, SECRET, switch.url))


async def beat(pulse: Pulse) -> bool:
    """What a worker does in one look; whether there was anything to do."""
    pulse._look_at = 0.0
    minute = await pulse.claim()
    if minute is not None:
        await pulse.send(minute)
    return minute is not None


async def test_it_is_taken_in_and_then_the_switch_is_told(house: House, receiver: OnCallReceiver, switch: OnCallReceiver) -> None:
    """Once a minute: signed, delivered, written down, and only then a POST to the switch."""
    scene = await make_scene(house)
    pulse = pulse_of(house, receiver, switch)
    assert [True, False] == [await beat(pulse), await beat(pulse)]
    scene.later(minutes=1)
    assert await beat(pulse)
    assert [True, True] == [one.signed for one in receiver.received]
    assert 2 == len({one.id for one in receiver.received})
    assert ["POST", "POST"] == [one.method for one in switch.received]
    assert all(sent.at <= told.at for sent, told in zip(receiver.received, switch.received, strict=True))
    async with query(house) as ctx:
        assert [(1, 200, True, True)] * 2 == [
            (one.tries, one.status, one.delivered_at is not None, one.pinged_at is not None) for one in (await ctx.db.exec(select(Heartbeat))).all()
        ]


@pytest.mark.parametrize("reply", [Reply(500), Reply(302, {"location": "http://127.0.0.1/"}), Reply(reset=True)], ids=["500", "302", "reset"])
async def test_what_is_not_taken_in_is_not_told(house: House, receiver: OnCallReceiver, switch: OnCallReceiver, reply: Reply) -> None:
    """Refused, sent elsewhere, hung up: the switch hears nothing; after 20 s it is tried again under the same id, and taken in it is told."""
    scene = await make_scene(house)
    receiver.replies.append(reply)
    pulse = pulse_of(house, receiver, switch)
    assert await beat(pulse)
    assert [] == switch.received
    scene.later(seconds=19)
    assert not await beat(pulse)
    scene.later(seconds=1)
    assert await beat(pulse)
    assert (2, 1, 1) == (len(receiver.received), len({one.id for one in receiver.received}), len(switch.received))


async def test_of_many_workers_one_sends_it(house: House, receiver: OnCallReceiver, switch: OnCallReceiver) -> None:
    """Six workers in the same minute: one heartbeat, one word to the switch (FAULTS 87)."""
    await make_scene(house)
    did = await asyncio.gather(*(beat(pulse_of(house, receiver, switch)) for _ in range(6)))
    assert 1 == sum(did) == len(receiver.received) == len(switch.received)


async def test_it_is_about_nobody(scene: Scene, receiver: OnCallReceiver, switch: OnCallReceiver) -> None:
    """Nothing but a type, a time and a number leaves, and nothing of a hub is read or written for it: no page, no attempt, no escalation."""
    await beat(pulse_of(scene.house, receiver, switch))
    assert {"type", "timestamp", "data"} == set(json.loads(receiver.received[0].body))
    assert ["minute"] == list(json.loads(receiver.received[0].body)["data"])
    assert b"" == switch.received[0].body
    async with query(scene.house) as ctx:
        for table in (Escalation, Page, Attempt):
            assert 0 == (await ctx.db.exec(select(func.count()).select_from(table))).one()


async def test_minutes_without_one_are_an_alarm(house: House, receiver: OnCallReceiver, switch: OnCallReceiver) -> None:
    """Three minutes of heartbeats that nobody takes in are said at `/readyz`; one that gets through ends it. Where none are made, none is missed."""
    scene = await make_scene(house)
    lookout, pulse = Lookout(house, Moving(house, Outbound())), pulse_of(house, receiver, switch)
    await lookout.look()
    receiver.always = Reply(500)
    for _ in range(3):
        assert "heartbeat_missed" not in lookout.concerns
        await beat(pulse)
        scene.later(minutes=1, seconds=1)
        await lookout.look()
    assert "heartbeat_missed" in lookout.concerns
    receiver.always = Reply()
    await beat(pulse)
    await lookout.look()
    assert "heartbeat_missed" not in lookout.concerns


async def test_a_worker_sends_it_by_itself(database_url: str, receiver: OnCallReceiver, switch: OnCallReceiver) -> None:
    """A worker that has just started sends this minute's, from the loop that takes the steps of escalations."""
    async with open_house(database_url, clock=SystemClock()) as house:
        allowed = Outbound([f"127.0.0.1:{receiver.port}", f"127.0.0.1:{switch.port}"])
        stop = asyncio.Event()
        working = asyncio.create_task(Worker(house, {}, allowed, Heart(receiver.url, SECRET, switch.url)).run(stop))
        await switch.wait_for(1, SOON_S)
        stop.set()
        await working
        assert [True] == [one.signed for one in receiver.received[:1]]
