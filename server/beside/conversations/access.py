"""Access is the lookup: a conversation that somebody may not see is not found, in the same words as one that never was."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, bindparam
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from beside.accounts.names import name_of
from beside.conversations.tables import Absence, Conversation, Participant
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context
from beside.kit.errors import Conflict, NotAllowed, NotFound
from beside.protocol.events import Author
from beside.protocol.shapes import Log, Place


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's place in a conversation, and how they are shown there."""

    conversation: Conversation
    participant: Participant
    author: Author

    def first_readable(self, log: Log) -> int:
        """The first seq of `log` that this person may read. Raises `NotFound` where the log is not theirs."""
        if log is Log.public:
            return self.participant.visible_from
        if self.participant.place is Place.member:
            raise NotFound
        return 1


async def require_participant(ctx: Context, conversation: UUID) -> Standing:
    """The actor's standing here, now. Raises `NotFound`; `NotAllowed` (`stepped_out`) for somebody who is taking a break."""
    found = (
        await ctx.db.exec(
            select(Conversation, Participant)
            .join(Participant, col(Participant.conversation_id) == col(Conversation.id))
            .where(Conversation.id == conversation, Participant.account_id == ctx.me.account)
            .execution_options(populate_existing=True)  # who looks again after waiting for a lock must see what happened meanwhile
        )
    ).first()
    if found is None or found[0].hub_id != ctx.me.hub:
        raise NotFound
    row, participant = found
    if participant.left_at is not None:
        if await absence_of(ctx, conversation, ctx.me.account):
            raise NotAllowed("stepped_out")
        raise NotFound
    author = Author(account=participant.account_id, pseudonym=await name_of(ctx, participant.account_id), place=participant.place)
    return Standing(row, participant, author)


@dataclass(frozen=True, slots=True)
class Readable:
    """The part of a log that somebody may read now: from `first` to `last`; `public_last` is where the public log stands, which tells who leaves."""

    first: int
    last: int
    public_last: int


async def readable_now(ctx: Context, conversation: UUID, log: Log) -> Readable | None:
    """What the actor may read of it; None where that is nothing. In one trip and without the rows: when a node has gone, everybody asks this at once."""
    (rows,) = await ctx.look((_READABLE, {"conversation": conversation, "account": ctx.me.account}))
    if not rows:
        return None
    hub, last, staff_last, place, left_at, visible_from = rows[0]
    if hub != ctx.me.hub or left_at is not None or (log is Log.staff and place is Place.member):
        return None
    return Readable(visible_from, last, last) if log is Log.public else Readable(1, staff_last, last)


async def require_readable(ctx: Context, conversation: UUID, log: Log) -> Readable:
    """As `readable_now`. Raises as `require_participant` does, and `NotFound` where the log is not theirs."""
    found = await readable_now(ctx, conversation, log)
    if found is None:
        await require_participant(ctx, conversation)  # it says why not
        raise NotFound
    return found


async def staff_of(ctx: Context, conversation: UUID) -> frozenset[UUID]:
    """Who may read what staff say among themselves here, now."""
    here = (Participant.conversation_id == conversation, col(Participant.left_at).is_(None), Participant.place != Place.member)
    return frozenset(await ctx.db.exec(select(Participant.account_id).where(*here)))


def require_open(conversation: Conversation) -> None:
    """Raises `Conflict` (`closed`)."""
    if conversation.closed_at is not None:
        raise Conflict("closed")


async def require_conversation(ctx: Context, conversation: UUID) -> Conversation:
    """The row, for somebody whose right to it comes from elsewhere (a report, an escalation): check that first. Raises `NotFound`."""
    return require_in_hub(await ctx.db.get(Conversation, conversation), ctx.me.hub)


async def absence_of(ctx: Context, conversation: UUID, account: UUID) -> Absence | None:
    """The break somebody is taking from this conversation now, if any."""
    return (
        await ctx.db.exec(
            select(Absence)
            .where(
                Absence.conversation_id == conversation,
                Absence.account_id == account,
                col(Absence.lifted_at).is_(None),
                col(Absence.until) > ctx.now,
            )
            .order_by(col(Absence.until).desc())
        )
    ).first()


_READABLE = (
    select_columns(
        col(Conversation.hub_id),
        col(Conversation.last_seq),
        col(Conversation.staff_last_seq),
        col(Participant.place),
        col(Participant.left_at),
        col(Participant.visible_from),
    )
    .join(Participant, col(Participant.conversation_id) == col(Conversation.id))
    .where(
        col(Conversation.id) == bindparam("conversation", type_=Uuid()),
        col(Participant.account_id) == bindparam("account", type_=Uuid()),
    )
)
