"""Two people talk in a room with two hundred who never read: how long each line takes, against the same two in a room of their own (FAULTS 31)."""

from tests.bench.crowd import all_follow, gather_crowd
from tests.bench.place import a_node, scaled
from tests.bench.steady import Steady, percentiles

DEAF = 200
RATE = 20.0
SECONDS = 15.0
AIM_MS = 500


async def deaf() -> list[str]:
    count = scaled(DEAF)
    async with a_node() as at:
        people = await at.people(count + 2)
        alone, among = await at.room(people[:2]), await at.room(people)
        crowd = await gather_crowd(at.house, at.url, people)
        one, other = crowd[:2]
        await all_follow(crowd[:2], alone)
        before = await Steady([(one, other, alone)]).run_for(RATE, SECONDS)
        for member in crowd:
            member.following = 0
        await all_follow(crowd, among)
        for member in crowd[2:]:
            member.transport.pause_reading()
        took = await Steady([(one, other, among)]).run_for(RATE, SECONDS)
        for member in crowd:
            member.transport.abort()
    return [
        f"send to shown for a pair in a room with {count} who never read, {RATE:.0f} a second: {percentiles(took)}; aim: p99 at most {AIM_MS} ms",
        f"  the same two in a room of their own: {percentiles(before)}",
    ]
