"""What the server answers about calls for a clinician: to whoever raised one, and to whoever is on call."""

from datetime import datetime
from uuid import UUID

from beside.protocol.conversation_snapshots import ConsentQuestion
from beside.protocol.events import AnyLogEvent
from beside.protocol.shapes import AlarmKind, Consent, EscalationOutcome, EscalationState, Helped, Severity, StepKind
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


class HelpedShown(Snapshot, frozen=True):
    """Whether the response helped, as the peer said to the clinician."""

    helped: Helped
    words: str | None
    at: datetime


class EscalationStatus(Snapshot, frozen=True):
    """What the peer who raised it sees at each moment. `question`: what the person was asked in the chat about it, and their answer.

    Once it is resolved: `may_say_helped` while you have not said whether the response helped; `may_review`: you can look back on it with whoever
    answered it; `review_wanted`: that has not been done, nor been put off.

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
    question: ConsentQuestion | None
    outcome: EscalationOutcome | None
    feedback: str | None
    helped: HelpedShown | None
    may_say_helped: bool
    may_review: bool
    review_wanted: bool


class OnCallLine(Snapshot, frozen=True):
    escalation: UUID
    severity: Severity
    raised_at: datetime
    state: EscalationState
    acknowledged_by: str | None


class OnCallClosed(Snapshot, frozen=True):
    """One that you closed in the last seven days, and what came back to you."""

    escalation: UUID
    severity: Severity
    raised_by: str
    closed_at: datetime
    helped: Helped | None
    review_wanted: bool


class OnCallList(Snapshot, frozen=True):
    open: list[OnCallLine]
    lately: list[OnCallClosed]


class StandingAlarm(Snapshot, frozen=True):
    """Something is wrong with the calls themselves. `escalation`: the one that is late; null: it is about all of them."""

    kind: AlarmKind
    since: datetime
    escalation: UUID | None = None


class StandingAlarms(Snapshot, frozen=True):
    alarms: list[StandingAlarm]


class CancelAsked(Snapshot, frozen=True):
    """It was taken back, or somebody would take back a critical one: then it goes on until a second person agrees."""

    who: str
    at: datetime
    reason: str


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
    question: ConsentQuestion | None
    cancel_asked: CancelAsked | None
    outcome: EscalationOutcome | None
    feedback: str | None
    helped: HelpedShown | None
    may_review: bool
    review_wanted: bool


class Transcript(Snapshot, frozen=True):
    events: list[AnyLogEvent]
