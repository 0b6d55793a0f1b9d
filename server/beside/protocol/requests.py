"""What a client sends over HTTP. Each is one JSON object; the doors that take them are in the OpenAPI document."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from beside.protocol.commands import AnyCommand
from beside.protocol.shapes import (
    Body,
    ChannelKind,
    Consent,
    ConsentAnswer,
    EscalationOutcome,
    Helped,
    Log,
    Note,
    Pseudonym,
    ReportOutcome,
    ReportReason,
    Role,
    Seq,
    Severity,
    Wire,
)

Password = Annotated[str, Meta(min_length=1, max_length=200, description="10 characters at least when it is set.")]
Code = Annotated[str, Meta(min_length=1, max_length=80, description="A recovery code; case, spaces and hyphens do not matter.")]
SixNumbers = Annotated[str, Meta(pattern="^[0-9]{6}$")]
Token = Annotated[str, Meta(min_length=16, max_length=200)]


class Arrive(Wire, frozen=True):
    """A member comes in: a pseudonym of their choosing, having read who may read what they write."""

    pseudonym: Pseudonym
    understood: bool
    hub: str | None = None


class SignInWithCode(Wire, frozen=True):
    """Come back on this or another device."""

    code: Code


class SignInWithPassword(Wire, frozen=True):
    """Staff, and members who set a password. `name` is what staff chose when they were invited; a member's is their pseudonym.

    `numbers` are the six from an authenticator app, asked for where one is set. They work once: those that confirmed the app do not sign in.
    """

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    password: Password
    numbers: SixNumbers | None = None
    hub: str | None = None


class SetPassword(Wire, frozen=True):
    """Every other session of this account ends."""

    password: Password
    current: Password | None = None


class ConfirmSecondFactor(Wire, frozen=True):
    numbers: SixNumbers


class PostMessage(Wire, frozen=True):
    """The same verb as the socket's `message.send`."""

    client_id: UUID
    body: Body
    log: Log = Log.public


class Exchange(Wire, frozen=True):
    """What one would say on a socket, in order, without `hello`. `wait`: answer when there is news, and not at once.

    `heard` is what the last answer said; the first request, which does not wait, says "". Then what others did between two requests is news as well.
    """

    said: Annotated[list[AnyCommand], Meta(max_length=80)]
    wait: bool = False
    heard: Annotated[str, Meta(max_length=400)] | None = None


class EditMessage(Wire, frozen=True):
    body: Body


class MarkSeenUpTo(Wire, frozen=True):
    seq: Seq


class JoinRoom(Wire, frozen=True):
    """`agreements` is the version of the agreements that was on the screen."""

    agreements: Seq


class AskForSupport(Wire, frozen=True):
    """Three optional questions. Being unsafe moves a person up; it never shuts them out."""

    wants: Annotated[str, Meta(max_length=500)] | None = None
    who: Annotated[str, Meta(max_length=500)] | None = None
    unsafe: bool = False


class SetReady(Wire, frozen=True):
    """The peer has room for one person more, or would rather have nobody new."""

    ready: bool


class ReportMessage(Wire, frozen=True):
    """Tap one: the message. Tap two: the reason. Tap three: send."""

    conversation: UUID
    seq: Seq
    reason: ReportReason
    words: Annotated[str, Meta(max_length=2000)] | None = None


class HideMessage(Wire, frozen=True):
    """The author reads `reason`."""

    reason: Note


class StepOut(Wire, frozen=True):
    """Somebody takes a break from this group. With `offer_one_to_one` they are put at the front of the line, a moment after the answer.

    `offered_conversation` of their act (`GET /api/acts`) is null until a peer has met them; `changed` with `acts` tells.
    """

    minutes: Annotated[int, Meta(ge=5, le=10080)]
    reason: Note
    offer_one_to_one: bool = True


class Suspend(Wire, frozen=True):
    """Somebody cannot take part for a while. They read `reason`, and how to ask somebody else to look at it."""

    minutes: Annotated[int, Meta(ge=5, le=525_600)]
    reason: Note


class CloseReport(Wire, frozen=True):
    """What the reporter hears back."""

    outcome: ReportOutcome
    words: Annotated[str, Meta(max_length=2000)] | None = None


class Appeal(Wire, frozen=True):
    """Ask somebody else to look at it."""

    words: Note


