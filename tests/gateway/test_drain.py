"""What a node that stops tells those who are connected."""

import asyncio
import json
from collections import Counter

from beside.accounts.tickets import issue_ticket
from beside.gateway.drain import SPREAD_MS, drain
from beside.kit.context import command
from beside.protocol.codes import CloseCode
from tests.gateway.conftest import Here
from tests.gateway.raw import RawSocket, frame, open_raw
from tests.rig.cast import Person, make_person
from tests.rig.wait import until

PEOPLE, SOCKETS_EACH = 60, 5  # 300 sockets, as many of one person as may be
TOLD_S = 10_000  # FAULTS 34: they come back over ten seconds
TENTHS = 10
FEWEST, MOST = 9, 60  # 3 and 20 of a hundred; chance alone leaves these bounds once in some hundred thousand runs


async def come_in(here: Here, who: Person) -> RawSocket:
    async with command(here.house, who.actor) as ctx:
        ticket = (await issue_ticket(ctx)).ticket
    raw = await open_raw(here.url, who.token, origin=here.url)
    await raw.send(frame(1, json.dumps({"type": "hello", "ticket": ticket}).encode()))
    return raw


async def last_words(raw: RawSocket) -> tuple[list[int], int]:
    """When it was told to come back, in milliseconds, and how it was closed."""
    told: list[int] = []
    while True:
        opcode, payload = await raw.read_frame()
        if opcode == 8:
            return told, int.from_bytes(payload[:2], "big")
        assert opcode == 1
        said = json.loads(payload)
        told += [said["in_ms"]] if said["type"] == "drain" else []


async def test_those_who_are_told_to_come_back_are_spread_over_ten_seconds(here: Here) -> None:
    """Three hundred sockets are told different moments: no tenth of the time holds a crowd and none is empty; each is closed with 1012 (FAULTS 33, 34)."""
    async with command(here.house) as ctx:
        people = [await make_person(ctx, here.cast.hub, f"Crowd {n}") for n in range(PEOPLE)]
    raws = [raw for _ in range(SOCKETS_EACH) for raw in await asyncio.gather(*(come_in(here, who) for who in people))]
    await until(lambda: len(here.node.roster.connections) == len(raws), 30)
    heard, _ = await asyncio.gather(asyncio.gather(*map(last_words, raws)), drain(here.node.roster))
    assert {(1, CloseCode.restart)} == {(len(told), code) for told, code in heard}
    tenths = Counter(told[0] * TENTHS // TOLD_S for told, _ in heard)
    assert TOLD_S == SPREAD_MS
    assert {*range(TENTHS)} == set(tenths)
    assert FEWEST <= min(tenths.values())
    assert MOST >= max(tenths.values())
    for raw in raws:
        raw.close()
