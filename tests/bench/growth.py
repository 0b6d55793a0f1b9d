"""Whether a delivery costs the same in a large room as in a small one: rooms of 5, 50, 500 and 5,000, the same number of deliveries in each.

Each message is written by itself, whatever the size: a busy room writes several at once, and a small one that did so would be compared with a large one
that did not. Beside it the same of a C loop over `send()`: what more sockets cost there is the machine's (a large room does not fit into its caches).
"""

import time

from beside.gateway.wire import text_frame
from tests.bench.crowd import all_follow, gather_crowd
from tests.bench.delivery import send_loop, talk
from tests.bench.place import Measured, a_node, scaled
from tests.bench.sockets import cpu_a_second

SIZES = (5, 50, 500, 5_000)
SMALL = 50  # in one of five the send is all there is, and what is left of it is noise
DELIVERIES = 50_000
MOST_MESSAGES = 1_000  # a small room would need an hour for as many deliveries as a large one gets in a moment
DELIVERIES_A_SECOND = 2_500  # half of what a room's rest allows (`gateway.room`)
LONGEST_PAUSE_S = 2.0
SHORTEST_PAUSE_S = 0.004
FRAME = text_frame(b"." * 397)  # as long as a message of the crowd is


async def growth() -> list[str]:
    async with a_node() as at:
        alone = await _per_delivery(at, 1)
        found = {size: await _per_delivery(at, size) for size in (*SIZES[:-1], scaled(SIZES[-1]))}
    bare = {size: await send_loop(size, *_pace(size), FRAME) or 0.0 for size in found if size >= SMALL}
    largest = max(found)
    beside = {size: each - alone / size for size, each in found.items()}
    return [
        f"server CPU per delivery by size of room: {_told(found)}; a send that is delivered to its author alone: {alone:.0f} us",
        f"  without the send: {_told(beside)}",
        f"  of that, a room of {largest} against one of {SMALL}: {beside[largest] / beside[SMALL]:.2f}; aim: flat, about 1",
        *(
            [f"  a C loop over send() at the same pace: {_told(bare)}; {largest} against {SMALL}: {bare[largest] / bare[SMALL]:.2f}"]
            if all(bare.values())
            else []
        ),
    ]


async def _per_delivery(at: Measured, size: int) -> float:
    """Microseconds; the send itself is in it, and what these sockets cost while nobody speaks is not: that is a figure of its own (`sockets`)."""
    people = await at.people(size)
    room = await at.room(people)
    crowd = await gather_crowd(at.house, at.url, people)
    await all_follow(crowd, room)
    quiet = await cpu_a_second(at.pid)
    messages, pause = _pace(size)
    began = time.monotonic()
    used = await talk(at.pid, crowd, room, messages, pause) - quiet * (time.monotonic() - began)
    for member in crowd:
        member.transport.close()
    return used / (messages * size) * 1e6


def _pace(size: int) -> tuple[int, float]:
    """How many messages in a room of this size, and seconds between two."""
    return min(MOST_MESSAGES, max(10, DELIVERIES // size)), min(LONGEST_PAUSE_S, max(SHORTEST_PAUSE_S, size / DELIVERIES_A_SECOND))


def _told(found: dict[int, float]) -> str:
    return ", ".join(f"{size}: {each:.1f} us" for size, each in found.items())
