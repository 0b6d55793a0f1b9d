"""Say something. Stored once however often it is tried; acknowledged only after the commit.

The hot path: any number of wishes share four statements and a commit (`together`), and each stands or falls alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select, tuple_
from sqlmodel import col

from beside.accounts.names import names_of
from beside.accounts.tables import Session
from beside.conversations.log import Draft, Entry, Held, append_all, event_place, hold
from beside.conversations.tables import Absence, Event, Participant
from beside.kit.context import Actor, Context
from beside.kit.crypto import Unreadable
from beside.kit.errors import BesideError, Conflict, NotAllowed, NotFound, NotSignedIn
from beside.kit.metrics import SENT
from beside.kit.text import clean_text
from beside.protocol.events import Author, LeaveReason
from beside.protocol.shapes import BODY_CHARACTERS, Log, Place
from beside.protocol.snapshots import Accepted


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants to say something. `words` are clean (`wish`)."""

    actor: Actor
    conversation: UUID
    client_id: UUID
    words: str
    log: Log

    @property
    def key(self) -> tuple[UUID, UUID, UUID]:
        return self.conversation, self.actor.account, self.client_id


@dataclass(frozen=True, slots=True)
class Kept:
    """What `accepted` says is stored. `new`: by this very wish, rather than by an earlier one under the same number."""

    accepted: Accepted
    new: bool


Answer = Kept | BesideError
Places = dict[tuple[UUID, UUID], Any]
Earlier = dict[tuple[UUID, UUID, UUID], Any]


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


async def store(ctx: Context, wishes: Sequence[Wish]) -> list[Answer]:
    """Write what may be written of these, in their order; the answers are in the same order. A refusal of one is nothing to the others.

    The conversations are locked first, and only then is it asked who may write in them: a removal is either before all of this or after it.
    """
    held = await hold(ctx, (one.conversation for one in wishes))
    places, ended = await _places(ctx, wishes)
    earlier = await _earlier(ctx, wishes)
    names = await names_of(ctx, {one.actor.account for one in wishes})
    drafts: dict[tuple[UUID, UUID, UUID], Draft] = {}
    refused: dict[int, BesideError] = {}
    for number, one in enumerate(wishes):
        try:
            if one.actor.session in ended:
                raise NotSignedIn
            if _is_new(ctx, held, places, earlier, drafts, one):
                author = Author(account=one.actor.account, pseudonym=names[one.actor.account], place=places[one.conversation, one.actor.account].place)
                drafts[one.key] = Draft(one.log, author, one.client_id, one.words)
        except BesideError as refusal:
            refused[number] = refusal
    entries = await append_all(ctx, held, [(key[0], draft) for key, draft in drafts.items()]) if drafts else []
    SENT.inc(len(entries))
    written = dict(zip(drafts, entries, strict=True))
    for entry in entries:
        ctx.react("message.posted", conversation=entry.conversation, log=entry.log.value, seq=entry.seq)
    return [refused.get(number) or Kept(_accepted(one, written.get(one.key) or earlier[one.key]), one.key in written) for number, one in enumerate(wishes)]


def _is_new(
    ctx: Context,
    held: dict[UUID, Held],
    places: Places,
    earlier: Earlier,
    drafts: dict[tuple[UUID, UUID, UUID], Draft],
    one: Wish,
) -> bool:
    """Whether this is to be written; False where it was already, or is in this very batch. Raises what `send` raises."""
    conversation, place = held.get(one.conversation), places.get((one.conversation, one.actor.account))
    if conversation is None or place is None or conversation.hub != one.actor.hub:
        raise NotFound
    if place.left_at is not None:
        raise _gone(place)
    if one.log is Log.staff and place.place is Place.member:
        raise NotFound
    if (draft := drafts.get(one.key)) is not None:
        if (draft.body, draft.log) != (one.words, one.log):
            raise Conflict("client_id_conflict")
        return False
    if (before := earlier.get(one.key)) is not None:
        if before.log is not one.log or _opened(ctx, conversation, before) != one.words:
            raise Conflict("client_id_conflict")
        return False
    if not conversation.open:
        raise Conflict("closed")
    return True


def _gone(place: Any) -> BesideError:
    """Somebody who takes a break or is suspended is told so; to anybody else it is not there."""
    if place.left_reason is LeaveReason.suspended:
        return NotAllowed("suspended")
    return NotAllowed("stepped_out") if place.absent else NotFound()


def _opened(ctx: Context, conversation: Held, before: Any) -> str | None:
    """What was said before under this number; None where it does not open any more, which is then other words."""
    place = event_place(conversation.id, before.log, before.seq, before.author_id, conversation.key.version)
    try:
        return ctx.house.keyring.open(conversation.key, before.sealed, place)
    except Unreadable:
        return None


def _accepted(one: Wish, stored: Any) -> Accepted:
    at = stored.at if isinstance(stored, Entry) else stored.created_at
    return Accepted(conversation=one.conversation, log=one.log, client_id=one.client_id, seq=stored.seq, at=at)


async def _places(ctx: Context, wishes: Sequence[Wish]) -> tuple[Places, set[UUID]]:
    """Where each of them stands in their conversation; and which of their sessions have ended: somebody may have several."""
    db = await ctx.db.connection()
    keys = list({(one.conversation, one.actor.account, one.actor.session) for one in wishes})
    rows = (await db.execute(_PLACES, {"keys": [key[:2] for key in keys], "sessions": [key[2] for key in keys], "now": ctx.now})).all()
    return {(row.conversation_id, row.account_id): row for row in rows}, {row.session_id for row in rows if row.ended_at is not None}


async def _earlier(ctx: Context, wishes: Sequence[Wish]) -> Earlier:
    """What was stored before under the same numbers."""
    db = await ctx.db.connection()
    rows = await db.execute(_EARLIER, {"keys": [one.key for one in wishes]})
    return {(row.conversation_id, row.author_id, row.client_id): row for row in rows}


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
_PLACES: Any = (
    select(
        col(Participant.conversation_id),
        col(Participant.account_id),
        col(Participant.place),
        col(Participant.left_at),
        col(Participant.left_reason),
        col(Session.id).label("session_id"),
        col(Session.ended_at),
        _ABSENT.label("absent"),
    )
    .outerjoin(Session, and_(col(Session.account_id) == col(Participant.account_id), col(Session.id).in_(bindparam("sessions", expanding=True))))
    .where(tuple_(col(Participant.conversation_id), col(Participant.account_id)).in_(bindparam("keys", expanding=True)))
)
_EARLIER = select(
    col(Event.conversation_id), col(Event.author_id), col(Event.client_id), col(Event.log), col(Event.seq), col(Event.sealed), col(Event.created_at)
).where(tuple_(col(Event.conversation_id), col(Event.author_id), col(Event.client_id)).in_(bindparam("keys", expanding=True)))
