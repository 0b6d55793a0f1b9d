"""What the server answers about calls for a clinician: to whoever raised one, and to whoever is on call."""

from datetime import datetime
from uuid import UUID

from beside.protocol.events import AnyLogEvent
from beside.protocol.shapes import Consent, EscalationOutcome, EscalationState, Severity, StepKind
from beside.protocol.snapshots import Snapshot


class EscalationStep(Snapshot, frozen=True):
    """One thing that happened. `rung` counts the people on the list from 1."""

    kind: StepKind
    at: datetime
    who: str | None = None
    rung: int | None = None


class EscalationStatus(Snapshot, frozen=True):
    """What the peer who raised it sees at each moment. `not_delivered` shows the local emergency script."""

    escalation: UUID
    conversation: UUID
    severity: Severity
    consent: Consent
    state: EscalationState
    steps: list[EscalationStep]
    not_delivered: bool
    emergency_script: str
    outcome: EscalationOutcome | None
    feedback: str | None


class OnCallLine(Snapshot, frozen=True):
    escalation: UUID
    severity: Severity
    raised_at: datetime
    state: EscalationState
    acknowledged_by: str | None


class OnCallList(Snapshot, frozen=True):
    open: list[OnCallLine]


class OnCallPage(Snapshot, frozen=True):
    """One escalation, for one thumb at night. The transcript stays closed until a reason is given."""

    escalation: UUID
    hub_name: str
    severity: Severity
    state: EscalationState
    raised_at: datetime
    raised_by: str
    rung: int
    respond_by: datetime | None
    consent: Consent
    view: str
    agreed_facts: str | None
    reason_to_go_on: str | None
    notes: list[str]
    acknowledged_by: str | None
    acknowledged_by_me: bool
    conversation: UUID
    joined: bool
    outcome: EscalationOutcome | None
    feedback: str | None


class Transcript(Snapshot, frozen=True):
    events: list[AnyLogEvent]
