"""Who is asked, in which order, by which channel: the hub's rungs."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlmodel import col, select

from beside.escalations.policy.keep import hold, keep
from beside.escalations.policy.kept import kept_of
from beside.escalations.policy.resort import then_manager
from beside.escalations.shifts.duty import on_duty
from beside.escalations.shifts.plan import who_can_answer
from beside.escalations.tables import Channel, Escalation
from beside.escalations.timers import DESIGN
from beside.hubs.policy import Rung, read_policy
from beside.hubs.scope import policy_of
from beside.kit.context import Context


class Calling(NamedTuple):
    """Who answers calls in a hub, and which channels are in use."""

    people: Collection[UUID]
    channels: Collection[UUID]


async def set_rungs(ctx: Context, hub: UUID, rungs: Sequence[Rung], duty_manager: Rung | None = None) -> None:
    """The ladder of this hub from now on, unchecked: by whoever sets the place up. What is open keeps the one it was raised with."""
    row = await hold(ctx, hub)
    before = kept_of(read_policy(row.policy))
    await keep(ctx, row, msgspec.structs.replace(before, rungs=list(rungs), duty_manager=duty_manager or before.duty_manager))


async def ladder_now(ctx: Context, hub: UUID) -> list[dict[str, Any]]:
    """The rungs as they are now, to be kept with an escalation: whoever is on shift stands in a rung that follows the rota. A rung that turns out
    empty is the duty manager's, who is also the last to be asked.
    """
    policy = await policy_of(ctx, hub)
    calling = await _calling(ctx, hub)
    last = _still(policy.duty_manager, calling) if policy.duty_manager else None
    rungs = [await _rung_now(ctx, hub, place, rung, calling, last) for place, rung in enumerate(policy.escalation_rungs)]
    whole = then_manager(rungs, last)
    marked = [msgspec.structs.replace(rung, rota=named.rota) for rung, named in zip(whole, policy.escalation_rungs, strict=False)]
    built: list[dict[str, Any]] = msgspec.to_builtins([*marked, *whole[len(marked) :]])
    return built


async def look_up(ctx: Context, escalation: Escalation, place: int) -> None:
    """A rung that follows the rota is whoever is on call when it is reached, and not whoever was when the call was raised: a shift may have changed.

    The rest of the ladder stays as it was raised with, and so does this rung where the policy no longer has it follow the rota.
    """
    rungs, policy = rungs_of(escalation.ladder), await policy_of(ctx, escalation.hub_id)
    if not rungs[place].rota or place >= len(policy.escalation_rungs) or not policy.escalation_rungs[place].rota:
        return
    calling = await _calling(ctx, escalation.hub_id)
    last = _still(policy.duty_manager, calling) if policy.duty_manager else None
    rungs[place] = msgspec.structs.replace(await _rung_now(ctx, escalation.hub_id, place, policy.escalation_rungs[place], calling, last), rota=True)
    escalation.ladder = msgspec.to_builtins(rungs)


async def _calling(ctx: Context, hub: UUID) -> Calling:
    return Calling(await who_can_answer(ctx, hub), await live_channels(ctx, hub))


async def _rung_now(ctx: Context, hub: UUID, place: int, rung: Rung, calling: Calling, last: Rung | None) -> Rung:
    found = _still(await _on_shift(ctx, hub, place, rung) if rung.rota else rung, calling)
    return last if last and last.channels and not found.channels else found


async def timers_now(ctx: Context, hub: UUID) -> dict[str, Any]:
    """How patient the hub is now, at each severity, to be kept with an escalation: it may become more urgent."""
    chosen = (await policy_of(ctx, hub)).patience
    built: dict[str, Any] = msgspec.to_builtins(DESIGN | chosen)
    return built


async def _on_shift(ctx: Context, hub: UUID, place: int, rung: Rung) -> Rung:
    """Whoever's shift it is, with the ways to reach them; else a rung without a way to reach anybody.

    A channel that said it is gone is tried all the same, last (a 410 never silences one). Where there is no other, the duty manager's go before it.
    """
    found = await on_duty(ctx, hub, place, ctx.now)
    if found is None or not (found.channels or found.gone):
        return Rung(rung.person, [])
    if found.channels:
        return Rung(rung.person, [*found.channels, *found.gone], found.account)
    manager = (await policy_of(ctx, hub)).duty_manager
    return Rung(rung.person, [*(manager.channels if manager else []), *found.gone])


def _still(rung: Rung, calling: Calling) -> Rung:
    """With those channels only that are in use, and none where the person it names no longer answers calls: they could do nothing."""
    gone = rung.account is not None and rung.account not in calling.people
    return Rung(rung.person, [] if gone else [channel for channel in rung.channels if channel in calling.channels], rung.account)


async def live_channels(ctx: Context, hub: UUID) -> frozenset[UUID]:
    """The hub's channels that are in use."""
    return frozenset((await ctx.db.exec(select(Channel.id).where(Channel.hub_id == hub, col(Channel.retired_at).is_(None)))).all())


def rungs_of(ladder: list[dict[str, Any]]) -> list[Rung]:
    """The rungs that an escalation keeps."""
    return msgspec.convert(ladder, list[Rung])
