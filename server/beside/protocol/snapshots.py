"""What the server answers over HTTP: the state of things now, complete enough to draw a screen from."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from beside.protocol.events import AnyEvent, AnyLogEvent, Author
from beside.protocol.shapes import (
    ActKind,
    AppealState,
    ConsentAnswer,
    ConversationKind,
    EscalationState,
    Log,
    Place,
    Reader,
    ReadingKind,
    ReceiptState,
    ReportOutcome,
    ReportReason,
    ReportState,
    Role,
    Seq,
    Severity,
)


class Snapshot(Struct, kw_only=True, frozen=True):
    """A JSON object. Ignore a field you do not know."""


class Fine(Snapshot, frozen=True):
    """It was done."""

    done: bool = True


class Refusal(Snapshot, frozen=True):
    """Every answer of 400 and above. `message` is care text, fit to be shown; `field` names what it is about."""

    code: str
    message: str
    field: str | None = None
    retry_after_ms: int | None = None


class UrgentPlace(Snapshot, frozen=True):
    """Somewhere to turn at once; three at most, from the hub's settings."""

    name: str
    detail: str
    contact: str
    link: str | None = None


class Doorway(Snapshot, frozen=True):
    """The public face of a hub, before anybody is signed in."""

    hub: str
    name: str
    open_now: bool
    opens_at: datetime | None
    peers_here: int
    urgent_places: list[UrgentPlace]
    suggested_pseudonym: str
    safe_site: str


class Permitted(Snapshot, frozen=True):
    """One thing a role may do, in plain words."""

    permission: str
    words: str


class RoleCard(Snapshot, frozen=True):
    """What a role is for, and what it may and may not do: printed from the table that the server enforces."""

    role: Role
    title: str
    purpose: str
    may: list[Permitted]
    may_not: list[Permitted]


class Me(Snapshot, frozen=True):
    """The person who is signed in."""

    account: UUID
    pseudonym: str
    hub: str
    hub_name: str
    roles: list[Role]
    cards: list[RoleCard]
    has_password: bool
    has_second_factor: bool
    second_factor_needed: bool
    urgent_places: list[UrgentPlace]
    safe_site: str


class Arrived(Snapshot, frozen=True):
    """The recovery code is shown this once; only a hash of it is kept."""

    me: Me
    recovery_code: str


class NewRecoveryCode(Snapshot, frozen=True):
    recovery_code: str


class Ticket(Snapshot, frozen=True):
    """For the socket's `hello`, once, within 30 s."""

    ticket: str
    expires_at: datetime


class SecondFactorSetup(Snapshot, frozen=True):
    """For an authenticator app; not in force until it has been confirmed."""

    secret: str
    uri: str


class ParticipantShown(Snapshot, frozen=True):
    who: Author
    here: bool
    seen_seq: Seq


class ConsentQuestion(Snapshot, frozen=True):
    """ "May I let a clinician on call know?", asked in a one-to-one. `answer` null: not answered yet. It lapses after 12 hours, answered or not."""

    question: UUID
    asked_by: str
    asked_at: datetime
    answer: ConsentAnswer | None
    answered_at: datetime | None


class ConversationShown(Snapshot, frozen=True):
    """One conversation, as this person may see it. `question`: the last one that was asked in it and has not lapsed.

    `history_from` is the first `seq` that they may read: 1, or where they came in. `staff_last_seq` is null where the staff log is not theirs.
    `seen_seq` is how far they have read. `clinician_told`: a call for a clinician is open; `escalation` is its id, for staff who are in it.
    """

    conversation: UUID
    kind: ConversationKind
    title: str
    purpose: str
    my_place: Place
    participants: list[ParticipantShown]
    open: bool
    epoch: str
    last_seq: Seq
    staff_last_seq: Seq | None
    seen_seq: Seq
    history_from: Seq
    opened_at: datetime
    readers: list[Reader]
    clinician_told: bool
    escalation: UUID | None
    question: ConsentQuestion | None = None


class Conversations(Snapshot, frozen=True):
    conversations: list[ConversationShown]


class ReadingShown(Snapshot, frozen=True):
    """That somebody opened a conversation you were in: `who` and `role`, what they opened, and when. It was written down before they saw a word."""

    reading: UUID
    who: str
    role: Role
    kind: ReadingKind
    at: datetime
    conversation_kind: ConversationKind
    conversation_title: str


class Readings(Snapshot, frozen=True):
    """The newest first, 200 at most."""

    readings: list[ReadingShown]


class EventPage(Snapshot, frozen=True):
    """Log events in order. `earlier` / `later` say whether there is more on that side."""

    conversation: UUID
    log: Log
    epoch: str
    events: list[AnyLogEvent]
    last_seq: Seq
    earlier: bool
    later: bool


