"""The promise of two minutes, kept in two minutes: everywhere else time is made to pass, here it does."""

from pathlib import Path

import pytest

from tests.escalations.scene import SECRET, make_scene
from tests.rig.nodes import Premises
from tests.rig.receiver import OnCallReceiver

RUNG_S = 120.0
SLACK_S = 2.0
LATE_S = 15.0  # beyond this our own watch calls it an alarm; between the two lies what a busy machine does to any program


@pytest.mark.long
async def test_nobody_answers_and_the_second_rung_is_asked_after_two_minutes(postgres_url: str, tmp_path: Path) -> None:
    """Delivered at once and never answered, with a real worker in real time: the second rung is asked at 120 s, not two seconds sooner (FAULTS 90)."""
    async with OnCallReceiver(SECRET) as first, OnCallReceiver(SECRET) as second:
        premises = Premises(tmp_path, postgres_url, BESIDE_ALLOWED_PRIVATE_HOSTS=f'["127.0.0.1:{first.port}", "127.0.0.1:{second.port}"]')
        try:
            async with premises.house() as house:
                scene = await make_scene(house)
                await scene.ladder([first.url], [second.url])
                premises.worker()
                await scene.raise_it()
                raised = house.clock.now()
                await first.wait_for(1, 60.0)
                await second.wait_for(1, RUNG_S + LATE_S)
                after = (second.received[0].at - raised).total_seconds()
        finally:
            premises.close()
    print(f"second rung asked after {after:.1f} s")  # noqa: T201  # a figure, for whoever asks with -s
    assert RUNG_S - SLACK_S <= after <= RUNG_S + LATE_S
