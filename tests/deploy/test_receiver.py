"""The receiver that the page shows, run as it is pasted from there, by a real page and a real forgery."""

import os
import re
import sys
from pathlib import Path

import httpx2
import pytest

from beside.kit.clock import SystemClock
from tests.escalations.scene import SECRET, make_scene
from tests.rig.child import Child, free_port
from tests.rig.house import open_house
from tests.rig.wait import until

PAGE = Path(__file__).parents[2] / "deploy" / "ON_CALL.md"
STARTED_S = 20.0  # bounds the wait for a process on a busy machine


def is_listening(port: int) -> bool:
    try:
        httpx2.get(f"http://127.0.0.1:{port}/", timeout=1.0)
    except httpx2.HTTPError as silent:
        return not isinstance(silent, httpx2.ConnectError | httpx2.TimeoutException)
    return True


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_receiver_on_the_page_works_as_pasted(database_url: str, tmp_path: Path) -> None:
    """Extracted from the page and started: it takes a real page, signed now, once however often it comes, and refuses a changed one (FAULTS 96)."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    (tmp_path / "receiver.py").write_text(code)
    assert len([line for line in code.splitlines() if line.strip()]) <= 22
    port = free_port()
    child = Child([sys.executable, str(tmp_path / "receiver.py"), str(port)], log=tmp_path / "log", cwd=tmp_path, env=os.environ | {"WEBHOOK_SECRET": SECRET})
    child.start()
    try:
        await until(lambda: is_listening(port), STARTED_S, "the receiver")
        async with open_house(database_url, clock=SystemClock()) as house:
            scene = await make_scene(house)
            await scene.ladder([f"http://127.0.0.1:{port}/"])
            house.private_hosts = [f"127.0.0.1:{port}"]
            scene.rehouse()
            escalation = await scene.raise_it()
            await scene.worker.look()
            assert "delivered" == (await scene.status(escalation)).state, child.said
        await until(lambda: "escalation.raised critical http://beside.test/on-call/link/" in child.said, STARTED_S, "the line of the page")
        forged = httpx2.post(f"http://127.0.0.1:{port}/", content=b"{}", headers={"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"})
        assert (401, 1) == (forged.status_code, child.said.count("escalation.raised"))
    finally:
        child.kill()
