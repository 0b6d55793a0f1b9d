"""The lookout of every process: what is late is found, said once whoever finds it, set moving, and taken back when a worker is there again."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlmodel import col, select

from beside.audit.tables import AuditEntry
from beside.escalations import beats
from beside.escalations.deliver import Outbound
from beside.escalations.lookout import LOOK_S, Lookout
from beside.escalations.moving import Moving
from beside.escalations.standing import standing_alarms
from beside.escalations.tables import Page
from beside.escalations.watch_tables import Alarm, WorkerBeat
from beside.kit.context import query
from beside.kit.metrics import ALARMS
from beside.protocol.shapes import Severity
from tests.escalations.scene import Scene
from tests.rig.cast import Person
from tests.rig.receiver import OnCallReceiver

LOOKS_UNTIL_SILENT = int(beats.UNSEEN.total_seconds() / LOOK_S) + 1


def lookout_of(scene: Scene, receiver: OnCallReceiver) -> Lookout:
    return Lookout(scene.house, Moving(scene.house, Outbound([f"127.0.0.1:{receiver.port}"])))


@pytest.fixture
async def lookout(scene: Scene, receiver: OnCallReceiver) -> AsyncIterator[Lookout]:
    """Of a node: it takes no steps by itself."""
    here = lookout_of(scene, receiver)
    yield here
    await asyncio.gather(*here._moving.under_way)


async def alarms(scene: Scene, *, standing: bool = True) -> list[tuple[str, str]]:
    which = col(Alarm.ended_at).is_(None) if standing else col(Alarm.ended_at).is_not(None)
    async with query(scene.house) as ctx:
        return [(str(kind), about) for kind, about in (await ctx.db.exec(select(Alarm.kind, Alarm.about).where(which))).all()]


BOUNDS = [(Severity.critical, 15), (Severity.high, 60), (Severity.concern, 600)]


@pytest.mark.parametrize(("severity", "bound"), BOUNDS)
async def test_a_step_later_than_its_severity_bears_is_an_alarm(scene: Scene, lookout: Lookout, severity: Severity, bound: int) -> None:
    """At the bound nothing is said; a second later there is an alarm, counted, in the ledger, and at `/readyz` (FAULTS 101)."""
    escalation = await scene.raise_it(severity)
    before = ALARMS.labels("step_late")._value.get()
    scene.later(seconds=bound)
    await lookout.look()
    assert ([], {}) == (await alarms(scene), lookout.concerns)
    scene.later(seconds=1)
    await lookout.look()
    assert [("step_late", str(escalation))] == await alarms(scene)
    assert {"step_late"} == set(lookout.concerns)
    assert before + 1 == ALARMS.labels("step_late")._value.get()
    async with query(scene.house) as ctx:
        entry = (await ctx.db.exec(select(AuditEntry).where(AuditEntry.action == "escalation:step:late"))).one()
    assert str(escalation) == entry.about["escalation"]


async def test_who_is_on_call_and_who_coordinates_are_told(scene: Scene, lookout: Lookout) -> None:
    """What is late stands on the pages of its own hub's staff, not on those of another hub's; once it is over, on nobody's."""

    async def told(who: Person) -> list[tuple[str, UUID | None]]:
        async with query(scene.house, who.actor) as ctx:
            return [(alarm.kind, alarm.escalation) for alarm in (await standing_alarms(ctx)).alarms]

    escalation = await scene.raise_it()
    scene.later(seconds=16)
    await lookout.look()
    assert [[("step_late", escalation)]] * 2 == [await told(who) for who in (scene.cast.clinician, scene.cast.coordinator)]
    assert [] == await told(scene.cast.stranger)
    await asyncio.gather(*lookout._moving.under_way)
    await beats.beat(scene.house)
    await lookout.look()
    assert [] == await told(scene.cast.coordinator)


async def test_whoever_notices_asks_the_people_on_call(scene: Scene, receiver: OnCallReceiver, lookout: Lookout) -> None:
    """No worker is there: the process that noticed sends the page, under the id that a worker would have given it, and writes it down."""
    escalation = await scene.raise_it()
    scene.later(seconds=16)
    await lookout.look()
    assert [f"page_{escalation.hex}_1_1_1"] == [one.id for one in await receiver.wait_for(1)]
    await asyncio.gather(*lookout._moving.under_way)
    assert "delivered" == (await scene.status(escalation)).state


async def test_of_many_that_notice_one_says_so_and_one_sends(scene: Scene, receiver: OnCallReceiver) -> None:
    """Six processes look at the same moment, again and again: one alarm, one line in the ledger, one attempt (FAULTS 87, 101)."""
    await scene.raise_it()
    scene.later(seconds=16)
    lookouts = [lookout_of(scene, receiver) for _ in range(6)]
    for _ in range(3):
        await asyncio.gather(*(lookout.look() for lookout in lookouts))
        await asyncio.gather(*(task for lookout in lookouts for task in lookout._moving.under_way))
    async with query(scene.house) as ctx:
        assert 1 == len((await ctx.db.exec(select(AuditEntry).where(AuditEntry.action == "escalation:step:late"))).all())
        assert [1] == list((await ctx.db.exec(select(Page.tries))).all())
    assert (1, 1) == (len(await alarms(scene)), len(receiver.received))


async def test_a_worker_that_is_not_seen_is_an_alarm_until_it_is(scene: Scene, receiver: OnCallReceiver, lookout: Lookout) -> None:
    """A node that has just started waits as long as a worker may be silent, then says so; when one beats again, every alarm that is over ends."""
    await scene.raise_it()
    scene.later(seconds=16)
    for _ in range(LOOKS_UNTIL_SILENT - 1):
        await lookout.look()
    assert "no_worker" not in lookout.concerns
    await lookout.look()
    assert {"no_worker", "step_late"} == {kind for kind, _ in await alarms(scene)}
    await asyncio.gather(*lookout._moving.under_way)
    await beats.beat(scene.house)
    await lookout.look()
    assert ([], {}) == (await alarms(scene), lookout.concerns)
    assert 2 == len(await alarms(scene, standing=False))


async def test_a_worker_beats_and_takes_its_leave(scene: Scene, receiver: OnCallReceiver) -> None:
    """A worker is seen while it looks for steps; stopped by intent, it leaves no row behind for anybody to wonder about."""
    stop = asyncio.Event()
    working = asyncio.create_task(scene.worker.run(stop))
    await scene.raise_it()
    await receiver.wait_for(1)  # it has looked
    await beats_are(1, scene)
    stop.set()
    await working
    await beats_are(0, scene)


async def beats_are(count: int, scene: Scene) -> None:
    for _ in range(500):
        async with query(scene.house) as ctx:
            if count == len((await ctx.db.exec(select(WorkerBeat.worker))).all()):
                return
        await asyncio.sleep(0.01)
    raise AssertionError(f"never {count} workers")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer: who holds a row holds the file
async def test_a_row_that_somebody_holds_silences_nothing(scene: Scene, receiver: OnCallReceiver, lookout: Lookout) -> None:
    """Whoever hangs holds the escalation's row in a transaction: the alarm is raised all the same, and the page goes out once the row is free (FAULTS 101)."""
    escalation = await scene.raise_it()
    scene.later(seconds=16)
    async with scene.acting(escalation):
        await lookout.look()
        assert [("step_late", str(escalation))] == await alarms(scene)
        await asyncio.gather(*lookout._moving.under_way)
        assert [] == receiver.received
    await lookout.look()
    assert 1 == len(await receiver.wait_for(1))
