"""After any trouble with Redis hints carry again. No round of a node and no heartbeat comes in time to help here: only a hint can bring a line across."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from beside.gateway import heartbeat
from beside.kit.broker import redis as bus
from beside.protocol import topics
from beside.protocol.shapes import Log
from tests.gateway.conftest import Here
from tests.rig.client import ScriptedClient
from tests.rig.ear import Ear
from tests.rig.oracle import complaints
from tests.rig.pair import Pair, pair
from tests.rig.proxy import FaultProxy
from tests.rig.redis import RedisServer
from tests.rig.wait import until

NEVER_S = 3600.0
WELL_S = 30.0  # bounds each wait; FAULTS asks for 2 s once Redis is back, and for 10 s until a silent one is noticed
CARRIED_S = 4.0  # bounds the wait for a hint, which takes milliseconds


@pytest.fixture(autouse=True)
def no_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set before the nodes begin their own."""
    monkeypatch.setattr(heartbeat, "POLL_S", NEVER_S)
    monkeypatch.setattr(heartbeat, "BEAT_S", NEVER_S)


@dataclass(frozen=True, slots=True)
class Side:
    """One node, the person at it, and an ear for what its bus says of the conversation."""

    at: Here
    client: ScriptedClient
    ear: Ear

    @property
    def well(self) -> bool:
        return self.at.house.broker.well

    def is_reading(self, chat: UUID) -> bool:
        return self.at.node.roster.logs[chat, Log.public]._pulling is not None


@dataclass(frozen=True, slots=True)
class Scene:
    """The member at one node, the peer at the other; both nodes reach Redis through `proxy`."""

    redis: RedisServer
    proxy: FaultProxy
    two: Pair
    chat: UUID
    sides: tuple[Side, Side]

    async def carried(self, words: str) -> list[tuple[int | None, list[Any]]]:
        """Say it from each side, and wait until the other shows it: where it stands in the log, and all that the other's bus said meanwhile."""
        found = []
        for here, there in (self.sides, self.sides[::-1]):
            before, line = len(there.ear.heard), f"{words} from {here.client.name}"
            said = await here.client.send(self.chat, line)
            await until(lambda there=there, line=line: line in there.client.bodies(self.chat), CARRIED_S, line)  # type: ignore[misc]  # defaults are the loop's values
            hints = [payload and msgspec.json.decode(payload) for _, payload in there.ear.heard[before:]]
            found.append((said.seq, [hint and (hint["type"], hint["seq"]) for hint in hints]))
        return found

    async def mended(self) -> None:
        """Redis answers, both nodes are well and have looked for what they missed: nothing is under way that could find a later line for them."""
        if self.proxy.to_client.black_hole:
            self.proxy.heal()
            await self.proxy.cut()  # what lost bytes can only be torn
        if not self.redis.child.alive:
            await asyncio.to_thread(self.redis.start)
        await until(lambda: all(side.well and side.ear.gaps for side in self.sides), WELL_S, "both nodes well again")
        await until(lambda: not any(side.is_reading(self.chat) for side in self.sides), WELL_S, "what was missed")


@asynccontextmanager
async def scene(folder: Path, database_url: str, redis: RedisServer) -> AsyncIterator[Scene]:
    async with FaultProxy(redis.port) as proxy, pair(folder, database_url, redis.url_by(proxy.port)) as two:
        chat = await two.chat()
        async with two.sockets(two.cast.member, chat, at_two=0) as (wren,), two.sockets(two.cast.peer, chat, at_one=0) as (alder,):
            sides = Side(two.one, wren, Ear()), Side(two.two, alder, Ear())
            for side in sides:
                await side.at.house.broker.subscribe(topics.conversation(chat), side.ear)
            yield Scene(redis, proxy, two, chat, sides)


async def killed(scene: Scene) -> None:
    """It comes back empty."""
    await asyncio.to_thread(scene.redis.kill)
    await until(lambda: not any(side.well for side in scene.sides), WELL_S, "both nodes to notice")


async def silent(scene: Scene) -> None:
    """Bytes are taken, none come back, and nobody hangs up."""
    scene.proxy.black_hole()
    await until(lambda: not any(side.well for side in scene.sides), WELL_S, "both nodes to notice")


async def cut_off(scene: Scene) -> None:
    """Redis ends every subscription, as it does to those who read too slowly."""
    with scene.redis.client() as inside:
        inside.client_kill_filter(_type="pubsub")


@pytest.mark.parametrize("trouble", [killed, silent, cut_off])
async def test_hints_carry_again_once_redis_is_well(
    tmp_path: Path, postgres_url: str, own_redis: RedisServer, trouble: Callable[[Scene], Awaitable[None]]
) -> None:
    """Killed and empty, silent, or having cut both nodes off: what was said meanwhile is looked for once it is well, and from then on each line crosses by
    the one hint that tells of it, without poll or heartbeat (FAULTS 38, 40, 41, 42)."""
    own_redis.start()
    async with scene(tmp_path, postgres_url, own_redis) as here:
        before = await here.carried("before")
        await trouble(here)
        for side in here.sides:
            await side.client.send(here.chat, f"during from {side.client.name}")
        await here.mended()
        after = await here.carried("after")
        people = [side.client for side in here.sides]
        assert [(seq, [("grew", seq)]) for seq, _ in before] == before
        assert [(seq, [("grew", seq)]) for seq, _ in after] == after
        assert [] == await complaints(here.two.house, people)


async def test_hints_carry_once_a_redis_that_was_never_there_is_started(
    tmp_path: Path, postgres_url: str, own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two nodes began without it, and somebody starts it: from then on each line crosses by a hint, without poll or heartbeat (FAULTS 39; a node that
    starts waits for Redis 0.2 s here and not 3)."""
    monkeypatch.setattr(bus, "OPEN_S", 0.2)
    async with scene(tmp_path, postgres_url, own_redis) as here:
        for side in here.sides:
            await side.client.send(here.chat, f"without from {side.client.name}")
        await here.mended()
        after = await here.carried("with")
        assert [(seq, [("grew", seq)]) for seq, _ in after] == after
        assert [] == await complaints(here.two.house, [side.client for side in here.sides])
