"""What of a layout is missing: moments at which somebody should answer and nobody does. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from beside.escalations.shifts.layout import Span

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Hole:
    """Nobody answers from `starts` to `ends`. `away`: it is somebody's turn who is on leave."""

    starts: datetime
    ends: datetime
    away: UUID | None = None


def holes(spans: Iterable[Span], open_hours: Sequence[Stretch] | None) -> list[Hole]:
    """Each stretch that nobody answers, from the first moment in it at which the hub is open to the last (`open_hours` None: always). A hub that is shut
    needs nobody: its duty manager is asked there. Evenings that nobody has, one after the other, are one hole."""
    found = []
    for span in spans:
        inside = needed(span, open_hours) if span.turn is None else []
        if inside:
            found.append(Hole(inside[0][0], inside[-1][1], span.away))
    return found


def needed(span: Span, open_hours: Sequence[Stretch] | None) -> list[Stretch]:
    """The parts of a span in which somebody has to answer, in order, each moment once."""
    if open_hours is None:
        return [(span.starts, span.ends)]
    cuts = sorted({span.starts, span.ends} | {at for stretch in open_hours for at in stretch if span.starts < at < span.ends})
    return [(begins, ends) for begins, ends in pairwise(cuts) if any(start <= begins and ends <= end for start, end in open_hours)]
