"""Thousands of escalations while everything around them is killed, and the receivers refuse, hang, drip, redirect and lie: none is lost, none falls silent."""

import asyncio
import os
import random
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.escalations.scene import SECRET, make_scene
from tests.faults.alarms import Alarms, Moods, complaints, make_conversations, quiet, twice
from tests.faults.ground import NODES, alongside, ground
from tests.faults.schedule import SEED, chosen_seed, kills
from tests.faults.storm import side_by_side
from tests.rig.child import Child
from tests.rig.receiver import OnCallReceiver

ALARMS = int(os.environ.get("BESIDE_ALARMS", "300"))
KILLS = int(os.environ.get("BESIDE_ALARM_KILLS", "16"))
SHARE = {"nodes": 0.2, "worker": 0.3, "postgres": 0.2, "redis": 0.3}
AT_ONCE = 8
CALM_S = 600.0 + ALARMS / 10  # bounds the wait; most is over as soon as the receivers are well again
BACK_S = 1.0


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_no_escalation_is_lost_or_silent_whatever_is_killed(tmp_path: Path) -> None:
    """300 (10,000 on request) raised over HTTP under seeded kills of nodes, two workers, Redis and PostgreSQL, to receivers of every mood: each arrives
    signed, is answered or has a step ahead, and whatever came twice came under one id (FAULTS 85, 86, 87, 88, 90, 97)."""
    seed = chosen_seed()
    rng = random.Random(seed)
    lanes = kills(seed, {part: max(1, round(KILLS * share)) for part, share in SHARE.items()}, ALARMS)
    print(f"{SEED}={seed}", *(f"{part}: {'; '.join(map(str, blows))}" for part, blows in lanes.items()), sep="\n")  # noqa: T201  # shown on failure
    async with AsyncExitStack() as stack:
        receivers = [await stack.enter_async_context(OnCallReceiver(SECRET)) for _ in range(3)]
        moods = [Moods(random.Random(seed + n), ALARMS // 2) for n in range(3)]
        for receiver, mood in zip(receivers, moods, strict=True):
            receiver.replies = mood  # type: ignore[assignment]  # a script without an end
        allowed = ", ".join(f'"127.0.0.1:{receiver.port}"' for receiver in receivers)
        at = await stack.enter_async_context(ground(tmp_path, BESIDE_ALLOWED_PRIVATE_HOSTS=f"[{allowed}]"))
        scene = await make_scene(at.house)
        await scene.ladder([receivers[0].url, receivers[1].url], [receivers[2].url])
        conversations = await make_conversations(scene, ALARMS)
        alarms = Alarms(at.ways, at.premises.public_url, scene.cast.peer.token, rng)
        began = time.monotonic()
        second = at.premises.worker()
        killed: Counter[str] = Counter()
        with alongside(_kill_again_and_again(second, rng, killed)):
            answering = [asyncio.create_task(alarms.answer(receiver)) for receiver in receivers]
            await asyncio.gather(alarms.raise_all(conversations, AT_ONCE), side_by_side(at, lanes, lambda: len(alarms.raised)))
        if not second.alive:
            await asyncio.to_thread(second.start)
        raised_s = time.monotonic() - began
        async with asyncio.timeout(CALM_S):
            while not await quiet(at.house, receivers):  # noqa: ASYNC110  # what is watched is a database
                await asyncio.sleep(BACK_S)
        for task in answering:
            task.cancel()
        await asyncio.gather(*answering, return_exceptions=True)
        assert [] == await complaints(at.house, alarms, receivers)
        assert ALARMS == len(alarms.raised)
        assert set(NODES) & set(at.kills)
        doubled = sum((twice(receiver, mood) for receiver, mood in zip(receivers, moods, strict=True)), Counter[str]())
        requests = [len(receiver.received) for receiver in receivers]
        print(  # noqa: T201  # figures, for whoever asks with -s
            f"{ALARMS} raised in {raised_s:.0f} s, quiet {time.monotonic() - began - raised_s:.0f} s later; kills {Counter(at.kills)}, second worker {killed}; "
            f"asked again {alarms.again}; requests {requests}; taken {len(alarms.taken)}; taken in twice under one id {doubled.total()}"
        )


async def _kill_again_and_again(worker: Child, rng: random.Random, killed: Counter[str]) -> None:
    """kill -9 of the second worker every few seconds; it is started again as systemd would."""
    while True:
        await asyncio.sleep(rng.uniform(2.0, 8.0))
        killed["kill -9"] += worker.alive
        await asyncio.to_thread(worker.kill)
        await asyncio.sleep(BACK_S)
        await asyncio.to_thread(worker.start)
