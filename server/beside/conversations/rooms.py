"""Groups and the lounge, as somebody sees them before and after joining."""

from sqlmodel import col, select

from beside.accounts.names import names_of
from beside.conversations.about import open_about
from beside.conversations.access import absence_of
from beside.conversations.tables import Conversation, Participant
from beside.kit.context import Context
from beside.presence.connected import here
from beside.protocol.conversation_snapshots import RoomShown
from beside.protocol.events import Author
from beside.protocol.shapes import ConversationKind, Place


async def rooms_of(ctx: Context) -> list[RoomShown]:
    """The open rooms of the actor's hub, the lounge last: it is always there."""
    rows = (
        await ctx.db.exec(
            select(Conversation)
            .where(Conversation.hub_id == ctx.me.hub, col(Conversation.kind) != ConversationKind.one_to_one, col(Conversation.closed_at).is_(None))
            .order_by(col(Conversation.kind), col(Conversation.opened_at))
        )
    ).all()
    return [await room_shown(ctx, row) for row in rows]


async def room_shown(ctx: Context, room: Conversation) -> RoomShown:
    leads = (
        await ctx.db.exec(
            select(Participant)
            .where(Participant.conversation_id == room.id, col(Participant.left_at).is_(None), col(Participant.place).in_([Place.lead, Place.co_lead]))
            .order_by(col(Participant.place).desc(), col(Participant.joined_at))
        )
    ).all()
    names = await names_of(ctx, (row.account_id for row in leads))
    mine = await ctx.db.get(Participant, (room.id, ctx.me.account))
    absence = await absence_of(ctx, room.id, ctx.me.account)
    about = open_about(ctx.house.keyring, room)
    return RoomShown(
        conversation=room.id,
        kind=room.kind,
        title=about.title,
        purpose=about.purpose,
        agreements=about.agreements,
        agreements_version=room.agreements_version,
        keeps_history=room.keeps_history,
        leads=[Author(account=row.account_id, pseudonym=names[row.account_id], place=row.place) for row in leads],
        here=len(await here(ctx.house, room.id)),
        joined=mine is not None and mine.left_at is None,
        stepped_out_until=absence.until if absence else None,
    )
