"""Two hundred peers that never read, at a node of its own process: what they cost it, what they cost others, and that the kernel lets go of them."""

import json
import time
from pathlib import Path
from uuid import UUID

import pytest

from beside.accounts.tickets import issue_ticket
from beside.conversations.about import About
from beside.conversations.join import join
from beside.conversations.open import open_room
from beside.gateway.connection import UNCONFIRMED_EVENTS
from beside.kit.context import command
from beside.protocol.shapes import ConversationKind, Place
from tests.bench.steady import percentiles
from tests.bench.usage import resident_bytes
from tests.gateway.raw import RawSocket, frame, open_raw
from tests.rig.cast import Person, make_cast, make_person
from tests.rig.client import ScriptedClient
from tests.rig.kernel import open_files, sockets_at
from tests.rig.nodes import Premises
from tests.rig.oracle import complaints
from tests.rig.tables import make_tables
from tests.rig.wait import until

DEAF_PEOPLE, SOCKETS_EACH = 40, 5  # as many of one person as may be
WARM = 20  # lines before anybody is deaf: what is loaded and set up is nobody's cost
LINES = UNCONFIRMED_EVENTS + 36  # the last of them while all the deaf are out of the live set
LINE = "x" * 2_000
MIB = 1024 * 1024
GROWTH_A_PEER = MIB  # FAULTS 30
FILES_MORE = 8  # a pool may have grown meanwhile
HOLD_NOTHING = {"listen", "established", "time_wait", "fin_wait_2"}  # of ours, or without a byte that waits for anybody
GONE_S = 120.0  # bounds the wait; the promise is 35 s


async def fall_deaf(url: str, who: Person, ticket: str, room: str) -> RawSocket:
    """One socket of theirs, which follows the room and will never read again."""
    raw = await open_raw(url, who.token, origin=url)
    await raw.send(frame(1, json.dumps({"type": "hello", "ticket": ticket}).encode()))
    await raw.send(frame(1, json.dumps({"type": "subscribe", "conversation": room}).encode()))
    raw.reader._transport.pause_reading()  # type: ignore[attr-defined]  # from now on nothing is read
    return raw


async def talk(pair: list[ScriptedClient], room: UUID, lines: list[str]) -> list[float]:
    """One line after the other, in turns, each shown at the other end before the next. How long each took, in milliseconds."""
    took = []
    for number, line in enumerate(lines):
        one, other = pair if number % 2 else pair[::-1]
        began = time.monotonic()
        await one.send(room, line)
        await until(lambda other=other, line=line: other.bodies(room)[-1:] == [line], GONE_S)  # type: ignore[misc]  # bound at once
        took.append((time.monotonic() - began) * 1000)
    return took


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_two_hundred_who_never_read_cost_a_pair_nothing_and_the_node_little(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pair's every line arrives while 200 are stuck, each costs under 1 MiB, and then the kernel too lets go of them (FAULTS 30, 31; p99 is printed)."""
    make_tables(url := f"sqlite:///{tmp_path / 'beside.db'}")
    premises = Premises(tmp_path, url, BESIDE_MESSAGE_RATE="1000000/second", BESIDE_LOG_LEVEL="error")
    try:
        node = premises.node(port=int(premises.public_url.rsplit(":", 1)[1]))
        async with premises.house() as house:
            cast = await make_cast(house)
            async with command(house) as ctx:
                deaf = [await make_person(ctx, cast.hub, f"Deaf {n}") for n in range(DEAF_PEOPLE)]
                about = About("Evening", "For all", "Be kind")
                room = await open_room(ctx, cast.hub, ConversationKind.group, about, keeps_history=True, leads=[])
                for person in (cast.member, cast.peer, *deaf):
                    await join(ctx, room, person.account, Place.member)
                place = room.id
            pair = [ScriptedClient(node.url, premises.public_url, who.token, who.name) for who in (cast.member, cast.peer)]
            async with pair[0], pair[1]:
                for client in pair:
                    await client.connect()
                    await client.subscribe(place)
                alone = await talk(pair, place, [f"warm {n} {LINE}" for n in range(WARM)])
                bytes_before, files_before = resident_bytes(node.child.pid), open_files(node.child.pid)
                raws = []
                for who in deaf * SOCKETS_EACH:
                    async with command(house, who.actor) as ctx:
                        ticket = (await issue_ticket(ctx)).ticket
                    raws.append(await fall_deaf(node.url, who, ticket, str(place)))
                await until(lambda: sockets_at(node.port)["established"] >= len(raws) + len(pair), GONE_S)
                took = await talk(pair, place, [f"line {n} {LINE}" for n in range(LINES)])
                stuck = sockets_at(node.port)["established"] - len(pair)
                growth = (resident_bytes(node.child.pid) - bytes_before) / len(raws)
                assert stuck >= len(raws)
                assert growth < GROWTH_A_PEER
                await until(lambda: open_files(node.child.pid) <= files_before + FILES_MORE, GONE_S, "the node lets go of them")
                await until(lambda: set(sockets_at(node.port)) <= HOLD_NOTHING, GONE_S, "the kernel lets go of them")
                for client in pair:
                    await client.settle()
                assert [] == await complaints(house, pair)
            for raw in raws:
                raw.close()
    finally:
        premises.close()
    with capsys.disabled():
        print(f"\na pair alone: {percentiles(alone)}; among {len(raws)} who never read: {percentiles(took)}; {growth / 1024:.0f} KiB each")  # noqa: T201  # a figure
