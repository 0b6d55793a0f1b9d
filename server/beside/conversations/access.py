"""Access is the lookup: a conversation that somebody may not see is not found, in the same words as one that never was."""

from dataclasses import dataclass
from uuid import UUID

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
