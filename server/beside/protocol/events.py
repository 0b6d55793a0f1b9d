"""What the server says on the socket: facts in the past tense, and a few signals. Log events are the same over HTTP."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from beside.protocol.shapes import Log, Place, Ref, Seq


class Event(Struct, kw_only=True, frozen=True, tag_field="type"):
    """Every frame from the server is one JSON object whose `type` names it. Ignore a type you do not know."""


class Author(Struct, kw_only=True, frozen=True):
    """Who said it, as others may know them."""

    account: UUID
    pseudonym: str
    place: Place


class LogEvent(Event, frozen=True):
    """Something that changed what people see. `seq` is dense within (conversation, log): a hole means something was missed."""

    conversation: UUID
    log: Log
    seq: Seq
    at: datetime


class Hidden(Struct, kw_only=True, frozen=True):
    """The message is hidden. `reason` is present only for its author, who goes on reading their own words as well."""

    reason: str | None = None


class MessagePosted(LogEvent, tag="message.posted", frozen=True):
    """A message. `body` is null where it has been hidden (not for its author) or can no longer be read (`unreadable`)."""

    author: Author
    client_id: UUID
    body: str | None
    hidden: Hidden | None = None
    unreadable: bool = False
    edited: bool = False


class MessageEdited(LogEvent, tag="message.edited", frozen=True):
    """The author changed the message at `target_seq`."""

    target_seq: Seq
    body: str | None


class MessageRedacted(LogEvent, tag="message.redacted", frozen=True):
    """The message at `target_seq` is hidden from everyone but its author, who keeps their words and also sees `reason`."""

    target_seq: Seq
    reason: str | None = None


class MessageRestored(LogEvent, tag="message.restored", frozen=True):
    """The hiding of `target_seq` was undone; `body` is what it said."""

    target_seq: Seq
    body: str | None


class ParticipantJoined(LogEvent, tag="participant.joined", frozen=True):
    """Somebody came in, or took another place. Joining is always announced."""

    who: Author


class LeaveReason(StrEnum):
    left = "left"
    stepped_out = "stepped_out"
    removed = "removed"
    suspended = "suspended"


class ParticipantLeft(LogEvent, tag="participant.left", frozen=True):
    """Somebody is no longer here. They get nothing of this conversation after this event."""

    who: Author
    reason: LeaveReason


class NoticeKind(StrEnum):
    """House notices. The words we recommend for each:

    - `opened`: This conversation has begun.
    - `peer_connected`: You’re connected. There’s no hurry, and no wrong way to start.
    - `clinician_told`: A clinician is being told, so that nobody has to carry this alone. You’ll see here when one has looked.
    - `clinician_seen`: A clinician has seen it.
    - `clinician_joined`: A clinician has joined, and can read this conversation now.
    - `clinician_read`: A clinician read this conversation, with a reason.
    - `escalation_closed`: The clinician has finished for now.
    - `consent_asked`: The question was asked whether a clinician on call may know. Any answer is all right.
    - `consent_yes`: The answer was yes: a clinician on call may know.
    - `consent_no`: The answer was no.
    - `consent_not_now`: The answer was: not now.
    - `returned_to_line`: The person you were talking with was called away. It isn’t anything you said. You’re at the front of the line, and someone will come.
    """

    opened = "opened"
    peer_connected = "peer_connected"
    clinician_told = "clinician_told"
    clinician_seen = "clinician_seen"
    clinician_joined = "clinician_joined"
    clinician_read = "clinician_read"
    escalation_closed = "escalation_closed"
    consent_asked = "consent_asked"
    consent_yes = "consent_yes"
    consent_no = "consent_no"
    consent_not_now = "consent_not_now"
    returned_to_line = "returned_to_line"


class NoticePosted(LogEvent, tag="notice.posted", frozen=True):
    """A line from the house, not from a person."""

    notice: NoticeKind


class ConversationClosed(LogEvent, tag="conversation.closed", frozen=True):
    """No more messages can be sent; it can still be read."""


class ConversationReopened(LogEvent, tag="conversation.reopened", frozen=True):
    """It is open again."""


AnyLogEvent = (
    MessagePosted
    | MessageEdited
    | MessageRedacted
    | MessageRestored
    | ParticipantJoined
    | ParticipantLeft
    | NoticePosted
    | ConversationClosed
    | ConversationReopened
)


class Answer(Event, kw_only=True, frozen=True):
    """An event that answers one command, and carries its `ref` back."""

    ref: Ref | None = None


class Welcome(Answer, tag="welcome", frozen=True):
    """The socket is signed in. `epoch` belongs with every cursor you keep."""

    account: UUID
    epoch: str
    server_time: datetime
    heartbeat_seconds: int


class Subscribed(Answer, tag="subscribed", frozen=True):
    """Events follow, from after `from_seq`: that is your `have` until the first comes. `earlier` says that older ones exist (`GET …/events?before=`)."""

    conversation: UUID
    log: Log
    from_seq: Seq
    last_seq: Seq
    earlier: bool


class ResetReason(StrEnum):
    epoch = "epoch"
    ahead = "ahead"


class Reset(Answer, tag="reset", frozen=True):
    """Your cursor cannot be honoured: forget this conversation's lines, load afresh, subscribe without a cursor."""

    conversation: UUID
    log: Log
    reason: ResetReason
    epoch: str


