"""What is true of one database as a whole, made by whoever comes first."""

import asyncio
from contextlib import AsyncExitStack

from sqlmodel import select

from beside.kit.context import query
from beside.kit.instance import Instance, open_instance
from tests.rig.house import open_house

AT_ONCE = 6


async def test_nodes_that_start_at_once_on_a_new_database_agree(database_url: str) -> None:
    """One makes the row, all read the same epoch from it, and none ends."""
    async with AsyncExitStack() as stack:
        houses = [await stack.enter_async_context(open_house(database_url)) for _ in range(AT_ONCE)]
        for house in houses:  # connected already, so that they are at it together
            async with query(house) as ctx:
                await ctx.db.exec(select(Instance))
        await asyncio.gather(*(open_instance(house) for house in houses))
        assert 1 == len({house.epoch for house in houses})
