"""A page without sockets in a large room that is busy: what is written together arrives as so many frames."""

import asyncio
import json

import pytest

from beside.gateway import exchange, room
from beside.gateway.connection import Connection
from beside.gateway.exchange import Breath
from beside.gateway.room import SMALL, Follow
from beside.kit.context import Actor
from beside.kit.ids import new_id
from beside.protocol.shapes import Log
from tests.gateway.conftest import Here
from tests.gateway.test_exchange import breathe, following, listening, say
from tests.gateway.test_large_rooms import HUB, LARGE, Room

LONG = "w" * 200  # a longer header than the shortest frames have


async def test_what_is_written_together_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of forty asks over HTTPS; two messages are held and written in one: it gets each by itself, once, and valid."""
    monkeypatch.setattr(room, "MOST_S", 0.05)
    here, breath = Room(LARGE - 1), Breath()
    follow = Follow(Connection(Actor(new_id(), HUB, new_id(), frozenset({"member"})), breath), 0, live=True)
    here.log.follows.add(follow)
    here.say()
    here.say(2)
    assert 1 == len(breath.frames)  # the others are held
    await here.quiet()
    assert [1, 2, 3] == [json.loads(frame)["seq"] for frame in breath.frames]
    assert sum(map(len, breath.frames)) == breath.get_write_buffer_size()


async def test_a_page_without_sockets_reads_a_busy_room(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three messages right after each other in a room of thirty others: the answer of one request has them all (FAULTS 21)."""
    monkeypatch.setattr(room, "EACH_S", 1.0)
    monkeypatch.setattr(room, "MOST_S", 0.3)  # in which the second and the third are said, on a slow machine too
    monkeypatch.setattr(exchange, "GATHER_S", 1.0)
    wren, rowan = here.cast.member, here.cast.peer
    group = await here.group(wren, rowan)
    start = await say(here, rowan, group, "Good evening.")
    async with here.client(wren) as page:
        waiting = asyncio.create_task(breathe(page, following(group, start), wait=True))
        await listening(here, wren)
        live = here.node.roster.logs[group, Log.public]
        live.follows.update(crowd := Room(SMALL).follows)  # who else is on it here, on paper
        for words in ("one", LONG, "three"):
            await say(here, rowan, group, words)
        frames = await waiting
        assert [(start + 1, "one"), (start + 2, LONG), (start + 3, "three")] == [(each["seq"], each["body"]) for each in frames if "body" in each]
        assert {start + 3} == {follow.cursor for follow in crowd}
