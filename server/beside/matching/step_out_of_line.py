"""Stop waiting: one tap, no reason, never scolded."""

from beside.accounts.permissions import Permission, require
from beside.kit.context import Context
from beside.matching.moved import line_moved
from beside.matching.tables import WhyLeft
from beside.matching.waiting import hold_line, in_line, place_row, waiting_in


async def step_out_of_line(ctx: Context) -> None:
    """The actor waits no longer. Somebody who does not wait may step out as well: nothing happens."""
    me = require(ctx, Permission.line_ask)
    await hold_line(ctx, me.hub)
    before = [in_line(row) for row in await waiting_in(ctx, me.hub)]
    row = await place_row(ctx, me.account)
    if row is None:
        return
    row.left_at, row.left_why = ctx.now, WhyLeft.stepped_out
    await ctx.db.flush()
    line_moved(ctx, me.hub, before, [person for person in before if person.account != me.account])
