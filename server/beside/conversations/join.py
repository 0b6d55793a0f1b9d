"""Come into a conversation, or take another place in it. It is always announced."""

from uuid import UUID

from beside.accounts.names import name_of
from beside.conversations.access import absence_of
from beside.conversations.log import append
from beside.conversations.tables import Conversation, Participant
from beside.kit.context import Context
from beside.kit.errors import NotAllowed
from beside.protocol import topics
from beside.protocol.events import Author, Topic
from beside.protocol.shapes import Place
from beside.protocol.signals import Moved


async def join(ctx: Context, conversation: Conversation, account: UUID, place: Place, *, agreements: int = 0) -> Participant:
    """`account` takes `place` here. Joining twice changes nothing. Raises `NotAllowed` (`stepped_out`) during a break."""
    row = await ctx.db.get(Participant, (conversation.id, account))
    if row is not None and row.left_at is None and row.place is place:
        row.agreements_version = max(row.agreements_version, agreements)
        return row
    if await absence_of(ctx, conversation.id, account):
        raise NotAllowed("stepped_out")
    author = Author(account=account, pseudonym=await name_of(ctx, account), place=place)
    entry = await append(ctx, conversation, "participant.joined", author=author)
    first = 1 if conversation.keeps_history else entry.seq
    if row is None:
        row = Participant(
            conversation_id=conversation.id, account_id=account, place=place, joined_at=ctx.now, visible_from=first, agreements_version=agreements
        )
        ctx.db.add(row)
    elif row.left_at is None:
        row.place = place
    else:
        row.place, row.joined_at, row.left_at, row.left_reason = place, ctx.now, None, None
        row.visible_from, row.agreements_version = first, agreements
    await ctx.db.flush()
    ctx.publish(topics.account(account), Moved(what=Topic.conversations))
    return row
