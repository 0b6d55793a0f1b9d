"""The clock of a machine is set wrong, or set while it runs: nobody is called early, and nobody late."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from beside.escalations.tables import Attempt, Escalation, Page
from beside.kit.context import query
from tests.escalations.scene import SECRET, VIEW, make_scene
from tests.rig.client import ScriptedClient
from tests.rig.nodes import Premises
from tests.rig.receiver import OnCallReceiver

SOON_S = 40.0
HOUR = 3600
NEAR = timedelta(minutes=1)  # a run is over sooner; an hour is not


@pytest.mark.parametrize("at_first", [HOUR, -HOUR], ids=["ahead, then behind", "behind, then ahead"])
async def test_a_host_whose_clock_jumps_by_an_hour_calls_nobody_early_or_late(at_first: int, postgres_url: str, tmp_path: Path) -> None:
    """A node and a worker an hour off, then set an hour off the other way while they run: each page leaves at once, the next rung is not asked before its
    time, and every time they write is the database's (FAULTS 102)."""
    wall = tmp_path / "wall"
    wall.write_text(str(at_first))
    async with OnCallReceiver(SECRET) as receiver, OnCallReceiver(SECRET) as next_rung:
        premises = Premises(tmp_path, postgres_url, BESIDE_ALLOWED_PRIVATE_HOSTS=f'["127.0.0.1:{receiver.port}", "127.0.0.1:{next_rung.port}"]')
        try:
            async with premises.house() as house:
                scene = await make_scene(house)
                await scene.ladder([receiver.url], [next_rung.url])
                premises.worker(wall=wall)
                node = premises.node(wall=wall)
                async with ScriptedClient(node.url, premises.public_url, scene.cast.peer.token) as peer:
                    for number in range(1, 4):
                        await scene.elsewhere()
                        await peer.call(
                            "POST", "/api/escalations", {"conversation": scene.conversation, "severity": "critical", "consent": "agreed", "view": VIEW}
                        )
                        await receiver.wait_for(number, SOON_S)
                        wall.write_text(str(-at_first))
                assert [True] * 3 == [one.signed for one in receiver.received]
                assert [] == next_rung.received
                async with query(house) as ctx:
                    for times in (Escalation.raised_at, Page.created_at, Attempt.at):
                        written = (await ctx.db.exec(select(times).order_by(col(times)))).all()
                        assert [] == [at for at in written if abs(at - ctx.now) > NEAR], times
        finally:
            premises.close()