class MessageAccepted(Answer, tag="message.accepted", frozen=True):
    """Your message is stored, as `seq`. A repeated send gets the same answer again."""

    conversation: UUID
    log: Log
    client_id: UUID
    seq: Seq
    at: datetime


class TypingStarted(Event, tag="typing.started", frozen=True):
    """Somebody else is writing. Forget it after 6 s."""

    conversation: UUID
    account: UUID


class SeenMoved(Event, tag="seen.moved", frozen=True):
    """Everything up to `seq` has been on this person's screen. Told in one-to-ones only."""

    conversation: UUID
    account: UUID
    seq: Seq


class ListMoved(Event, tag="list.moved", frozen=True):
    """How one of your conversations stands now, for a list of them: where it ends, how far you have read, who else is on its page. What is null is as it was.

    Of who is here you are told in one-to-ones; in rooms and of where they end, those at the desk are. A second late at most, so that a busy room costs little.
    """

    conversation: UUID
    last_seq: Seq | None = None
    seen_seq: Seq | None = None
    here: list[UUID] | None = None


class Position(Struct, kw_only=True, frozen=True):
    conversation: UUID
    log: Log
    last_seq: Seq


class Heartbeat(Event, tag="heartbeat", frozen=True):
    """At least every 20 s: the last position of each log you follow. Greater than yours: fetch what you lack."""

    server_time: datetime
    positions: list[Position]


class Topic(StrEnum):
    """What to load afresh over HTTP; a hint, sent again whenever it may have been lost."""

    conversations = "conversations"
    line = "line"
    desk = "desk"
    reports = "reports"
    escalations = "escalations"
    acts = "acts"
    account = "account"
    rooms = "rooms"
    rota = "rota"


class Changed(Event, tag="changed", frozen=True):
    """Something about you changed: load `what` afresh."""

    what: Topic


class Drain(Event, tag="drain", frozen=True):
    """This node is about to restart: reconnect after `in_ms`."""

    in_ms: int


class Pong(Answer, tag="pong", frozen=True):
    """The answer to `ping`."""


class Refused(Answer, tag="refused", frozen=True):
    """A command was not carried out; nothing of it was stored. `message` is care text, fit to be shown.

    `ref` and `client_id` are those of the command, wherever they could be read.
    """

    code: str
    message: str
    client_id: UUID | None = None
    retry_after_ms: int | None = None


AnyEvent = AnyLogEvent | Welcome | Subscribed | Reset | MessageAccepted | TypingStarted | SeenMoved | ListMoved | Heartbeat | Changed | Drain | Pong | Refused
