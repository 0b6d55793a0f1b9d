"""kill -9 under a thousand sockets: every one of them goes on at the other node, and nobody there is told that the house cannot."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import pytest

from beside.hubs.make import make_hub
from beside.kit.context import command
from beside.kit.ids import new_id
from beside.messages.send import send
from tests.bench.crowd import all_follow, gather_crowd, until_counted
from tests.bench.place import Measured, allow_many_files
from tests.bench.returning import Returning
from tests.faults.crowd import make_pairs
from tests.faults.ground import NODES, Ground, ground
from tests.faults.hearing import judged
from tests.faults.talker import Talker
from tests.faults.test_nodes_killed import Lines
from tests.rig.cast import Person
from tests.rig.wait import until

SOCKETS, GROUP, PAIRS = 1_000, 20, 4
BACK_S = 90.0  # bounds the wait; the promise is 30 s
NO_CONNECTION = "database.unavailable"
"""What a node writes down when the pool refuses, or the database does."""


async def say(at: Ground, rooms: dict[UUID, Person], words: str) -> None:
    """One line in each room."""
    for room, person in rooms.items():
        async with command(at.house, person.actor) as ctx:
            await send(ctx, room, new_id(), words)


async def the_thousand(at: Ground, place: Measured, port: int) -> tuple[list[Returning], dict[UUID, Person]]:
    """All of them at one node, in groups."""
    clients, rooms = [], {}
    for _ in range(0, SOCKETS, GROUP):
        people = await place.people(GROUP)
        room = await place.room(people)
        members = await gather_crowd(at.house, place.url, people, port=port)
        await all_follow(members, room)
        rooms[room] = people[0]
        clients += [Returning(place.url, person, room, member) for person, member in zip(people, members, strict=True)]
    return clients, rooms


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_a_thousand_sockets_of_a_killed_node_go_on_at_the_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All come back and miss nothing; the pool there refuses nobody, and those who talk there meanwhile are not told to wait (FAULTS 33; spread is printed)."""
    allow_many_files()
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(ground(tmp_path, BESIDE_LOG_LEVEL="warning"))
        async with command(at.house) as ctx:
            hub = (await make_hub(ctx, "thousand", "Thousand")).id
        dying, staying = (at.nodes[name] for name in NODES)
        clients, rooms = await the_thousand(at, Measured(at.house, [dying, staying], at.premises.public_url, hub), dying.port)
        talkers, lines = await make_pairs(at, stack, PAIRS), Lines(pause_s=0.5)
        for talker in talkers:
            talker.url, talker.ways = f"http://127.0.0.1:{staying.port}", [staying.port]
            talker.http.base_url = talker.url
        talking = [asyncio.create_task(talker.live(lines.words)) for talker in talkers]
        await say(at, rooms, "before")
        await until_counted([client.member for client in clients], 1)
        for client in clients:
            client.when_lost_go_to(staying.port)
        loop = asyncio.get_running_loop()
        told_before, began = staying.child.said.count(NO_CONNECTION), loop.time()
        await at.kill(NODES[0])
        await say(at, rooms, "while they were away")
        await until(lambda: all(client.back is not None for client in clients), BACK_S, "all are back")
        await say(at, rooms, "after")
        await until_counted([client.member for client in clients], 2)
        lines.is_over = True
        await asyncio.gather(*talking)
        assert {2} == {client.member.events for client in clients}  # each from where they had been: what was said meanwhile and after, once
        assert told_before == staying.child.said.count(NO_CONNECTION)
        assert Counter() == sum((talker.refused for talker in talkers), Counter[str]())
        assert [] == await judged(at.house, talkers, BACK_S)
    with capsys.disabled():
        print(_figures(clients, began, talkers))  # noqa: T201  # figures


def _figures(clients: list[Returning], began: float, talkers: list[Talker]) -> str:
    seconds = Counter(int(client.back - began) for client in clients if client.back is not None)
    spread = " ".join(str(seconds[second]) for second in range(max(seconds) + 1))
    away = sum(client.turned_away for client in clients)
    said = sum(len(talker.acknowledged) for talker in talkers)
    return f"\nback in each second after the kill: {spread}; {away} times asked to come later; {said} lines said meanwhile at the node that stayed"
