"""Who read my words: whoever opens a conversation by a right from elsewhere leaves a row first, which the members in it can see."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists
from sqlmodel import col, select

from beside.accounts.names import names_of
from beside.conversations.about import open_about
from beside.conversations.tables import Conversation, Event, Participant, Reading
from beside.kit.context import Context
from beside.protocol import topics
from beside.protocol.conversation_snapshots import ReadingShown
from beside.protocol.events import Topic
from beside.protocol.shapes import ConversationKind, Place, ReadingKind, Role
from beside.protocol.signals import Moved

LISTED = 200  # readings a page shows: years of them, for most people
TOLD_AT_ONCE = 200  # members whose open pages hear of it; in a larger room the others find it when they look

ROLE_OF = {ReadingKind.report: Role.moderator, ReadingKind.transcript: Role.clinician}


async def note_reading(ctx: Context, conversation: Conversation, kind: ReadingKind, about: UUID, *, again_after: timedelta | None = None) -> None:
    """The actor is about to read `conversation` because of `about` (a reported message, an escalation). Call it before anything is read.

    Within `again_after` of the last time that they opened the same, it is one reading. If the row cannot be written, the error goes up.
    """
    if again_after is not None and await _was_noted(ctx, about, again_after):
        return
    ctx.db.add(Reading(conversation_id=conversation.id, by=ctx.me.account, role=ROLE_OF[kind], kind=kind, about=about, at=ctx.now))
    await ctx.db.flush()
    members = select(Participant.account_id).where(
        Participant.conversation_id == conversation.id, Participant.place == Place.member, col(Participant.left_at).is_(None)
    )
    for account in await ctx.db.exec(members.limit(TOLD_AT_ONCE)):
        ctx.publish(topics.account(account), Moved(what=Topic.account))


async def readings_of(ctx: Context, account: UUID) -> list[ReadingShown]:
    """Those of conversations that `account` had come into by then as a member, the newest first, 200 at most.

    Members only: staff would learn from it that the one person they talk with has reported them.
    """
    mine = select(Participant.conversation_id).where(Participant.account_id == account)
    had_come = exists().where(
        col(Event.conversation_id) == col(Reading.conversation_id),
        col(Event.author_id) == account,
        col(Event.kind) == "participant.joined",
        col(Event.author_place) == Place.member,
        col(Event.created_at) <= col(Reading.at),
    )
    found = await ctx.db.exec(
        select(Reading, Conversation)
        .join(Conversation, col(Conversation.id) == col(Reading.conversation_id))
        .where(col(Reading.conversation_id).in_(mine), Reading.by != account, had_come)
        .order_by(col(Reading.at).desc(), col(Reading.id).desc())
        .limit(LISTED)
    )
    rows = found.all()
    titles = await _titles(ctx, {conversation.id: conversation for _, conversation in rows}.values())
    names = await names_of(ctx, (row.by for row, _ in rows))
    return [
        ReadingShown(
            reading=row.id,
            who=names[row.by],
            role=row.role,
            kind=row.kind,
            at=row.at,
            conversation_kind=conversation.kind,
            conversation_title=titles[conversation.id],
        )
        for row, conversation in rows
    ]


async def _was_noted(ctx: Context, about: UUID, within: timedelta) -> bool:
    noted = select(Reading.id).where(Reading.about == about, Reading.by == ctx.me.account, col(Reading.at) > ctx.now - within)
    return (await ctx.db.exec(noted)).first() is not None


async def _titles(ctx: Context, conversations: Iterable[Conversation]) -> dict[UUID, str]:
    """What a member knows each of these by: a room by its title, a one-to-one by the peer, gone or not."""
    rooms, singles = {}, []
    for one in conversations:
        if one.kind is ConversationKind.one_to_one:
            singles.append(one.id)
        else:
            rooms[one.id] = open_about(ctx.house.keyring, one).title
    found = await ctx.db.exec(
        select(Participant.conversation_id, Participant.account_id)
        .where(col(Participant.conversation_id).in_(singles), Participant.place == Place.peer)
        .order_by(col(Participant.joined_at), col(Participant.account_id))
    )
    peers = found.all()
    names = await names_of(ctx, (account for _, account in peers))
    return rooms | {single: ", ".join(names[account] for talk, account in peers if talk == single) for single in singles}
