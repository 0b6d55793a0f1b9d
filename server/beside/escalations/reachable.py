"""Is anyone really reachable tonight? What stands between a call for a clinician and a person who answers it, in plain words, one hub at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from beside.escalations.beats import UNSEEN, last_seen
from beside.escalations.channels.target import open_target
from beside.escalations.heartbeat import is_missed
from beside.escalations.ladder import TIMERS
from beside.escalations.rota import ladder_now, rungs_of
from beside.escalations.shifts.duty import gaps_ahead
from beside.escalations.tables import Channel, Escalation
from beside.hubs.policy import Rung
from beside.hubs.scope import policy_of
from beside.hubs.tables import Hub
from beside.kit.context import Context
from beside.kit.crypto import Unreadable
from beside.protocol.shapes import RotaTrouble

TONIGHT = timedelta(hours=24)  # FAULTS 99: a gap must be known a day ahead

TROUBLE = {
    RotaTrouble.nobody: "nobody is on shift for {rung} from {starts}",
    RotaTrouble.away: "whoever is on shift for {rung} from {starts} is away",
    RotaTrouble.no_channel: "whoever is on shift for {rung} from {starts} has no channel to be reached by",
    RotaTrouble.gone: "every channel of whoever is on shift for {rung} from {starts} said it is gone",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """`reasons`: why somebody would not be reached; none where somebody would. `channels`: those that a call would use, for whoever wants to try them."""

    hub: str
    reasons: list[str]
    advice: list[str]
    channels: list[UUID]


async def hubs_by_reach(ctx: Context, slug: str | None = None) -> list[Reach]:
    """Every hub, or the one with this short name."""
    wanted = select(Hub).order_by(col(Hub.slug))
    hubs = (await ctx.db.exec(wanted.where(Hub.slug == slug) if slug else wanted)).all()
    return [await _reach_of(ctx, hub) for hub in hubs]


async def house_concerns(ctx: Context) -> list[str]:
    """What keeps calls of every hub from getting out."""
    seen = await last_seen(ctx)
    found = []
    if seen is None or seen < ctx.now - UNSEEN:
        when = f"since {seen:%H:%M:%S} UTC" if seen else "yet"
        found.append(f"No worker has been seen {when}: start `beside worker`")
    if await is_missed(ctx):
        found.append("The heartbeat has not been taken in for minutes: look at BESIDE_HEARTBEAT_URL and the way there")
    return found


async def _reach_of(ctx: Context, hub: Hub) -> Reach:
    policy = await policy_of(ctx, hub.id)
    rungs = rungs_of(await ladder_now(ctx, hub.id))
    every = {channel.id: channel for channel in (await ctx.db.exec(select(Channel).where(Channel.hub_id == hub.id))).all()}
    names = [rung.person for rung in policy.escalation_rungs]
    reasons = [] if rungs else ["there is no ladder: nobody would be asked"]
    advice = [] if policy.duty_manager else ["there is no duty manager, who is asked where a rung is empty, and last"]
    usable: list[UUID] = []
    for rung in rungs:
        good = [channel for channel in rung.channels if _opens(ctx, every.get(channel)) and every[channel].gone_at is None]
        usable += [channel for channel in rung.channels if channel not in usable]
        told = list(_why_not(ctx, rung, every))
        (advice if good else reasons).extend(told)
    for trouble in await gaps_ahead(ctx, hub.id, ctx.now, ctx.now + TONIGHT):
        starts = f"{max(trouble.starts, ctx.now).astimezone(ZoneInfo(policy.timezone)):%a %H:%M}"
        rung_name = names[trouble.rung] if trouble.rung < len(names) else f"rung {trouble.rung + 1}"
        reasons.append(TROUBLE[trouble.kind].format(rung=rung_name, starts=starts))
    reasons += [f"a call that is open now is late: its next step was due at {due:%H:%M:%S} UTC" for due in await _late(ctx, hub.id)]
    return Reach(hub.slug, reasons, advice, usable)


def _why_not(ctx: Context, rung: Rung, every: dict[UUID, Channel]) -> Iterator[str]:
    if not rung.channels:
        yield f"{rung.person} has no channel to be reached by"
    for number, channel in enumerate(rung.channels, 1):
        row = every.get(channel)
        if row is None or row.retired_at:
            yield f"channel {number} of {rung.person} is not in use any more"
        elif not _opens(ctx, row):
            yield f"channel {number} of {rung.person} cannot be opened with the key at hand"
        elif row.gone_at:
            yield f"channel {number} of {rung.person} said that it is gone"


def _opens(ctx: Context, channel: Channel | None) -> bool:
    if channel is None or channel.retired_at:
        return False
    try:
        open_target(ctx.house.keyring, channel)
    except Unreadable:
        return False
    return True


async def _late(ctx: Context, hub: UUID) -> list[datetime]:
    open_now = select(Escalation.severity, Escalation.next_step_at).where(Escalation.hub_id == hub, col(Escalation.closed_at).is_(None))
    rows = (await ctx.db.exec(open_now.order_by(col(Escalation.next_step_at)))).all()
    return [due for severity, due in rows if due and due < ctx.now - TIMERS[severity].late]
