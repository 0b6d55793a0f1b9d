"""Providers that keep an incident of their own are told what became of it here: durable, for an incident left open there wakes people for nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from beside.escalations.access import lock
from beside.escalations.deliver import outbound_of, send
from beside.escalations.outcomes import write_down
from beside.escalations.paging import Trying, prepare
from beside.escalations.tables import Attempt, Channel, Escalation, Page, PageKind
from beside.escalations.transports.registry import transport_of
from beside.escalations.transports.shapes import Act
from beside.kit.context import Context, command
from beside.kit.crypto import Unreadable
from beside.kit.egress import Timeouts
from beside.kit.errors import Unavailable
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.kit.logs import log
from beside.protocol.shapes import Severity

JOB = "escalations.tell_provider"
TIMEOUTS = {severity.value: Timeouts(connect=3.0, total=5.0) for severity in Severity}  # other jobs stand behind this one, and it comes round again
GIVEN_UP_AFTER = timedelta(hours=24)  # by then their own rules have ended it, or somebody has by hand

KINDS = {
    (Act.acknowledged, PageKind.page): PageKind.acknowledged,
    (Act.resolved, PageKind.page): PageKind.resolved,
    (Act.resolved, PageKind.reminder): PageKind.reminder_resolved,
}


async def tell_providers(ctx: Context, escalation: Escalation, act: Act) -> None:
    """A message, and a job that sends it, for each page that was tried by a channel which is told of `act`. `escalation` is held."""
    rows = (
        await ctx.db.exec(
            select(Page, Channel.kind).join(Channel, col(Channel.id) == col(Page.channel_id)).where(Page.escalation_id == escalation.id).order_by(col(Page.id))
        )
    ).all()
    told = {(page.turn, page.rung, page.place, page.kind) for page, _ in rows}
    for page, channel_kind in rows:
        kind = KINDS.get((act, page.kind))
        if kind is None or page.tries == 0 or act not in transport_of(channel_kind).tells or (page.turn, page.rung, page.place, kind) in told:
            continue
        telling = Page(
            id=new_id(), escalation_id=escalation.id, turn=page.turn, rung=page.rung, place=page.place, kind=kind, channel_id=page.channel_id,
            created_at=ctx.now, severity=page.severity,
        )  # fmt: skip
        ctx.db.add(telling)
        ctx.enqueue(JOB, {"page": str(telling.id)})
    await ctx.db.flush()


async def tell_provider(house: House, args: Mapping[str, Any]) -> None:
    """The job: one attempt. Raises `Unavailable` where it was not taken in, so that the job comes round again."""
    trying = await _begin(house, UUID(args["page"]))
    if trying is None:
        return
    outcome = await send(house, replace(outbound_of(house), timeouts=TIMEOUTS), trying.kind, trying.message, trying.target)
    await write_down(house, (trying, outcome))
    if outcome.reason is not None:
        raise Unavailable(detail=outcome.reason)


async def _begin(house: House, page_id: UUID) -> Trying | None:
    """The attempt, written down. None where it was taken in already, where nobody waits for it any more, or where the channel does not open."""
    async with command(house) as ctx:
        page = await ctx.db.get_one(Page, page_id)
        escalation = await lock(ctx, page.escalation_id)
        await ctx.db.refresh(page)
        if escalation is None or page.delivered_at is not None:
            return None
        if ctx.now - page.created_at > GIVEN_UP_AFTER:
            log.warning("escalation.provider_not_told", escalation=str(page.escalation_id), page=str(page.id))
            return None
        attempt = Attempt(id=new_id(), page_id=page.id, at=ctx.now)
        page.tries += 1
        page.tried_at = ctx.now
        ctx.db.add(attempt)
        await ctx.db.flush()
        try:
            return await prepare(ctx, escalation, page, (), attempt.id)
        except Unreadable:
            attempt.ended_at, attempt.reason = ctx.now, "channel"
            return None
