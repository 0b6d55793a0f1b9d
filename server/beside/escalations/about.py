"""The person it is about, for those who answer for it: whether they are still there, and when they last were. Never where, never on what device."""

from sqlalchemy import func
from sqlmodel import col, select

from beside.accounts.names import name_of
from beside.accounts.tables import Session
from beside.conversations.tables import Conversation, Participant
from beside.kit.context import Context
from beside.presence.connected import here
from beside.protocol.call_snapshots import PersonAbout
from beside.protocol.shapes import ConversationKind, Place


async def member_of(ctx: Context, conversation: Conversation) -> Participant | None:
    """The one person whom a one-to-one is for, there or gone. None in a room: there it is about somebody whom the words name, or nobody."""
    if conversation.kind is not ConversationKind.one_to_one:
        return None
    members = select(Participant).where(Participant.conversation_id == conversation.id, Participant.place == Place.member)
    return (await ctx.db.exec(members.order_by(col(Participant.joined_at)))).first()


async def person_about(ctx: Context, conversation: Conversation) -> PersonAbout | None:
    """`last_here_at` is kept to the minute, as sessions are; a session that ended (a quick exit) still says when it last spoke."""
    member = await member_of(ctx, conversation)
    if member is None:
        return None
    account = member.account_id
    last = (await ctx.db.exec(select(func.max(col(Session.last_used_at))).where(Session.account_id == account))).one()
    ended = conversation.closed_at if conversation.closed_by == account else None
    return PersonAbout(
        name=await name_of(ctx, account),
        here=account in await here(ctx.house, conversation.id),
        last_here_at=last,
        left_at=member.left_at or ended,
    )
