"""Give people in line to peers who are ready. Runs inside whatever made a meeting possible, so that nobody waits for a timer."""

from collections.abc import Sequence
from uuid import UUID

from beside.conversations.open import open_one_to_one
from beside.hubs.scope import policy_of
from beside.kit.context import Context
from beside.kit.logs import log
from beside.matching.line import InLine, in_order, meetings
from beside.matching.moved import line_moved
from beside.matching.tables import WhyLeft
from beside.matching.waiting import in_line, ready_in, waiting_in


async def meet(ctx: Context, hub: UUID, before: Sequence[InLine]) -> dict[UUID, UUID]:
    """Everybody who can meet now does; returns peer -> their new conversation.

    The caller holds the line (`hold_line`) and hands in who waited `before` it changed anything: whoever moved is told.
    """
    await ctx.db.flush()
    waiting = {row.account_id: row for row in await waiting_in(ctx, hub)}
    readiness, ready, together = await ready_in(ctx, hub, (await policy_of(ctx, hub)).one_to_ones_per_peer)
    given: dict[UUID, UUID] = {}
    for person, peer in meetings(in_order(map(in_line, waiting.values())), ready, together):
        conversation = await open_one_to_one(ctx, hub, person, peer)
        place = waiting.pop(person)
        place.left_at, place.left_why, place.conversation_id = ctx.now, WhyLeft.met, conversation.id
        readiness[peer].ended_at = ctx.now
        if place.offered_by:
            ctx.react("line.offer_met", act=place.offered_by, conversation=conversation.id)
        given[peer] = conversation.id
        log.info("line.met", hub=str(hub), conversation=str(conversation.id))
    await ctx.db.flush()
    line_moved(ctx, hub, before, [in_line(row) for row in waiting.values()])
    return given
