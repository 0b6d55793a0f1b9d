"""The part of a hub's policy that is about escalations, as versions keep it, and as it goes over the wire. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from beside.escalations.timers import DESIGN
from beside.hubs.policy import Patience, Policy, Rung
from beside.protocol.policy import PolicyDraft, PolicyPatience, PolicyRung, PolicyTimers


class Kept(Struct, frozen=True, omit_defaults=True):
    """`patience` holds every severity: what the design says may change one day, and what a hub decided does not."""

    rungs: list[Rung]
    duty_manager: Rung | None
    patience: dict[str, Patience]
    emergency_script: str


def kept_of(policy: Policy) -> Kept:
    """As it is in force."""
    return Kept(policy.escalation_rungs, policy.duty_manager, DESIGN | policy.patience, policy.emergency_script)


def into(policy: Policy, kept: Kept) -> Policy:
    """`policy` with this part of it."""
    return msgspec.structs.replace(
        policy,
        escalation_rungs=kept.rungs,
        duty_manager=kept.duty_manager,
        patience={severity: one for severity, one in kept.patience.items() if one != DESIGN.get(severity)},
        emergency_script=kept.emergency_script,
    )


def read_kept(stored: Mapping[str, Any]) -> Kept:
    return msgspec.convert(stored, Kept)


def from_draft(draft: PolicyDraft) -> Kept:
    """As it was asked for, channels that are named twice once; nothing of it is checked."""
    return Kept(
        [_rung(rung) for rung in draft.rungs],
        _rung(draft.duty_manager) if draft.duty_manager else None,
        {severity: msgspec.convert(msgspec.to_builtins(getattr(draft.timers, severity)), Patience) for severity in DESIGN},
        draft.emergency_script,
    )


def to_draft(kept: Kept) -> PolicyDraft:
    """As it is shown."""
    timers = {severity: msgspec.convert(msgspec.to_builtins(one), PolicyPatience) for severity, one in kept.patience.items()}
    return PolicyDraft(
        rungs=[_asked(rung) for rung in kept.rungs],
        duty_manager=_asked(kept.duty_manager) if kept.duty_manager else None,
        timers=PolicyTimers(**timers),
        emergency_script=kept.emergency_script,
    )


def _rung(asked: PolicyRung) -> Rung:
    return Rung(asked.person, list(dict.fromkeys(asked.channels)), asked.account, asked.rota)


def _asked(rung: Rung) -> PolicyRung:
    return PolicyRung(person=rung.person, channels=rung.channels, account=rung.account, rota=rung.rota)
