"""Two pairs talk to one node over a network that goes bad in each way there is, and gets well: nothing is lost, and no open socket has gone deaf."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from limits import parse

from beside.conversations.open import open_one_to_one
from beside.gateway import heartbeat
from beside.kit.context import command
from beside.kit.ids import new_id
from beside.messages.send import send
from beside.protocol.shapes import Log, Role
from tests.faults.hearing import judged
from tests.faults.schedule import What
from tests.faults.storm import heal, spoil
from tests.faults.talker import Talker
from tests.gateway.conftest import Here
from tests.rig.cast import Person, make_person
from tests.rig.proxy import FaultProxy
from tests.rig.wait import until

LASTS = {What.latency, What.bandwidth, What.slow_read}
"""A line that only became slow is not left: the very sockets that went through it must be in order afterwards."""
SILENT = {What.black_hole, What.half_open}
WATCH_S = 1.0  # a silent line is found by both ends within this: the node pings after 20 s and waits 20 more, a client waits 10 s for an answer
NEVER_S = 3600.0
SOON_S = 30.0  # bounds each wait
PAUSE_S = 0.05
LETTERS = 1_000  # of each line: a narrow line feels them
UNCONFIRMED = 64  # DELIVERY: what a socket may leave unconfirmed


@dataclass(slots=True)
class Lines:
    """Everybody says one after the other until it is over."""

    is_over: bool = False
    said: Counter[str] = field(default_factory=Counter)

    async def words(self, talker: Talker) -> tuple[UUID, str] | None:
        await asyncio.sleep(PAUSE_S * random.random())
        if self.is_over:
            return None
        self.said[talker.name] += 1
        return talker.rooms[0], f"{talker.name} {self.said[talker.name]} {'.' * LETTERS}"


@dataclass(frozen=True, slots=True)
class Scene:
    here: Here
    proxy: FaultProxy
    talkers: list[Talker]
    speakers: dict[UUID, Person]
    """One of each room."""

    async def each_says(self, count: int) -> None:
        """Wait until everybody has so many more lines acknowledged."""
        due = {talker.name: len(talker.acknowledged) + count for talker in self.talkers}
        await until(lambda: all(len(talker.acknowledged) >= due[talker.name] for talker in self.talkers), SOON_S, f"{count} lines of each")

    async def held(self, what: What) -> None:
        """Wait until it has done what it can do."""
        if what is What.slow_read:
            for room, person in self.speakers.items():
                for n in range(UNCONFIRMED + 1):
                    async with command(self.here.house, person.actor) as ctx:
                        await send(ctx, room, new_id(), f"meanwhile {n}")
            logs = [self.here.node.roster.logs[room, Log.public] for room in self.speakers]
            await until(lambda: not any(follow.live for log in logs for follow in log.follows), SOON_S, "the node to leave them behind")
        elif what in LASTS:
            await self.each_says(3)
        else:
            await until(lambda: all(talker.lost for talker in self.talkers), SOON_S, "everybody to notice")
            if what in SILENT:
                await until(lambda: not self.here.node.roster.connections, SOON_S, "the node to notice")


@pytest.fixture(autouse=True)
def no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set before the node begins its own: nothing mends a socket that the node has left behind, but the node."""
    monkeypatch.setattr(heartbeat, "BEAT_S", NEVER_S)


@pytest.fixture
async def scene(here: Here, monkeypatch: pytest.MonkeyPatch, what: What) -> AsyncIterator[Scene]:
    if what in SILENT:
        here.server.config.ws_ping_interval = here.server.config.ws_ping_timeout = WATCH_S
        monkeypatch.setattr("tests.rig.client.ANSWER_S", WATCH_S)
    monkeypatch.setattr(here.house.limiter, "_named", here.house.limiter._named | {"message": parse("1000/second")})
    cast, rooms = here.cast, {}
    async with command(here.house) as ctx:
        other = await make_person(ctx, cast.hub, "Sorrel", Role.peer)
        for one, two in ((cast.member, cast.peer), (cast.outsider, other)):
            rooms[(await open_one_to_one(ctx, cast.hub, one.account, two.account)).id] = (one, two)
    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(FaultProxy(here.server.node.settings.port))
        talkers = []
        for room, pair in rooms.items():
            for person in pair:
                talker = Talker(f"http://127.0.0.1:{proxy.port}", here.url, person.token, person.name, ways=[proxy.port], rooms=[room])
                talkers.append(await stack.enter_async_context(talker))
        yield Scene(here, proxy, talkers, {room: pair[0] for room, pair in rooms.items()})


@pytest.mark.parametrize("what", [what for what in What if what not in (What.kill, What.stop)])
async def test_two_pairs_talk_through_a_bad_network(scene: Scene, what: What) -> None:
    """Down, slow, cut, reset, black hole, half-open, not read, narrow, and healed: every line is there once, a socket that only was slow is kept and
    hears everything without any heartbeat, and the others come back (FAULTS 19, 26, 30, 127; either end finds a silent line after 1 s, not 10 to 40)."""
    lines = Lines()
    talking = [asyncio.create_task(talker.live(lines.words)) for talker in scene.talkers]
    await scene.each_says(2)
    await spoil(scene.proxy, what)
    await scene.held(what)
    await heal(scene.proxy)
    await scene.each_says(2)
    lines.is_over = True
    await asyncio.gather(*talking)
    lost = {talker.name: talker.lost.total() for talker in scene.talkers}
    assert [] == await judged(scene.here.house, scene.talkers, SOON_S)
    assert lines.said == Counter({talker.name: len(talker.acknowledged) for talker in scene.talkers})
    assert [what not in LASTS] * len(lost) == [times > 0 for times in lost.values()]
