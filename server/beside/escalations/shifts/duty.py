"""Who answers a rung that follows the rota now, and by which channels; and what will be missing soon."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from beside.escalations.shifts.gaps import holes
from beside.escalations.shifts.layout import LONGEST
from beside.escalations.shifts.plan import Plan, plan_of
from beside.escalations.tables import Channel
from beside.hubs.hours import open_spans
from beside.kit.context import Context
from beside.protocol.shapes import RotaTrouble

SIGHT = LONGEST  # how far a gap is followed to its end: after two weeks, it has none in sight


@dataclass(frozen=True, slots=True)
class OnDuty:
    """`channels`: the person's own in the order in which they were added, then those that the rung shares (a duty phone). `gone`: their own that answered
    that they lead nowhere any more. `until`: then it is somebody else's turn."""

    account: UUID
    channels: list[UUID]
    gone: list[UUID]
    until: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """`rung` counts from 0. `account`: who is away, or cannot be reached; null for a plain gap. `ends` null: none in sight."""

    rung: int
    kind: RotaTrouble
    account: UUID | None
    starts: datetime
    ends: datetime | None


async def on_duty(ctx: Context, hub: UUID, rung: int, at: datetime) -> OnDuty | None:
    """Whose shift it is on this rung (counted from 0) at `at`; None where it is nobody's, or theirs who is away: then the duty manager is asked.

    Somebody without a channel is returned all the same, with none: whoever asks decides who is asked instead.
    """
    plan = await plan_of(ctx, hub, at, at + LONGEST)
    span = plan.line(rung, at, at + LONGEST)[0]
    if span.account is None:
        return None
    own = await channels_of(ctx, hub, [span.account])
    theirs = own[span.account]
    return OnDuty(span.account, [*theirs.live, *await _shared(ctx, hub, plan, rung)], theirs.gone, span.ends)


async def gaps_ahead(ctx: Context, hub: UUID, start: datetime, end: datetime) -> list[Trouble]:
    """Everything that begins before `end` and is not over at `start`: hours that nobody has, and people on shift who cannot be reached, in order."""
    plan = await plan_of(ctx, hub, start, end + SIGHT)
    hours = open_spans(plan.policy, start, end + SIGHT)
    found = []
    for rung in plan.rungs:
        spans = plan.line(rung, start, end + SIGHT)
        for hole in holes(spans, hours):
            if hole.starts < end:
                last = spans[-1].turn is None and hole.starts >= spans[-1].starts
                found.append(Trouble(rung, RotaTrouble.away if hole.away else RotaTrouble.nobody, hole.away, hole.starts, None if last else hole.ends))
        on_soon = {span.account: span for span in reversed(spans) if span.starts < end and span.account}
        if on_soon and not await _shared(ctx, hub, plan, rung):
            known = await channels_of(ctx, hub, on_soon)
            for account, span in on_soon.items():
                if not known[account].live:
                    kind = RotaTrouble.gone if known[account].gone else RotaTrouble.no_channel
                    found.append(Trouble(rung, kind, account, span.starts, span.ends))
    return sorted(found, key=lambda one: (one.starts, one.rung, one.kind))


@dataclass(slots=True)
class Reach:
    """How somebody can be reached: `live` channels, and those that lead nowhere any more."""

    live: list[UUID] = field(default_factory=list)
    gone: list[UUID] = field(default_factory=list)


async def channels_of(ctx: Context, hub: UUID, accounts: Iterable[UUID]) -> dict[UUID, Reach]:
    """The channels of these people that are their own, the oldest first."""
    found: dict[UUID, Reach] = defaultdict(Reach)
    theirs = select(Channel).where(Channel.hub_id == hub, col(Channel.account_id).in_(list(accounts)), col(Channel.retired_at).is_(None))
    for channel in await ctx.db.exec(theirs.order_by(col(Channel.made_at), col(Channel.id))):
        assert channel.account_id
        reach = found[channel.account_id]
        (reach.live if channel.gone_at is None else reach.gone).append(channel.id)
    return found


async def _shared(ctx: Context, hub: UUID, plan: Plan, rung: int) -> list[UUID]:
    """The rung's own channels that lead somewhere, in its order."""
    named = plan.policy.escalation_rungs[rung].channels if rung < len(plan.policy.escalation_rungs) else []
    usable = select(Channel.id).where(Channel.hub_id == hub, col(Channel.id).in_(named), col(Channel.retired_at).is_(None), col(Channel.gone_at).is_(None))
    live = set((await ctx.db.exec(usable)).all())
    return [channel for channel in named if channel in live]
