"""A worker that hangs and is not dead (SIGSTOP): somebody else notices, says so, and asks the people on call."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlmodel import col, select

from beside.audit.tables import AuditEntry
from beside.escalations.tables import Attempt
from beside.escalations.watch_tables import Alarm, WorkerBeat
from beside.kit.context import query
from beside.kit.house import House
from tests.escalations.scene import SECRET, make_scene
from tests.rig.nodes import Node, Premises
from tests.rig.receiver import OnCallReceiver, Reply

SOON_S = 90.0  # the worker's silence, the bound of a critical step, a look of a node; and two busy cores


@pytest.mark.long
async def test_a_hung_worker_is_noticed_by_a_node_which_asks_the_people_on_call(postgres_url: str, tmp_path: Path) -> None:
    """Frozen with a critical page in its hands, the worker is missed: alarm, ledger, log, `/readyz`, and the page goes out from the node under the same id;
    thawed, it sends nothing under another, and the alarm is over (FAULTS 86, 101)."""
    async with OnCallReceiver(SECRET, replies=[Reply(hang=True)]) as receiver:
        premises = Premises(tmp_path, postgres_url, BESIDE_ALLOWED_PRIVATE_HOSTS=f'["127.0.0.1:{receiver.port}"]')
        try:
            async with premises.house() as house:
                scene = await make_scene(house)
                await scene.ladder([receiver.url])
                worker, node = premises.worker(), await asyncio.to_thread(premises.node)
                await eventually(lambda: is_seen(house))
                escalation = await scene.raise_it()
                await receiver.wait_for(1, SOON_S)
                worker.freeze()
                await receiver.wait_for(2, SOON_S)
                await eventually(lambda: alarms(house, 2))
                assert {"no_worker", "step_late"} <= await concerns(node)
                assert 2 == node.child.said.count('"escalation.alarm"')
                async with query(house) as ctx:
                    written = (await ctx.db.exec(select(AuditEntry.about).where(AuditEntry.action == "escalation:step:late"))).all()
                assert [str(escalation)] == [about["escalation"] for about in written]
                worker.thaw()
                await eventually(lambda: alarms(house, 0))
                await eventually(lambda: ended(house))
                assert 1 == len({one.id for one in receiver.received})
                assert "delivered" == (await scene.status(escalation)).state
                assert {"no_worker", "step_late"}.isdisjoint(await concerns(node))
        finally:
            premises.close()


async def concerns(node: Node) -> set[str]:
    said = (await asyncio.to_thread(node.readiness))[1]["degraded"]
    assert isinstance(said, dict)
    return set(said)


async def is_seen(house: House) -> bool:
    async with query(house) as ctx:
        return bool((await ctx.db.exec(select(WorkerBeat.worker))).all())


async def alarms(house: House, standing: int) -> bool:
    async with query(house) as ctx:
        return standing == len((await ctx.db.exec(select(Alarm.id).where(col(Alarm.ended_at).is_(None)))).all())


async def ended(house: House) -> bool:
    async with query(house) as ctx:
        return not (await ctx.db.exec(select(Attempt.id).where(col(Attempt.ended_at).is_(None)))).all()


async def eventually(true: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(int(SOON_S / 0.1)):
        if await true():
            return
        await asyncio.sleep(0.1)
    raise TimeoutError(true.__name__)
