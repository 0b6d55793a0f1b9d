"""How patient a hub may be, as a pure rule: what it may change of the ladder's timers and within which bounds. No clock, no database, no framework.

Five of them are a hub's to choose, at each severity: when the second channel is tried, when the next person is asked, when whoever took it is reminded,
and when it goes back to the others. The technical ones (connecting, trying again, the watchdog's) and the moment at which the peer is told that nobody
was reached are the same everywhere.

- `critical` never waits longer than ESCALATION's column says.
- `high` and `concern` may be up to twice as patient as their columns: for a hub whose night clinician drives, or reads at set hours. Not more: a
  call that is nobody's for longer than that is silence.
- Nothing is shorter than a person needs to wake, or a device to be heard: then everybody is called for everything, and soon nobody listens.
- Whatever is more urgent never waits longer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import msgspec

from beside.escalations.ladder import TIMERS, Timers
from beside.hubs.policy import Patience

NAMES = ("unsent", "unseen", "next_rung", "remind", "undo")
ASCENDING = ("concern", "high", "critical")
LEAST = {"unsent": 5, "unseen": 15, "next_rung": 30, "remind": 60, "undo": 120}  # seconds: a message arrives, is heard, a person sits up and reads
MOST_TIMES = {"critical": 1, "high": 2, "concern": 2}  # of the design's


@dataclass(frozen=True, slots=True)
class Bounds:
    """In seconds. `may_be_none`: there need not be a second channel while nobody answers."""

    least: int
    most: int
    usual: int | None
    may_be_none: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is in the way: a refusal's code, and the field it is about (`rungs.0.channels`, `timers.high.undo`)."""

    code: str
    field: str


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())


DESIGN: dict[str, Patience] = {severity: Patience(*(_seconds(getattr(timers, name)) for name in NAMES)) for severity, timers in TIMERS.items()}  # type: ignore[arg-type]  # only `unseen` is ever None
"""ESCALATION's table."""


def bounds(severity: str, name: str) -> Bounds:
    """What this timer may be at this severity."""
    usual: int | None = getattr(DESIGN[severity], name)
    longest = DESIGN[severity].next_rung if usual is None else usual  # a second channel after the next person would never be tried
    return Bounds(LEAST[name], longest * MOST_TIMES[severity], usual, may_be_none=usual is None)


def trouble_with(patience: Mapping[str, Patience]) -> Trouble | None:
    """The first thing that a hub may not choose; `patience` is by severity, and what is not in it is as the design has it."""
    return next(_troubles({severity: patience.get(severity, DESIGN[severity]) for severity in ASCENDING}), None)


def timers_for(severity: str, kept: Mapping[str, Mapping[str, Any]] | None) -> Timers:
    """The timers of an escalation: those that it was raised with, where it kept some (null in rows of the first light). A critical one is never more
    patient than the design, whatever a row says.
    """
    if kept is None or severity not in kept:
        return TIMERS[severity]
    chosen = msgspec.convert(kept[severity], Patience)
    mine = {name: None if (value := getattr(chosen, name)) is None else timedelta(seconds=value) for name in NAMES}
    if severity == "critical":
        mine = {name: min(mine[name] or getattr(TIMERS[severity], name), getattr(TIMERS[severity], name)) for name in NAMES}
    return replace(TIMERS[severity], **mine)  # type: ignore[arg-type]  # only `unseen` is ever None


def _troubles(patience: Mapping[str, Patience]) -> Iterator[Trouble]:
    for severity, one in patience.items():
        for name in NAMES:
            value, allowed = getattr(one, name), bounds(severity, name)
            if (value is None and not allowed.may_be_none) or (value is not None and value > allowed.most):
                yield Trouble("timer_too_long", _field(severity, name))
            elif value is not None and value < allowed.least:
                yield Trouble("timer_too_short", _field(severity, name))
        for name in ("unsent", "unseen"):
            if (getattr(one, name) or 0) > one.next_rung:
                yield Trouble("timer_never", _field(severity, name))
        if one.remind >= one.undo:
            yield Trouble("timer_never", _field(severity, "remind"))
    for calmer, urgent in pairwise(ASCENDING):
        for name in NAMES:
            if _longer(getattr(patience[urgent], name), getattr(patience[calmer], name)):
                yield Trouble("timer_order", _field(urgent, name))


def _longer(mine: int | None, other: int | None) -> bool:
    """None is without end."""
    return other is not None and (mine is None or mine > other)


def _field(severity: str, name: str) -> str:
    return f"timers.{severity}.{name}"
