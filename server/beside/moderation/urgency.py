"""What a moderator should look at first. Pure."""

from collections.abc import Iterable
from datetime import datetime

from beside.protocol.shapes import ReportReason

# somebody who may be at risk comes before unkindness, whatever the count: a wait there cannot be made good
REASONS = (ReportReason.worried, ReportReason.sexual, ReportReason.contact, ReportReason.unkind, ReportReason.other)


def reason_of(stored: str) -> ReportReason:
    """A reason as it is kept. One that a newer node wrote is shown as `other`."""
    return ReportReason(stored) if stored in REASONS else ReportReason.other


def most_urgent(reasons: Iterable[str]) -> ReportReason:
    """The reason that a message with several reports is listed under."""
    return min(map(reason_of, reasons), key=_rank, default=ReportReason.other)


def standing(reason: str, reports: int, since: datetime, *, taken: bool) -> tuple[bool, int, int, datetime]:
    """Sorts the desk: what somebody else has comes last; then by reason, by how many told us, by how long it waits."""
    return taken, _rank(reason), -reports, since


def by_urgency(reasons: Iterable[str]) -> list[ReportReason]:
    """Each of these reasons once, the most urgent first."""
    return sorted({reason_of(reason) for reason in reasons}, key=_rank)


def _rank(reason: str) -> int:
    return REASONS.index(reason_of(reason))
