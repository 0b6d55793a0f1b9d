"""Put somebody at the front of the line, because they were offered a one-to-one when they were asked to step out of a group. A durable job."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import select

from beside.kit.context import command
from beside.kit.house import House
from beside.matching.meet import meet
from beside.matching.tables import PlaceInLine
from beside.matching.waiting import hold_line, in_line, place_row, waiting_in


async def bring_forward(house: House, args: Mapping[str, Any]) -> None:
    """`hub`, `account`, and the `act` that offered it. Run twice, it does no more than once: one act brings forward once."""
    hub, account, act = UUID(args["hub"]), UUID(args["account"]), UUID(args["act"])
    async with command(house) as ctx:
        await hold_line(ctx, hub)
        if (await ctx.db.exec(select(PlaceInLine.id).where(PlaceInLine.offered_by == act))).first() is not None:
            return
        before = [in_line(row) for row in await waiting_in(ctx, hub)]
        row = await place_row(ctx, account)
        if row is None:
            row = PlaceInLine(hub_id=hub, account_id=account, asked_at=ctx.now)
            ctx.db.add(row)
        row.front_at, row.offered_by = row.front_at or ctx.now, act
        await meet(ctx, hub, before)