class DecideAppeal(Wire, frozen=True):
    upheld: Annotated[bool, Meta(description="True: the act stands. False: it is undone.")]
    words: Note


class RaiseEscalation(Wire, frozen=True):
    """A peer is worried. `reason_to_go_on` is needed where the person was asked and declined."""

    conversation: UUID
    severity: Severity
    consent: Consent
    view: Annotated[str, Meta(min_length=1, max_length=2000, description="What the peer thinks; the clinician reads it first.")]
    agreed_facts: Annotated[str, Meta(max_length=2000)] | None = None
    reason_to_go_on: Annotated[str, Meta(max_length=2000)] | None = None


class AnswerQuestion(Wire, frozen=True):
    """Yes, no, or not now. Each is all right, and none of them closes a door."""

    answer: ConsentAnswer


class SayHelped(Wire, frozen=True):
    """Whether the response helped, from the peer to the clinician: one of a few words, and a line if there is one to say."""

    helped: Helped
    words: Annotated[str, Meta(max_length=2000)] | None = None


class WriteReview(Wire, frozen=True):
    """Looking back together. Each is optional, and one is enough. `lesson` goes to the page that all staff of the hub read, without names."""

    went_well: Annotated[str, Meta(max_length=2000)] | None = None
    would_help: Annotated[str, Meta(max_length=2000)] | None = None
    lesson: Annotated[str, Meta(max_length=500)] | None = None


class CancelEscalation(Wire, frozen=True):
    reason: Note


class ReadTranscript(Wire, frozen=True):
    """Everybody in the conversation sees that you read it, for a reason. The reason is kept sealed with the reading, and not shown to them."""

    reason: Annotated[str, Meta(min_length=20, max_length=500)]


class LowerSeverity(Wire, frozen=True):
    """It is less urgent than it was raised as; `reason` is kept as a note. Only whoever has it can say so, and no machine does."""

    severity: Severity
    reason: Note


class ResolveEscalation(Wire, frozen=True):
    """`feedback` is one line back to the peer."""

    outcome: EscalationOutcome
    feedback: Note


ChannelName = Annotated[str, Meta(min_length=1, max_length=80, description='For yourselves: "Night pager". It never leaves the service.')]
Secret = Annotated[str, Meta(min_length=1, max_length=200)]


class MakeChannel(Wire, frozen=True):
    """A way to reach somebody on call.

    `address`: the URL of a webhook or of Alertmanager, or a mailbox; PagerDuty has its own, unless another is given. `secret`: PagerDuty's routing
    key; we make a webhook's. `callback_secret`: what PagerDuty's webhook subscription showed, if somebody takes calls there. `account`: whose it is.
    """

    kind: ChannelKind
    name: ChannelName
    address: Annotated[str, Meta(max_length=2048)] = ""
    secret: Secret | None = None
    callback_secret: Secret | None = None
    account: UUID | None = None


class ChangeChannel(Wire, frozen=True):
    """What it is called, and whose it is."""

    name: ChannelName
    account: UUID | None = None


class ExchangeSecret(Wire, frozen=True):
    """A new secret beside the old one. We make a webhook's; of PagerDuty's, the ones that are given are new."""

    secret: Secret | None = None
    callback_secret: Secret | None = None


class SendAgain(Wire, frozen=True):
    """One more try of a message, now. `client_id` is of the press: the same again is the same try."""

    client_id: UUID


class InviteStaff(Wire, frozen=True):
    """A single-use link, valid for 7 days. `role` is one of staff: any but `member`."""

    role: Role
    note: Annotated[str, Meta(max_length=80)] | None = None


class AcceptInvitation(Wire, frozen=True):
    name: Annotated[str, Meta(min_length=3, max_length=80, description="To sign in with. Nobody but coordinators sees it.")]
    pseudonym: Pseudonym
    password: Password


class ChangeRole(Wire, frozen=True):
    """`role` is one of staff: any but `member`."""

    role: Role


class MakeGroup(Wire, frozen=True):
    title: Annotated[str, Meta(min_length=1, max_length=80)]
    purpose: Annotated[str, Meta(min_length=1, max_length=500)]
    agreements: Note
    keeps_history: bool = True
    lead: UUID | None = None
    co_lead: UUID | None = None
