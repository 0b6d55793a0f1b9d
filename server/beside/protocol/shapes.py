"""The small shapes that frames, requests and answers share. Limits stand here once, so the documents and the server agree."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

BODY_CHARACTERS = 4_000  # after NFC; DELIVERY.md: long enough for a hard night, short enough to read on a phone
BODY_CODE_POINTS = 4 * BODY_CHARACTERS  # NFC makes one character of up to four; the true limit is counted after it, by `kit.text`
FRAME_BYTES = 16 * 1024  # 4,000 characters of four bytes each fit, with their envelope
JSON_DEPTH = 8  # our deepest frame is three; eight leaves room and still stops a bracket bomb
NOTE_CHARACTERS = 2_000  # reasons, views, outcomes: a page, not a file

Seq = Annotated[int, Meta(ge=0, le=2**53 - 1, description="Position in a log: dense, from 1, in commit order. 0 means before the first.")]
Body = Annotated[
    str,
    Meta(
        min_length=1, max_length=BODY_CODE_POINTS, description="What a person wrote: at most 4,000 characters, counted after NFC; no NUL, no lone surrogates."
    ),
]
Note = Annotated[str, Meta(min_length=1, max_length=NOTE_CHARACTERS, description="A sentence or a few, by a person.")]
Pseudonym = Annotated[str, Meta(min_length=2, max_length=24, description="The name people see. Never a legal name.")]
Wall = Annotated[
    str, Meta(min_length=16, max_length=16, description="What the clock on the wall shows, in the hub's zone, to the minute.", examples=["2026-12-01T20:00"])
]
Title = Annotated[str, Meta(min_length=1, max_length=80)]
Ref = Annotated[str, Meta(min_length=1, max_length=40, description="Chosen by the client; the answer or refusal carries it back.")]


class Log(StrEnum):
    """A conversation keeps two logs with a `seq` each, so that a staff note leaves no hole a member can see."""

    public = "public"
    staff = "staff"


class ConversationKind(StrEnum):
    one_to_one = "one_to_one"
    group = "group"
    lounge = "lounge"


class Place(StrEnum):
    """What somebody is in one conversation (not their role in the hub)."""

    member = "member"
    peer = "peer"
    lead = "lead"
    co_lead = "co_lead"
    clinician = "clinician"
    moderator = "moderator"


class Role(StrEnum):
    member = "member"
    peer = "peer"
    moderator = "moderator"
    clinician = "clinician"
    coordinator = "coordinator"


class Severity(StrEnum):
    concern = "concern"
    high = "high"
    critical = "critical"


class ChannelKind(StrEnum):
    """How people on call are reached. `webhook`: any receiver of Standard Webhooks."""

    webhook = "webhook"
    pagerduty = "pagerduty"
    alertmanager = "alertmanager"
    email = "email"


class PageAct(StrEnum):
    """What a message was for: to ask somebody, to remind whoever took it, or to tell a provider that it was taken or is over."""

    page = "page"
    reminder = "reminder"
    acknowledged = "acknowledged"
    resolved = "resolved"


class Consent(StrEnum):
    """What the person said when asked whether a clinician may be told."""

    agreed = "agreed"
    declined = "declined"
    could_not_ask = "could_not_ask"


class ConsentAnswer(StrEnum):
    """What the person pressed when they were asked in the chat whether a clinician on call may be told. `not_now` is not a yes."""

    yes = "yes"
    no = "no"
    not_now = "not_now"


class Helped(StrEnum):
    """What the peer says of how a call was answered. It is about the response, and never about a person."""

    helped = "helped"
    partly = "partly"
    not_this_time = "not_this_time"


class EscalationState(StrEnum):
    """How far a call for a clinician has come.

    - `raised`: stored, or handed back; nobody has been paged yet since.
    - `notifying`: pages go out; none has been taken in yet.
    - `delivered`: a page reached somebody's device; nobody has it yet.
    - `acknowledged`: a named clinician has it.
    - `in_progress`: they have begun.
    - `exhausted`: everybody on the list was asked, or there is nobody to ask; it goes round again.
    - `resolved`, `cancelled`: it is over.
    """

    raised = "raised"
    notifying = "notifying"
    delivered = "delivered"
    acknowledged = "acknowledged"
    in_progress = "in_progress"
    exhausted = "exhausted"
    resolved = "resolved"
    cancelled = "cancelled"


class StepKind(StrEnum):
    """What happened to an escalation.

    - `asked`: a person on the list is being called, for the first time in this round; `delivered`: it reached a device of theirs.
    - `exhausted`: everybody on the list was asked and nobody answered; it goes round again. `more_urgent`: it was raised higher.
    - `unacknowledged`: it was handed back (`who` says by whom), or nothing followed in time (`who` is null).
    - `left`: the person it is about ended the conversation, or left it. The call goes on.
    - `cancel_asked`: somebody would take back a critical one; it goes on until a second person agrees.
    """

    raised = "raised"
    asked = "asked"
    more_urgent = "more_urgent"
    left = "left"
    cancel_asked = "cancel_asked"
    delivered = "delivered"
    exhausted = "exhausted"
    acknowledged = "acknowledged"
    started = "started"
    joined = "joined"
    unacknowledged = "unacknowledged"
    resolved = "resolved"
    cancelled = "cancelled"


class EscalationOutcome(StrEnum):
    """What came of it, as the clinician says."""

    talked = "talked"
    handed_on = "handed_on"
    emergency_services = "emergency_services"
    no_contact = "no_contact"
    not_needed = "not_needed"


class RotaAnswer(StrEnum):
    """Who answers a line of the rota. `nobody`: somebody should. `closed`: nobody has to; the hub is shut, and its duty manager is asked."""

    on = "on"
    nobody = "nobody"
    closed = "closed"


class RotaTrouble(StrEnum):
    """What would go wrong with the rota, found before it does.

    - `nobody`: a gap. `away`: a gap, for whoever should answer is on leave.
    - `no_channel`: whoever is on shift has no way to be reached. `gone`: every way to reach them has said that it leads nowhere any more.
    """

    nobody = "nobody"
    away = "away"
    no_channel = "no_channel"
    gone = "gone"


class AlarmKind(StrEnum):
    """What is wrong with the calls themselves.

    - `step_late`: a call that is open is later than it may be. `no_worker`: whatever makes calls has not been seen lately.
    - `heartbeat_missed`: the signs of life that are sent each minute are not taken in.
    """

    step_late = "step_late"
    no_worker = "no_worker"
    heartbeat_missed = "heartbeat_missed"


class ReportReason(StrEnum):
    """Why a message is reported. `worried`: about whoever wrote it; `contact`: it asks for contact elsewhere, or for money."""

    unkind = "unkind"
    worried = "worried"
    contact = "contact"
    sexual = "sexual"
    other = "other"


class ReportState(StrEnum):
    """Whether moderators are done with a reported message."""

    open = "open"
    closed = "closed"


class ReceiptState(StrEnum):
    """How far your own report has come. `claimed`: a moderator has, or had, it open."""

    received = "received"
    claimed = "claimed"
    closed = "closed"


class ReportOutcome(StrEnum):
    """What reporters hear back. `acted`: something was done about the message or its author; `talked`: somebody spoke with them."""

    acted = "acted"
    talked = "talked"
    no_action = "no_action"


class ActKind(StrEnum):
    """What can be done about somebody: a message hidden, a break from one group, a break from everything. Each can be undone."""

    hide = "hide"
    step_out = "step_out"
    suspend = "suspend"


class AppealState(StrEnum):
    """`asked` until somebody else has decided: the act is `upheld` (it stands) or `undone`."""

    asked = "asked"
    upheld = "upheld"
    undone = "undone"


class Reader(StrEnum):
    """Who may read a conversation.

    - `participants`: everybody in it.
    - `newcomers`: whoever joins it later, what was said before.
    - `report`: a moderator, a reported message with five before and five after it.
    - `clinician`: a clinician who was called to it, once they have written down why.
    """

    participants = "participants"
    newcomers = "newcomers"
    report = "report"
    clinician = "clinician"


class ReadingKind(StrEnum):
    """What somebody opened: a reported message with a few around it, or a conversation they were called to."""

    report = "report"
    transcript = "transcript"


class Wire(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A plain JSON object; a field we do not know is refused, so that a typing mistake is never silently dropped."""
