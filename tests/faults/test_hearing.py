"""The judge of every storm: a socket that stays open and goes deaf is found, although coming back would mend it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from uuid import UUID

import pytest

from beside.conversations.log import Entry
from beside.gateway import heartbeat
from beside.gateway.room import LiveLog
from beside.kit.context import command
from beside.kit.ids import new_id
from beside.messages.send import send
from beside.protocol.shapes import Log
from tests.faults.hearing import deaf, judged
from tests.faults.talker import Talker
from tests.gateway.conftest import Here
from tests.rig.oracle import complaints
from tests.rig.wait import until

ROUND_S = 0.2  # in place of 5 s for a poll and 20 s for a heartbeat
MANY_ROUNDS_S = 3.0  # with the second in which a client lets a hole fill by itself


@pytest.fixture(autouse=True)
def quick_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set before the node begins its own."""
    monkeypatch.setattr(heartbeat, "POLL_S", ROUND_S)
    monkeypatch.setattr(heartbeat, "BEAT_S", ROUND_S)


@pytest.fixture
async def room(here: Here) -> UUID:
    return await here.chat()


@pytest.fixture
async def talkers(room: UUID, here: Here) -> AsyncIterator[list[Talker]]:
    """Both of them there, each of whom has said a line."""
    port = here.server.node.settings.port
    async with AsyncExitStack() as stack:
        both = []
        for person in (here.cast.member, here.cast.peer):
            talker = Talker(here.url, here.url, person.token, person.name, ways=[port], rooms=[room])
            both.append(await stack.enter_async_context(talker))
            await talker.until_back()
            await talker.send(room, f"{talker.name} is here")
        yield both


async def _read_breaks_off(conversation: UUID, log_name: Log, seq: int) -> Sequence[Entry]:
    raise ConnectionError("the database has gone")


async def _a_read_breaks_off(here: Here, room: UUID) -> None:
    """The fault: hints were missed, and the read that should mend it fails, once."""
    live = here.node.roster.logs[room, Log.public]
    await until(lambda: all(follow.live for follow in live.follows))  # who still catches up reads for themselves
    whole, live._read = live._read, _read_breaks_off
    live.hear(live.heard_seq + 1)
    pulling = live._pulling
    assert pulling
    await asyncio.wait([pulling])
    live._read = whole


async def _say(here: Here, room: UUID) -> None:
    async with command(here.house, here.cast.peer.actor) as ctx:
        await send(ctx, room, new_id(), "after the fault")


async def test_a_node_that_stops_telling_after_a_fault_is_noticed(here: Here, room: UUID, talkers: list[Talker], monkeypatch: pytest.MonkeyPatch) -> None:
    """A read that breaks off and is never begun again leaves open sockets deaf for good: the judge complains of each, and their coming back hides it
    (FAULTS 129; a poll and a heartbeat each 0.2 s instead of 5 and 20)."""

    async def pull_once(self: LiveLog) -> None:
        await real(self)
        self._pulling = asyncio.current_task()  # nobody will begin another

    real = LiveLog._pull
    assert [] == await deaf(here.house, talkers, MANY_ROUNDS_S)
    await until(lambda: not any(talker.is_fetching for talker in talkers))  # a hole from before the fault would have it fetched after it
    monkeypatch.setattr(LiveLog, "_pull", pull_once)
    await _a_read_breaks_off(here, room)
    await _say(here, room)
    assert ["Wren is connected, and deaf after 5 of 6", "Alder is connected, and deaf after 5 of 6"] == await deaf(here.house, talkers, MANY_ROUNDS_S)
    for talker in talkers:
        await talker.until_back()
    assert [] == await complaints(here.house, talkers)


async def test_what_the_clients_own_nets_mend_is_no_complaint(here: Here, room: UUID, talkers: list[Talker], monkeypatch: pytest.MonkeyPatch) -> None:
    """A read that broke off is begun again, a line that was never pushed is fetched after a heartbeat, and who has lost the line is not deaf (FAULTS 129)."""
    await _a_read_breaks_off(here, room)
    await _say(here, room)
    assert [] == await deaf(here.house, talkers, MANY_ROUNDS_S)
    monkeypatch.setattr(LiveLog, "_fan_out", lambda self, entries: None)
    await _say(here, room)
    await talkers[0].drop()
    assert 6 == talkers[1].timelines[room, "public"].have
    assert [] == await deaf(here.house, talkers, MANY_ROUNDS_S)
    assert [6, 7] == [talker.timelines[room, "public"].have for talker in talkers]
    monkeypatch.undo()
    assert [] == await judged(here.house, talkers, MANY_ROUNDS_S)
