"""The name a provider knows an incident by, made and read again. Pure."""

import re
from uuid import UUID

_INCIDENT = re.compile(r"beside-([0-9a-f]{32})-([0-9]{1,9})(-reminder)?")


def incident_of(escalation: UUID, turn: int, *, reminder: bool = False) -> str:
    """The same over rungs, channels and attempts of one climb. Another when the ladder is climbed again, and for a reminder: a provider would take
    those for repeats of what somebody there has silenced, and wake nobody."""
    return f"beside-{escalation.hex}-{turn}{'-reminder' if reminder else ''}"


def read_incident(name: str) -> tuple[UUID, int] | None:
    """The escalation and the climb, if `name` is one of ours."""
    found = _INCIDENT.fullmatch(name)
    return (UUID(hex=found[1]), int(found[2])) if found else None
