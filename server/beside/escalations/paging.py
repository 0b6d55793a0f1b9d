"""What is said to whoever is asked: ids, severity, times and a link. Each transport writes it in its own form; none adds to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from beside.escalations.channels.target import open_target
from beside.escalations.ladder import plainly
from beside.escalations.links import make_link
from beside.escalations.tables import Channel, Escalation, Page, PageKind
from beside.escalations.timers import timers_for
from beside.escalations.transports.incidents import incident_of
from beside.escalations.transports.shapes import Act, Message, Target
from beside.hubs.hours import open_after
from beside.hubs.scope import policy_of
from beside.kit.context import Context

LINK_PATH = "/on-call/link/"

ACTS = {
    PageKind.page: Act.page,
    PageKind.reminder: Act.reminder,
    PageKind.acknowledged: Act.acknowledged,
    PageKind.resolved: Act.resolved,
    PageKind.reminder_resolved: Act.resolved,
}
ABOUT_REMINDERS = frozenset({PageKind.reminder, PageKind.reminder_resolved})


@dataclass(frozen=True, slots=True)
class Trying:
    """One attempt that is written down and not yet made. `kind` is the channel's; `was_gone`: its address said that it is."""

    escalation: UUID
    page: UUID
    attempt: UUID
    channel: UUID
    kind: str
    severity: str
    rung: int
    message: Message
    target: Target
    was_gone: bool = False


def message_id(escalation: UUID, turn: int, rung: int, place: int, kind: PageKind) -> str:
    """The `webhook-id`: the same over all attempts at one page, and another when the ladder is climbed again, so that no receiver drops that as a repeat."""
    return f"{kind.value}_{escalation.hex}_{turn}_{rung + 1}_{place + 1}"


async def prepare(ctx: Context, escalation: Escalation, page: Page, pages: Sequence[Page], attempt: UUID) -> Trying:
    """Everything an attempt needs, read while the rows are held. Raises `Unreadable` where the channel does not open."""
    channel = await ctx.db.get_one(Channel, page.channel_id)
    severity = page.severity or escalation.severity
    message = Message(
        act=ACTS[page.kind],
        id=message_id(escalation.id, page.turn, page.rung, page.place, page.kind),
        incident=incident_of(escalation.id, page.turn, reminder=page.kind in ABOUT_REMINDERS),
        escalation=escalation.id,
        hub=escalation.hub_id,
        severity=severity,
        rung=page.rung + 1,
        raised_at=escalation.raised_at,
        respond_by=await respond_by(ctx, escalation, page.rung, pages) if page.kind is PageKind.page else None,
        at=page.created_at,
        url=ctx.house.public_url.rstrip("/") + LINK_PATH + make_link(ctx.house.secret, escalation.id, page.turn, page.rung, page.place, ctx.now),
    )
    target = open_target(ctx.house.keyring, channel)
    return Trying(escalation.id, page.id, attempt, channel.id, channel.kind, severity.value, page.rung, message, target, channel.gone_at is not None)


async def respond_by(ctx: Context, escalation: Escalation, rung: int, pages: Sequence[Page]) -> datetime | None:
    """When the next person is asked, if whoever is on `rung` does not take it."""
    asked = [page.created_at for page in pages if page.rung == rung and page.turn == escalation.turn and page.kind is PageKind.page]
    if not asked:
        return None
    timers = timers_for(escalation.severity, escalation.timers)
    onward = partial(open_after, await policy_of(ctx, escalation.hub_id)) if timers.in_open_hours else plainly
    return onward(min(asked), timers.next_rung)
