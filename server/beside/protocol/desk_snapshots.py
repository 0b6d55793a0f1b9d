"""What the server answers to the desk: everything its list shows, and whom a peer meets next."""

from datetime import datetime
from uuid import UUID

from msgspec import field

from beside.protocol.conversation_snapshots import ConversationShown
from beside.protocol.events import Author
from beside.protocol.line_snapshots import Brought, Waiting
from beside.protocol.shapes import ConversationKind, EscalationState, ReportReason, Severity
from beside.protocol.snapshots import Snapshot


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
    brought: list[Brought] = field(default_factory=list)


class Met(Snapshot, frozen=True):
    """`conversation` is one that began just now, never one you had. Null: nobody is waiting, and you are `ready` for who comes next; or you are
    `full`, with as many people as you have room for, and nobody new is given to you."""

    conversation: UUID | None
    ready: bool
    full: bool = False
