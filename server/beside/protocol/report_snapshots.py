"""What the server answers about reports: to whoever made one, to whoever opens it, and to whom something was done about."""

from datetime import datetime
from uuid import UUID

from beside.protocol.events import AnyLogEvent, Author
from beside.protocol.shapes import ActKind, AppealState, ConversationKind, ReceiptState, ReportOutcome, ReportReason, ReportState, Seq
from beside.protocol.snapshots import Snapshot


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
