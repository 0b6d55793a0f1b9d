"""What an open socket hears by itself. It is judged before anybody comes back, for coming back mends a socket that has gone deaf."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from sqlmodel import col, select

from beside.conversations.tables import Conversation
from beside.kit.context import query
from beside.kit.house import House
from tests.faults.talker import Talker
from tests.rig.oracle import complaints
from tests.rig.wait import until

HEARS_S = 30.0  # bounds the wait: the slowest net under a lost line is a heartbeat every 20 s, and a second in which a hole may fill by itself


async def judged(house: House, talkers: Sequence[Talker], back_s: float) -> list[str]:
    """Whoever is connected hears everything; then all come back, within `back_s`, and the oracle is asked. An honest run gives []."""
    found = await deaf(house, talkers)
    async with asyncio.timeout(back_s):
        await asyncio.gather(*(talker.until_back() for talker in talkers))
    return found + await complaints(house, talkers)


async def deaf(house: House, talkers: Sequence[Talker], seconds: float = HEARS_S) -> list[str]:
    """Who sits at an open socket and is still not shown all that is in the log after so long. Nobody connects again or fetches for them; what they fetch
    by themselves, because a heartbeat or a later line tells of a hole, is the client's rule and is allowed. A socket that ends meanwhile is not deaf."""
    ends = await _ends(house, {room for talker in talkers for room in talker.rooms})
    listening = [talker for talker in talkers if talker.is_connected]

    def lacking() -> list[str]:
        return [what for talker in listening if talker.is_connected for what in _lacks(talker, ends)]

    with suppress(TimeoutError):
        await until(lambda: not lacking(), seconds)
    return lacking()


async def _ends(house: House, rooms: set[UUID]) -> dict[UUID, int]:
    async with query(house) as ctx:
        return dict((await ctx.db.exec(select(Conversation.id, Conversation.last_seq).where(col(Conversation.id).in_(rooms)))).all())


def _lacks(talker: Talker, ends: dict[UUID, int]) -> list[str]:
    shown = {room: talker.timelines[room, "public"].have if (room, "public") in talker.timelines else 0 for room in talker.rooms}
    return [f"{talker.name} is connected, and deaf after {have} of {ends[room]}" for room, have in shown.items() if have < ends[room]]
