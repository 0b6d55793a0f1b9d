"""What the server answers about conversations: who is in one, what was said, who has read it; and about the rooms that anybody may join."""

from datetime import datetime
from uuid import UUID

from beside.protocol.events import AnyEvent, AnyLogEvent, Author
from beside.protocol.shapes import ConsentAnswer, ConversationKind, Log, Place, Reader, ReadingKind, Role, Seq
from beside.protocol.snapshots import Snapshot


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

    `heard` goes with the next request that waits; null where this one neither waited nor asked for it.
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
