"""Where channels are named: by whom on the ladder in force, and by calls that are open, which keep the ladder they were raised with."""

from collections import defaultdict
from uuid import UUID

from sqlmodel import col, select

from beside.escalations.rota import ladder_now, rungs_of
from beside.escalations.tables import Escalation
from beside.hubs.scope import policy_of
from beside.kit.context import Context


async def used_by(ctx: Context, hub: UUID) -> dict[UUID, list[str]]:
    """What the ladder calls whoever is reached by each channel, in order: as the policy names them, and whoever is on shift now."""
    policy = await policy_of(ctx, hub)
    named = [*policy.escalation_rungs, *([policy.duty_manager] if policy.duty_manager else []), *rungs_of(await ladder_now(ctx, hub))]
    found: dict[UUID, list[str]] = defaultdict(list)
    for rung in named:
        for channel in rung.channels:
            if rung.person not in found[channel]:
                found[channel].append(rung.person)
    return found


async def in_open_calls(ctx: Context, hub: UUID) -> set[UUID]:
    """The channels that an open escalation may still use."""
    ladders = (await ctx.db.exec(select(Escalation.ladder).where(Escalation.hub_id == hub, col(Escalation.closed_at).is_(None)))).all()
    return {channel for ladder in ladders for rung in rungs_of(list(ladder)) for channel in rung.channels}
