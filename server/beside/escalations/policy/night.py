"""What would happen at night under a policy: the ladder itself, climbed in virtual time. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from beside.escalations.ladder import Climb, Do, Paged, Taken, Timers, next_step

STEPS = 200  # more than the longest list with the most channels has; a rule that never ended would never answer
_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Happens:
    """`after`: since it was raised; for `remind` and `undo` since somebody took it."""

    do: Do
    after: timedelta
    rung: int = 0
    place: int = 0


def night(severity: str, rungs: Sequence[int], timers: Timers) -> list[Happens]:
    """`rungs` is how many channels each has. Every page is taken in at once and nobody answers, until all of them would be called again; then what
    follows where somebody took it and did not begin. Opening hours are left out: a hub that is open is meant.
    """
    return [*_climbing(severity, Climb(tuple(rungs), 1, _MOMENT), timers), *_taken(severity, Climb(tuple(rungs), 1, _MOMENT), timers)]


def _climbing(severity: str, climb: Climb, timers: Timers) -> Iterator[Happens]:
    pages: list[Paged] = []
    for _ in range(STEPS):
        step = next_step(severity, climb, pages, None, timers=timers)
        if step is None:
            return
        yield Happens(step.do, step.at - _MOMENT, step.rung, step.place)
        if step.do is Do.again:
            return
        pages.append(Paged(climb.turn, step.rung, step.place, step.at, tries=1, tried_at=step.at, delivered_at=step.at))


def _taken(severity: str, climb: Climb, timers: Timers) -> Iterator[Happens]:
    pages: list[Paged] = []
    for _ in range(STEPS):
        step = next_step(severity, climb, pages, Taken(_MOMENT, 0), timers=timers)
        if step is None:
            return
        yield Happens(step.do, step.at - _MOMENT, step.rung)
        if step.do is Do.undo:
            return
        pages.append(Paged(climb.turn, step.rung, 0, step.at, tries=1, tried_at=step.at, delivered_at=step.at, reminder=True))
