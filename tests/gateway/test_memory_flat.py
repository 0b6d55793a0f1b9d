"""Frames made to fill memory, at a node of its own process: not even for a moment does it take what they would have it take."""

import json
import zlib

from beside.accounts.tickets import issue_ticket
from beside.kit.context import command
from beside.kit.house import House
from tests.gateway.raw import frame, open_raw
from tests.rig.cast import Person, make_cast
from tests.rig.kernel import most_resident_bytes
from tests.rig.nodes import Premises

MIB = 1024 * 1024
WARM, ROUNDS = 5, 50
GROWTH = 8 * MIB
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate\r\n"


def bomb(size: int) -> bytes:
    """So much of one letter, as a frame of a socket that agreed to compression holds it."""
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packing.compress(b"a" * size) + packing.flush(zlib.Z_SYNC_FLUSH)[:-4]


ATTACKS = {
    "a bomb of 32 MiB": frame(1, bomb(32 * MIB), reserved=4),
    "a bomb that fits into a frame": frame(1, bomb(15 * MIB), reserved=4),
    "fragments of one byte": frame(1, b" ", fin=False) + frame(0, b" ", fin=False) * 17_000,
    "fragments without a byte": frame(1, b" ", fin=False) + frame(0, b"", fin=False) * 10_000 + frame(0, b" " * 16 * 1024),
}


async def attacked(house: House, url: str, who: Person, attack: bytes) -> int:
    """One socket that says hello and then this. How the node ended it."""
    async with command(house, who.actor) as ctx:
        ticket = (await issue_ticket(ctx)).ticket
    raw = await open_raw(url, who.token, origin=url, extra=DEFLATE)
    await raw.send(frame(1, json.dumps({"type": "hello", "ticket": ticket}).encode()))
    assert b'"welcome"' in (await raw.read_frame())[1]
    try:
        await raw.send(attack)
        return await raw.closed_with()
    except ConnectionError:
        return 1006
    finally:
        raw.close()


async def test_bombs_and_crumbs_leave_memory_flat(premises: Premises) -> None:
    """Fifty of each of these one after the other: all are ended, and the node never holds 8 MiB more than before, not even for a moment (FAULTS 59)."""
    node = premises.node(port=int(premises.public_url.rsplit(":", 1)[1]))
    ended: dict[str, set[int]] = {name: set() for name in ATTACKS}
    before = 0
    async with premises.house() as house:
        cast = await make_cast(house)
        for number in range(WARM + ROUNDS):
            if number == WARM:
                before = most_resident_bytes(node.child.pid)
            for name, attack in ATTACKS.items():
                ended[name].add(await attacked(house, node.url, cast.member, attack))
    assert [] == [(name, codes) for name, codes in ended.items() if not codes <= {1002, 1009, 1006}]  # 1006: our own bytes overtook the close frame
    assert most_resident_bytes(node.child.pid) - before < GROWTH
