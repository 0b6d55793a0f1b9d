"""What was sent to whoever is on call and how it went: every message and every try, never what it said."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from beside.escalations.channels.listing import attempt_shown, name_of_channel
from beside.escalations.paging import ACTS
from beside.escalations.tables import ASKING, Attempt, Channel, Escalation, Page
from beside.kit.context import Context
from beside.protocol.channel_snapshots import Deliveries, DeliveryShown
from beside.protocol.shapes import ChannelKind, PageAct

PAGE_OF = 50  # rows a page: two screens of a desk, and one query
DELIVERED, NOT_DELIVERED = "delivered", "not_delivered"
STATES = (DELIVERED, NOT_DELIVERED)


async def deliveries_of(
    ctx: Context, hub: UUID, *, escalation: UUID | None = None, state: str | None = None, older_than: UUID | None = None, limit: int = PAGE_OF
) -> Deliveries:
    """The newest first. `older_than` is a delivery's id, which are made in order of time. Whoever calls has checked the right to it."""
    sent = select(Page, Escalation, Channel).join(Escalation, col(Escalation.id) == col(Page.escalation_id))
    asked = sent.join(Channel, col(Channel.id) == col(Page.channel_id)).where(Escalation.hub_id == hub)
    if escalation is not None:
        asked = asked.where(Page.escalation_id == escalation)
    if state is not None:
        asked = asked.where(col(Page.delivered_at).is_not(None) if state == DELIVERED else col(Page.delivered_at).is_(None))
    if older_than is not None:
        asked = asked.where(col(Page.id) < older_than)
    rows = (await ctx.db.exec(asked.order_by(col(Page.id).desc()).limit(limit + 1))).all()
    tries = await _attempts(ctx, [page.id for page, _, _ in rows[:limit]])
    found = [delivery_shown(ctx, page, raised, channel, tries.get(page.id, [])) for page, raised, channel in rows[:limit]]
    return Deliveries(deliveries=found, older=found[-1].delivery if len(rows) > limit else None)


def delivery_shown(ctx: Context, page: Page, escalation: Escalation, channel: Channel, attempts: Sequence[Attempt]) -> DeliveryShown:
    """One message with its tries, oldest first."""
    return DeliveryShown(
        delivery=page.id,
        escalation=escalation.id,
        act=PageAct(ACTS[page.kind].value),
        severity=page.severity or escalation.severity,
        rung=page.rung + 1,
        channel=channel.id,
        channel_name=name_of_channel(channel),
        kind=ChannelKind(channel.kind),
        made_at=page.created_at,
        delivered_at=page.delivered_at,
        may_be_tried=escalation.closed_at is None and page.kind in ASKING and not (page.leased_until and page.leased_until > ctx.now),
        attempts=[attempt_shown(attempt) for attempt in attempts],
    )


async def _attempts(ctx: Context, pages: Sequence[UUID]) -> dict[UUID, list[Attempt]]:
    found: dict[UUID, list[Attempt]] = defaultdict(list)
    for attempt in (await ctx.db.exec(select(Attempt).where(col(Attempt.page_id).in_(pages)).order_by(col(Attempt.at), col(Attempt.id)))).all():
        found[attempt.page_id].append(attempt)
    return found


def lines_of(found: Deliveries) -> list[str]:
    """For a terminal: a line a message, one indented line a try, and how to see what is older. Times are UTC."""
    lines = []
    for one in found.deliveries:
        arrived = "arrived" if one.delivered_at else "not arrived"
        channel = f"{one.channel_name} ({one.kind.value})"
        lines.append(f"{one.made_at:%Y-%m-%d %H:%M:%S}  {one.act.value}  {one.severity.value}  person {one.rung}  {channel}  {arrived}  call {one.escalation}")
        for attempt in one.attempts:
            how = "under way" if attempt.ended_at is None else attempt.reason or "taken in"
            lines.append(f"  {attempt.at:%H:%M:%S}  status {attempt.status or '-'}  {attempt.milliseconds or 0} ms  {how}")
    if found.older:
        lines.append(f"Older: --older-than {found.older}")
    return lines or ["Nothing has been sent."]
