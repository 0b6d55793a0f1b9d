"""Say something. Stored once however often it is tried; acknowledged only after the commit.

The hot path: any number of wishes share four statements and a commit (`together`), and each stands or falls alone.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Integer, Uuid, and_, bindparam, select
from sqlmodel import col

from beside.accounts.names import names_of
from beside.accounts.tables import Session
from beside.conversations.log import Draft, Entry, Held, append_all, event_place, held, holding
from beside.conversations.tables import Absence, Event, Participant
from beside.kit import logs
from beside.kit.context import Actor, Context
from beside.kit.crypto import Unreadable
from beside.kit.errors import BesideError, Conflict, NotAllowed, NotFound, NotSignedIn, Unavailable
from beside.kit.metrics import SENT
from beside.kit.rows import Rows, given
from beside.kit.text import clean_text
from beside.protocol.conversation_snapshots import Accepted
from beside.protocol.events import Author, LeaveReason
from beside.protocol.shapes import BODY_CHARACTERS, Log, Place

Key = tuple[UUID, UUID, UUID]
"""What makes two wishes one message: the conversation, who says it, and the number that their client gave it."""


class Wish(Struct, frozen=True):
    """Somebody wants to say something. `words` are clean (`wish`)."""

    actor: Actor
    conversation: UUID
    client_id: UUID
    words: str
    log: Log

    @property
    def key(self) -> Key:
        return self.conversation, self.actor.account, self.client_id


class Kept(Struct, frozen=True):
    """What `accepted` says is stored. `new`: by this very wish, rather than by an earlier one under the same number."""

    accepted: Accepted
    new: bool


class Standing(NamedTuple):
    """Where the author of the wish of this number stands: their place, whether their session has ended, whether the number of the message was used before."""

    number: int
    place: Place
    left_at: datetime | None
    left_reason: LeaveReason | None
    ended_at: datetime | None
    absent: bool
    said_before: bool


class Said(NamedTuple):
    """A message that was stored before under the number of a wish."""

    conversation: UUID
    author: UUID
    client_id: UUID
    log: Log
    seq: int
    sealed: bytes
    at: datetime


class HeldElsewhere(Unavailable):
    """Somebody else is at this conversation now: the wish was not looked at yet."""


Answer = Kept | BesideError


Told = Callable[[Answer], None]


class Asked(NamedTuple):
    """A wish, and who is told its answer."""

    wish: Wish
    told: Told


def tell(asked: Asked, answer: Answer) -> None:
    """What was committed stays in any case, and a retry finds it. If the telling breaks, those who are told after it do not suffer for it."""
    try:
        asked.told(answer)
    except Exception as fault:
        logs.log.error("message.telling_broke", error=type(fault).__name__, exc_info=fault)


def wish(actor: Actor, conversation: UUID, client_id: UUID, body: str, log: Log = Log.public) -> Wish:
    """Raises `BadInput` and `TooLarge` where the words cannot be carried."""
    return Wish(actor, conversation, client_id, clean_text(body, BODY_CHARACTERS, field="body"), log)


async def send(ctx: Context, conversation: UUID, client_id: UUID, body: str, log: Log = Log.public) -> Accepted:
    """The actor says `body`. The same `client_id` with the same words gets the first answer again.

    Raises `NotFound` (not theirs), `NotAllowed` (a break), `Conflict` (`closed`; `client_id_conflict`: other words, the first are kept),
    `BadInput` and `TooLarge` (the words). The `message` limit is counted in `together.say`, outside the transaction.
    """
    answer = (await store(ctx, [wish(ctx.me, conversation, client_id, body, log)]))[0]
    if isinstance(answer, BesideError):
        raise answer
    return answer.accepted


async def store(ctx: Context, wishes: Sequence[Wish], *, wait: bool = True) -> list[Answer]:
    """Write what may be written of these, in their order; the answers are in the same order. A refusal of one is nothing to the others.

    The conversations are locked first, and only then is it asked who may write in them: a removal is either before all of this or after it.
    Without `wait`, what is said in a conversation that somebody else holds is answered with `HeldElsewhere`.
    """
    locked, stood = await ctx.look(holding((one.conversation for one in wishes), wait=wait), (_STANDINGS, {"asked": _asked_by(wishes), "now": ctx.now}))
    conversations, standings = held(locked), {each.number: each for each in map(Standing._make, stood)}
    earlier = await _earlier(ctx, [wishes[number] for number, each in standings.items() if each.said_before])
    names = await names_of(ctx, {one.actor.account for one in wishes})
    drafts: dict[Key, Draft] = {}
    refused: dict[int, BesideError] = {}
    keyed = [(one.key, one) for one in wishes]
    for number, (key, one) in enumerate(keyed):
        standing = standings.get(number)
        try:
            if standing is None:
                raise NotFound
            if _is_new(ctx, conversations.get(one.conversation), standing, earlier.get(key), drafts.get(key), one):
                author = Author(account=one.actor.account, pseudonym=names[one.actor.account], place=standing.place)
                drafts[key] = Draft(one.log, author, one.client_id, one.words)
        except BesideError as refusal:
            refused[number] = refusal
            if refusal.code == "client_id_conflict":  # a client of ours never does so
                logs.log.warning("message.number_used_twice", account=str(one.actor.account), conversation=str(one.conversation))
    entries = await append_all(ctx, conversations, [(key[0], draft) for key, draft in drafts.items()]) if drafts else []
    SENT.inc(len(entries))
    written = dict(zip(drafts, entries, strict=True))
    for entry in entries:
        ctx.react("message.posted", conversation=entry.conversation, log=entry.log.value, seq=entry.seq)
    return [refused.get(number) or _kept(one, written.get(key), earlier.get(key)) for number, (key, one) in enumerate(keyed)]


def _is_new(ctx: Context, conversation: Held | None, standing: Standing, before: Said | None, draft: Draft | None, one: Wish) -> bool:
    """Whether this is to be written; False where it was already (`before`), or is in this very batch (`draft`). Raises what `send` raises."""
    if standing.ended_at is not None:
        raise NotSignedIn
    if conversation is None:
        raise HeldElsewhere  # there is somebody in it, so there is such a conversation
    if conversation.hub != one.actor.hub:
        raise NotFound
    if standing.left_at is not None:
        raise _gone(standing)
    if one.log is Log.staff and standing.place is Place.member:
        raise NotFound
    if draft is not None:
        if (draft.body, draft.log) != (one.words, one.log):
            raise Conflict("client_id_conflict")
        return False
    if before is not None:
        if before.log is not one.log or _opened(ctx, conversation, before) != one.words:
            raise Conflict("client_id_conflict")
        return False
    if not conversation.open:
        raise Conflict("closed")
    return True


def _gone(place: Standing) -> BesideError:
    """Somebody who takes a break or is suspended is told so; to anybody else it is not there."""
    if place.left_reason is LeaveReason.suspended:
        return NotAllowed("suspended")
    return NotAllowed("stepped_out") if place.absent else NotFound()


def _opened(ctx: Context, conversation: Held, before: Said) -> str | None:
    """What was said before under this number; None where it does not open any more, which is then other words."""
    place = event_place(conversation.id, before.log, before.seq, before.author, conversation.key.version)
    try:
        return ctx.house.keyring.open(conversation.key, before.sealed, place)
    except Unreadable:
        return None


def _kept(one: Wish, written: Entry | None, earlier: Said | None) -> Kept:
    stored = written or earlier
    assert stored, "what was not refused is stored"
    return Kept(Accepted(conversation=one.conversation, log=one.log, client_id=one.client_id, seq=stored.seq, at=stored.at), written is not None)


def _asked_by(wishes: Sequence[Wish]) -> Rows:
    return [
        {"number": number, "conversation": one.conversation, "account": one.actor.account, "session": one.actor.session, "client_id": one.client_id}
        for number, one in enumerate(wishes)
    ]


async def _earlier(ctx: Context, wishes: Sequence[Wish]) -> dict[Key, Said]:
    """What was stored before under the same numbers."""
    if not wishes:
        return {}
    asked = [{"conversation": conversation, "account": account, "client_id": client_id} for conversation, account, client_id in {one.key for one in wishes}]
    (rows,) = await ctx.look((_EARLIER, {"said": asked}))
    return {(row.conversation, row.author, row.client_id): row for row in map(Said._make, rows)}


_asked = given("asked", number=Integer(), conversation=Uuid(), account=Uuid(), session=Uuid(), client_id=Uuid())
_ABSENT = (
    select(col(Absence.id))
    .where(
        col(Absence.conversation_id) == col(Participant.conversation_id),
        col(Absence.account_id) == col(Participant.account_id),
        col(Absence.lifted_at).is_(None),
        col(Absence.until) > bindparam("now"),
    )
    .exists()
)
# a look-up for each wish, and never a join: a plan made while the table was small stays good when it is large
_SAID_BEFORE = (
    select(col(Event.seq))
    .where(col(Event.conversation_id) == _asked.c.conversation, col(Event.author_id) == _asked.c.account, col(Event.client_id) == _asked.c.client_id)
    .limit(1)
    .scalar_subquery()
    .is_not(None)
)
_STANDINGS: Any = (
    select(
        _asked.c.number,
        col(Participant.place),
        col(Participant.left_at),
        col(Participant.left_reason),
        col(Session.ended_at),
        _ABSENT.label("absent"),
        _SAID_BEFORE.label("said_before"),
    )
    .join_from(_asked, Participant, and_(col(Participant.conversation_id) == _asked.c.conversation, col(Participant.account_id) == _asked.c.account))
    .outerjoin(Session, and_(col(Session.id) == _asked.c.session, col(Session.account_id) == col(Participant.account_id)))
)
_said = given("said", conversation=Uuid(), account=Uuid(), client_id=Uuid())
_EARLIER: Any = select(
    col(Event.conversation_id), col(Event.author_id), col(Event.client_id), col(Event.log), col(Event.seq), col(Event.sealed), col(Event.created_at)
).join_from(
    _said,
    Event,
    and_(col(Event.conversation_id) == _said.c.conversation, col(Event.author_id) == _said.c.account, col(Event.client_id) == _said.c.client_id),
)