class Exchanged(Snapshot, frozen=True):
    """What a socket would have brought, `welcome` first. `closed` is the code with which it would have been closed; null: go on.

    `heard` goes with the next request that waits; null where this one did not.
    """

    frames: list[AnyEvent]
    closed: int | None
    heard: str | None


class Accepted(Snapshot, frozen=True):
    """The message is stored. A repeated send gets the same answer."""

    conversation: UUID
    log: Log
    client_id: UUID
    seq: Seq
    at: datetime


class RoomShown(Snapshot, frozen=True):
    """A group or the lounge, before and after joining."""

    conversation: UUID
    kind: ConversationKind
    title: str
    purpose: str
    agreements: str
    agreements_version: Seq
    keeps_history: bool
    leads: list[Author]
    here: int
    joined: bool
    stepped_out_until: datetime | None


class Rooms(Snapshot, frozen=True):
    rooms: list[RoomShown]


class LinePlace(Snapshot, frozen=True):
    """Where somebody is in line. `usually_minutes` is a range, or null: "we can't tell yet".

    `staff_told_at`: they have waited for a minute with nobody at the desk, and the staff of the hub were told of it then.
    """

    waiting: bool
    place: int | None = None
    asked_at: datetime | None = None
    usually_minutes: tuple[int, int] | None = None
    peers_here: int = 0
    open_now: bool = True
    opens_at: datetime | None = None
    fallback_at: datetime | None = None
    conversation: UUID | None = None
    wants: str | None = None
    staff_told_at: datetime | None = None


class Waiting(Snapshot, frozen=True):
    """One person in line, as the desk may see them: no name until they are met."""

    asked_at: datetime
    unsafe: bool


class Brought(Snapshot, frozen=True):
    """What somebody chose to share before they were met, for the peer who is with them."""

    conversation: UUID
    wants: str | None
    who: str | None
    unsafe: bool


class ReportLine(Snapshot, frozen=True):
    """A report at the desk, one line of it: no words of anybody until it is opened."""

    report: UUID
    reports: int
    reason: ReportReason
    about: Author
    conversation: UUID
    conversation_title: str
    kind: ConversationKind
    at: datetime
    claimed_by: str | None
    claimed_by_me: bool


class AppealLine(Snapshot, frozen=True):
    appeal: UUID
    act: UUID
    about: Author
    at: datetime


class EscalationLine(Snapshot, frozen=True):
    """`review_wanted`: it is closed, and a few lines from you on how it went are asked for; you may put that off."""

    escalation: UUID
    severity: Severity
    raised_at: datetime
    state: EscalationState
    conversation: UUID | None
    review_wanted: bool = False


class Desk(Snapshot, frozen=True):
    """Everything the desk's list shows, most urgent first."""

    ready: bool
    waiting: list[Waiting]
    peers_ready: int
    reports: list[ReportLine]
    appeals: list[AppealLine]
    conversations: list[ConversationShown]
    escalations: list[EscalationLine]
    brought: list[Brought] = []


class Met(Snapshot, frozen=True):
    """`conversation` is one that began just now, never one you had. Null: nobody is waiting, and you are `ready` for who comes next; or you are
    `full`, with as many people as you have room for, and nobody new is given to you."""

    conversation: UUID | None
    ready: bool
    full: bool = False


class Receipt(Snapshot, frozen=True):
    """What a reporter gets, and hears back. `receipt` is their own number of it; what the desk calls a report has another."""

    receipt: UUID
    at: datetime
    reason: ReportReason
    state: ReceiptState
    outcome: ReportOutcome | None
    words: str | None


class Receipts(Snapshot, frozen=True):
    receipts: list[Receipt]


class ReportOpened(Snapshot, frozen=True):
    """A reported message with five before and five after. Opening it was written to the audit log."""

    report: UUID
    reasons: list[ReportReason]
    words: list[str]
    about: Author
    conversation: UUID
    conversation_title: str
    kind: ConversationKind
    target_seq: Seq
    events: list[AnyLogEvent]
    claimed_by: str | None
    claimed_by_me: bool
    hidden: bool
    can_step_out: bool
    state: ReportState


class ActShown(Snapshot, frozen=True):
    """What was done about you, why, for how long, and how to ask somebody else to look at it.

    `conversation` is null where it was about no single one. `appeal_state` is null until somebody asked for another look; `appeal_words` is what was
    answered. `offered_conversation` is the one-to-one that was offered with it: null until a peer has met them.
    """

    act: UUID
    kind: ActKind
    reason: str
    at: datetime
    until: datetime | None
    conversation: UUID | None
    conversation_title: str
    undone: bool
    appeal_state: AppealState | None
    appeal_words: str | None
    offered_conversation: UUID | None


class Acts(Snapshot, frozen=True):
    acts: list[ActShown]


class AppealOpened(Snapshot, frozen=True):
    appeal: UUID
    words: str
    act: ActShown
    about: Author
    acted_by: str
    hidden_body: str | None
