"""Whether a policy can be put in force, as a pure rule: whoever is called can be reached, and can act."""

from collections.abc import Collection, Iterator
from uuid import UUID

from beside.escalations.policy.kept import Kept
from beside.escalations.timers import Trouble, trouble_with
from beside.hubs.policy import Rung


def trouble_of(kept: Kept, people: Collection[UUID], channels: Collection[UUID]) -> Trouble | None:
    """The first thing in the way. `people`: clinicians who can sign in. `channels`: the hub's that are in use."""
    return next(_troubles(kept, people, channels), None)


def _troubles(kept: Kept, people: Collection[UUID], channels: Collection[UUID]) -> Iterator[Trouble]:
    if not kept.rungs:
        yield Trouble("rung_needed", "rungs")
    for place, rung in enumerate(kept.rungs):
        yield from _of_rung(rung, f"rungs.{place}", people, channels)
    manager = kept.duty_manager
    if manager:
        if manager.rota:
            yield Trouble("not_usable", "duty_manager.rota")  # who stands in for the rota does not follow it
        yield from _of_rung(manager, "duty_manager", people, channels)
    elif any(rung.rota and not rung.channels for rung in kept.rungs):
        yield Trouble("duty_manager_needed", "duty_manager")
    if found := trouble_with(kept.patience):
        yield found


def _of_rung(rung: Rung, field: str, people: Collection[UUID], channels: Collection[UUID]) -> Iterator[Trouble]:
    if rung.account is not None and (rung.rota or rung.account not in people):
        yield Trouble("not_a_clinician", f"{field}.account")
    if any(channel not in channels for channel in rung.channels):
        yield Trouble("channel_gone", f"{field}.channels")
    if not rung.channels and not rung.rota:
        yield Trouble("rung_unreachable", f"{field}.channels")
