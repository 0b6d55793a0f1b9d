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


class PersonAbout(Snapshot, frozen=True):
    """The person it is about. `here`: this conversation is on their screen. `last_here_at`: when they last used this place at all, to the minute;
    null: unknown. `left_at`: they ended the conversation, or left it."""

    name: str
    here: bool
    last_here_at: datetime | None
    left_at: datetime | None


class EscalationStatus(Snapshot, frozen=True):
    """What the peer who raised it sees at each moment.

    `not_delivered` shows the local emergency script. A page must not wait for the server to say so: from `undelivered_from` on, counted from `now`
    (the server's clock), it shows the script by itself; null once somebody was reached, or once it is over. `person` is null in a group.
    """

    escalation: UUID
    conversation: UUID
    severity: Severity
    consent: Consent
    state: EscalationState
    steps: list[EscalationStep]
    now: datetime
    not_delivered: bool
    undelivered_from: datetime | None
    emergency_script: str
    person: PersonAbout | None
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
    person: PersonAbout | None
    outcome: EscalationOutcome | None
    feedback: str | None


class Transcript(Snapshot, frozen=True):
    events: list[AnyLogEvent]
