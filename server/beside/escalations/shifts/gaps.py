"""What of a layout is missing: moments at which somebody should answer and nobody does. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from beside.escalations.shifts.layout import Span


@dataclass(frozen=True, slots=True)
class Hole:
    """Nobody answers from `starts` to `ends`. `away`: it is somebody's turn who is on leave."""

    starts: datetime
    ends: datetime
    away: UUID | None = None


def holes(spans: Iterable[Span], open_hours: Sequence[tuple[datetime, datetime]] | None) -> list[Hole]:
    """The gaps, as far as the hub is open (None: always), neighbours as one. A hub that is shut needs nobody: its duty manager is asked there."""
    found: list[Hole] = []
    for span in spans:
        if span.turn is not None:
            continue
        for starts, ends in [(span.starts, span.ends)] if open_hours is None else within(span.starts, span.ends, open_hours):
            if found and found[-1].ends == starts and found[-1].away == span.away:
                found[-1] = Hole(found[-1].starts, ends, span.away)
            else:
                found.append(Hole(starts, ends, span.away))
    return found


def within(starts: datetime, ends: datetime, spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The parts of one stretch that lie in `spans`, in order, each moment once."""
    cuts = sorted({starts, ends} | {at for span in spans for at in span if starts < at < ends})
    inside = _inside(spans)
    return [(begins, finishes) for begins, finishes in pairwise(cuts) if inside(begins, finishes)]


def _inside(spans: Sequence[tuple[datetime, datetime]]) -> Callable[[datetime, datetime], bool]:
    return lambda begins, finishes: any(start <= begins and finishes <= end for start, end in spans)
