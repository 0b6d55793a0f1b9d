"""What the desk shows of the line: how many wait and how long, no name until they are met; and what those who were met chose to share."""

from dataclasses import dataclass

from sqlmodel import col, select

from beside.accounts.permissions import Permission, is_allowed, require
from beside.kit.context import Context
from beside.matching.line import in_order
from beside.matching.shared import open_shared
from beside.matching.tables import PlaceInLine
from beside.matching.waiting import in_line, readiness_of, ready_in, together_with, waiting_in
from beside.protocol.line_snapshots import Brought, Waiting

_ANY_ROOM = 1_000  # how many are ready is asked, whatever room each has


@dataclass(frozen=True, slots=True)
class LineAtDesk:
    """The part of `desk_snapshots.Desk` that is about the line."""

    ready: bool
    waiting: list[Waiting]
    peers_ready: int
    brought: list[Brought]


async def line_at_desk(ctx: Context) -> LineAtDesk:
    """For the actor, who must have the desk. Raises `NotAllowed`."""
    me = require(ctx, Permission.desk_see)
    if not is_allowed(me.roles, Permission.line_meet):
        return LineAtDesk(ready=False, waiting=await _waiting(ctx), peers_ready=await _peers_ready(ctx), brought=[])
    return LineAtDesk(
        ready=await readiness_of(ctx, me.account) is not None,
        waiting=await _waiting(ctx),
        peers_ready=await _peers_ready(ctx),
        brought=await _brought(ctx),
    )


async def _waiting(ctx: Context) -> list[Waiting]:
    people = in_order(map(in_line, await waiting_in(ctx, ctx.me.hub)))
    return [Waiting(asked_at=person.asked_at, unsafe=person.unsafe) for person in people]


async def _peers_ready(ctx: Context) -> int:
    return len((await ready_in(ctx, ctx.me.hub, _ANY_ROOM))[1])


async def _brought(ctx: Context) -> list[Brought]:
    """What each person whom the actor is with now wrote before they met."""
    open_now = list((await together_with(ctx, [ctx.me.account])).values())
    rows = await ctx.db.exec(select(PlaceInLine).where(col(PlaceInLine.conversation_id).in_(open_now)).order_by(col(PlaceInLine.left_at)))
    brought = []
    for row in rows.all():
        wants, who = await open_shared(ctx, row)
        if row.conversation_id is not None:
            brought.append(Brought(conversation=row.conversation_id, wants=wants, who=who, unsafe=row.unsafe))
    return brought
