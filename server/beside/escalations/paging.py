"""What leaves the platform: ids, severity, times and a link. No name, no words, under a kilobyte."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import msgspec

from beside.escalations.channels.target import Target, open_target
from beside.escalations.ladder import TIMERS, plainly
from beside.escalations.links import make_link
from beside.escalations.tables import Channel, Escalation, Page, PageKind
from beside.hubs.hours import open_after
from beside.hubs.scope import policy_of
from beside.kit.context import Context
from beside.protocol.shapes import Severity

BODY_BYTES = 1_024  # ESCALATION: a payload that grows past this has begun to carry something it should not
LINK_PATH = "/on-call/link/"

TYPES = {PageKind.page: "escalation.raised", PageKind.reminder: "escalation.reminder"}


class PageData(msgspec.Struct, frozen=True):
    """`rung` counts from 1. `url` opens a page that says how things stand and takes it on a press."""

    escalation: UUID
    hub: UUID
    severity: Severity
    rung: int
    raised_at: datetime
    respond_by: datetime | None
    url: str


class PagePayload(msgspec.Struct, frozen=True):
    """The whole body of a webhook."""

    type: str
    timestamp: datetime
    data: PageData


@dataclass(frozen=True, slots=True)
class Trying:
    """One attempt that is written down and not yet made."""

    escalation: UUID
    page: UUID
    channel: UUID
    attempt: UUID
    severity: str
    rung: int
    message: str
    target: Target
    body: bytes


def message_id(escalation: UUID, turn: int, rung: int, place: int, kind: PageKind) -> str:
    """The `webhook-id`: the same over all attempts at one page, and another when the ladder is climbed again, so that no receiver drops that as a repeat."""
    return f"{kind.value}_{escalation.hex}_{turn}_{rung + 1}_{place + 1}"


async def prepare(ctx: Context, escalation: Escalation, page: Page, pages: Sequence[Page], attempt: UUID) -> Trying:
    """Everything an attempt needs, read while the rows are held. Raises `Unreadable` where the channel does not open."""
    channel = await ctx.db.get_one(Channel, page.channel_id)
    data = PageData(
        escalation=escalation.id,
        hub=escalation.hub_id,
        severity=escalation.severity,
        rung=page.rung + 1,
        raised_at=escalation.raised_at,
        respond_by=await respond_by(ctx, escalation, page.rung, pages) if page.kind is PageKind.page else None,
        url=ctx.house.public_url.rstrip("/") + LINK_PATH + make_link(ctx.house.secret, escalation.id, page.turn, page.rung, page.place, ctx.now),
    )
    body = msgspec.json.encode(PagePayload(TYPES[page.kind], page.created_at, data))
    name = message_id(escalation.id, page.turn, page.rung, page.place, page.kind)
    return Trying(escalation.id, page.id, channel.id, attempt, escalation.severity.value, page.rung, name, open_target(ctx.house.keyring, channel), body)


async def respond_by(ctx: Context, escalation: Escalation, rung: int, pages: Sequence[Page]) -> datetime | None:
    """When the next person is asked, if whoever is on `rung` does not take it."""
    asked = [page.created_at for page in pages if page.rung == rung and page.turn == escalation.turn and page.kind is PageKind.page]
    if not asked:
        return None
    timers = TIMERS[escalation.severity]
    onward = partial(open_after, await policy_of(ctx, escalation.hub_id)) if timers.in_open_hours else plainly
    return onward(min(asked), timers.next_rung)
