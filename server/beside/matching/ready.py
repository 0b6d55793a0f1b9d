"""A peer says: I'm ready for one person. Or: nobody new for now."""

from uuid import UUID

from beside.accounts.permissions import Permission, require
from beside.hubs.scope import policy_of
from beside.kit.context import Context
from beside.matching.meet import meet
from beside.matching.moved import desk_moved
from beside.matching.tables import Readiness
from beside.matching.waiting import hold_line, in_line, readiness_of, together_with, waiting_in
from beside.protocol.desk_snapshots import Met


async def ready(ctx: Context) -> Met:
    """The actor is given the next person now, or the first who comes; `full` where they are with as many as they have room for.

    Readiness is for one person: after each, one says it anew. Raises `NotAllowed`.
    """
    me = require(ctx, Permission.line_meet)
    await hold_line(ctx, me.hub)
    if len(await together_with(ctx, [me.account])) >= (await policy_of(ctx, me.hub)).one_to_ones_per_peer:
        return Met(conversation=None, ready=False, full=True)
    before = [in_line(row) for row in await waiting_in(ctx, me.hub)]
    if await readiness_of(ctx, me.account) is None:
        ctx.db.add(Readiness(hub_id=me.hub, account_id=me.account, since=ctx.now))
    given: UUID | None = (await meet(ctx, me.hub, before)).get(me.account)
    return Met(conversation=given, ready=given is None)


async def not_ready(ctx: Context) -> Met:
    """The actor is given nobody new. Whoever they are with stays. Raises `NotAllowed`."""
    me = require(ctx, Permission.line_meet)
    await hold_line(ctx, me.hub)
    row = await readiness_of(ctx, me.account)
    if row is not None:
        row.ended_at = ctx.now
        await ctx.db.flush()
        desk_moved(ctx, me.hub)
    return Met(conversation=None, ready=False)
