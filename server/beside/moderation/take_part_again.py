"""When a suspension has run out, the person is back in their one-to-ones. A durable job, due when it ends."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from beside.accounts.suspensions import suspended_until
from beside.conversations.come_back import come_back
from beside.kit.context import command
from beside.kit.house import House


async def take_part_again(house: House, args: Mapping[str, Any]) -> None:
    """`account`. Run twice, or after a lift, it finds nothing left to do; while another suspension holds, that one's own job does it."""
    account = UUID(args["account"])
    async with command(house) as ctx:
        if await suspended_until(ctx, account) is None:
            await come_back(ctx, account)
