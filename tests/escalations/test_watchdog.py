"""The watchdog: what does not move is found, said, and set moving again; what moves is left alone."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from beside.escalations.acknowledge import acknowledge
from beside.escalations.advance import advance
from beside.escalations.start import start
from beside.escalations.tables import Attempt, Escalation, Page
from beside.escalations.watchdog import watch
from beside.kit.context import command, query
from beside.kit.metrics import ALARMS
from tests.escalations.scene import Scene
from tests.rig.receiver import OnCallReceiver

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def alarms(kind: str) -> float:
    return float(ALARMS.labels(kind)._value.get())


async def test_what_moves_is_no_alarm(scene: Scene) -> None:
    """Raised, delivered, taken, begun, closed: at none of these does the watchdog say a word."""
    escalation = await scene.raise_it()
    assert 0 == await watch(scene.house)
    await scene.worker.look()
    assert 0 == await watch(scene.house)
    for act in (acknowledge, start):
        async with scene.acting(escalation) as (ctx, row):
            await act(ctx, row)
        assert 0 == await watch(scene.house)


async def test_without_a_next_step_it_is_found_and_moves_again(scene: Scene, receiver: OnCallReceiver) -> None:
    """An open escalation whose next step was lost is an alarm; after it the page goes out."""
    escalation = await scene.raise_it()
    async with command(scene.house) as ctx:
        await ctx.db.exec(update(Escalation).where(col(Escalation.id) == escalation).values(next_step_at=None))
    assert 0 == await scene.worker.look()
    before = alarms("no_next_step")
    assert 1 == await watch(scene.house)
    assert before + 1 == alarms("no_next_step")
    await scene.worker.look()
    assert 1 == len(receiver.received)


@pytest.mark.parametrize(("seconds", "expected"), [(15, 0), (16, 1)])
async def test_a_late_step_is_an_alarm(scene: Scene, seconds: int, expected: int) -> None:
    """Critical: a step more than 15 s late means that no worker is at work (FAULTS 101)."""
    await scene.raise_it()
    scene.later(seconds=seconds)
    assert expected == await watch(scene.house)


async def test_an_attempt_without_an_end_is_found(scene: Scene, receiver: OnCallReceiver) -> None:
    """A minute without an outcome: the attempt is marked as lost, an alarm is raised, and the page is tried again."""
    escalation = await scene.raise_it()
    assert 1 == len(await advance(scene.house, escalation))
    async with command(scene.house) as ctx:  # as if it were still held
        await ctx.db.exec(update(Page).values(leased_until=ctx.now + timedelta(hours=1)))
    scene.later(seconds=61)
    before = alarms("stuck")
    assert 1 <= await watch(scene.house)
    assert before + 1 == alarms("stuck")
    async with query(scene.house) as ctx:
        assert ["lost"] == list((await ctx.db.exec(select(Attempt.reason))).all())
    await scene.worker.look()
    assert 1 == len(receiver.received)
