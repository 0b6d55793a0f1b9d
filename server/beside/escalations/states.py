"""The state of an escalation, read off its rows: a pure rule, so that no column can disagree with what happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from beside.escalations.ladder import TIMERS
from beside.protocol.shapes import EscalationState


@dataclass(frozen=True, slots=True)
class Facts:
    """`asked_since`: when this asking began (raised, made more urgent, or handed back). `delivered`: pages taken in since then."""

    severity: str
    asked_since: datetime
    paged: bool = False
    delivered: int = 0
    went_round: bool = False
    has_channels: bool = True
    acknowledged: bool = False
    started: bool = False
    resolved: bool = False
    cancelled: bool = False


def state_of(facts: Facts) -> EscalationState:
    """The one state that these facts amount to."""
    if facts.resolved:
        return EscalationState.resolved
    if facts.cancelled:
        return EscalationState.cancelled
    if facts.acknowledged:
        return EscalationState.in_progress if facts.started else EscalationState.acknowledged
    if facts.went_round or not facts.has_channels:
        return EscalationState.exhausted
    if facts.delivered:
        return EscalationState.delivered
    return EscalationState.notifying if facts.paged else EscalationState.raised


def undelivered_from(facts: Facts) -> datetime | None:
    """When the peer must be told that nobody has been reached: at once where there is nobody to reach. None: somebody was, or it is over."""
    if facts.resolved or facts.cancelled or facts.acknowledged or facts.delivered:
        return None
    return facts.asked_since + TIMERS[facts.severity].undelivered if facts.has_channels else facts.asked_since


def is_undelivered(facts: Facts, now: datetime) -> bool:
    """Whether they must be told now."""
    told_from = undelivered_from(facts)
    return told_from is not None and now >= told_from


def rises(old: str, new: str) -> bool:
    """Whether `new` is more urgent. A machine never goes the other way."""
    order = list(_ascending())
    return order.index(new) > order.index(old)


def _ascending() -> Iterable[str]:
    return ("concern", "high", "critical")
