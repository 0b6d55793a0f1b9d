"""The HTTP doors of conversations and rooms."""

from uuid import UUID

from msgspec import Struct

from beside.accounts.permissions import Permission, is_staff, require
from beside.accounts.roles import roles_of
from beside.accounts.tables import Account
from beside.conversations.about import About
from beside.conversations.access import require_conversation, require_participant
from beside.conversations.answer_question import answer_question
from beside.conversations.ask_question import ask_question
from beside.conversations.close import close
from beside.conversations.join import join
from beside.conversations.leave import leave
from beside.conversations.open import open_room
from beside.conversations.question import question_shown
from beside.conversations.readings import readings_of
from beside.conversations.rooms import room_shown, rooms_of
from beside.conversations.seen import mark_seen
from beside.conversations.shown import conversation_shown, conversations_of
from beside.conversations.tables import Participant
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context, command, query
from beside.kit.errors import Conflict, NotAllowed, NotFound
from beside.kit.text import clean_text
from beside.kit.web import Door, Visit
from beside.protocol.conversation_snapshots import ConsentQuestion, Conversations, ConversationShown, Readings, Rooms, RoomShown
from beside.protocol.requests import AnswerQuestion, JoinRoom, MakeGroup, MarkSeenUpTo
from beside.protocol.shapes import NOTE_CHARACTERS, ConversationKind, Place
from beside.protocol.snapshots import Fine


async def list_mine(visit: Visit) -> Struct:
    """The conversations you are in, the newest first."""
    async with query(visit.house, visit.actor) as ctx:
        return Conversations(conversations=await conversations_of(ctx, ctx.me.account))


async def show(visit: Visit) -> Struct:
    """One conversation you are in, complete enough to draw its page from."""
    async with query(visit.house, visit.actor) as ctx:
        standing = await require_participant(ctx, visit.id("conversation"))
        return await conversation_shown(ctx, standing.conversation, standing.participant)


async def see(visit: Visit) -> Struct:
    """Everything up to `seq` of the public log has been on your screen."""
    seq = visit.body(MarkSeenUpTo).seq
    async with command(visit.house, visit.actor) as ctx:
        await require_participant(ctx, visit.id("conversation"))
        await mark_seen(ctx, visit.id("conversation"), seq)
    return Fine()


async def go(visit: Visit) -> Struct:
    """Leave a group or the lounge. You can come back in; a one-to-one is ended with `close`."""
    async with command(visit.house, visit.actor) as ctx:
        standing = await require_participant(ctx, visit.id("conversation"))
        if standing.conversation.kind is ConversationKind.one_to_one:
            raise NotAllowed
        await leave(ctx, standing.conversation, ctx.me.account)
    return Fine()


async def end(visit: Visit) -> Struct:
    """End a one-to-one you are in. It can still be read by both."""
    async with command(visit.house, visit.actor) as ctx:
        standing = await require_participant(ctx, visit.id("conversation"))
        if standing.conversation.kind is not ConversationKind.one_to_one or standing.participant.place is Place.clinician:
            raise NotAllowed
        if not await close(ctx, standing.conversation, ctx.me.account):
            raise Conflict("already_done")
    return Fine()


async def ask(visit: Visit) -> Struct:
    """Ask the person, in the chat, whether a clinician on call may know. One question stands at a time, and nothing waits for the answer.

    For peers in a one-to-one: in a room everybody would see it.
    """
    async with command(visit.house, visit.actor) as ctx:
        return await question_shown(ctx, await ask_question(ctx, await require_participant(ctx, visit.id("conversation"))))


async def answer(visit: Visit) -> Struct:
    """Answer what you were asked: yes, no or not now, once. The peer sees it; it stops nothing, and starts nothing."""
    said = visit.body(AnswerQuestion).answer
    async with command(visit.house, visit.actor) as ctx:
        return await question_shown(ctx, await answer_question(ctx, visit.id("question"), said))


async def who_read(visit: Visit) -> Struct:
    """Who opened a conversation you are or were in as a member, without being in it: a moderator for a report, a clinician who was called."""
    async with query(visit.house, visit.actor) as ctx:
        return Readings(readings=await readings_of(ctx, ctx.me.account))


async def list_rooms(visit: Visit) -> Struct:
    """The groups and the lounge of your hub."""
    async with query(visit.house, visit.actor) as ctx:
        return Rooms(rooms=await rooms_of(ctx))


async def join_room(visit: Visit) -> Struct:
    """Join a group or the lounge, having read its agreements. The version you read must be the one in force."""
    read = visit.body(JoinRoom).agreements
    async with command(visit.house, visit.actor) as ctx:
        require(ctx, Permission.room_join)
        room = await require_conversation(ctx, visit.id("conversation"))
        if room.kind is ConversationKind.one_to_one or room.closed_at is not None:
            raise NotFound
        if read != room.agreements_version:
            raise Conflict("agreements_needed")
        place = await _place_of(ctx, room.id)
        mine = await join(ctx, room, ctx.me.account, place, agreements=read)
        await ctx.db.refresh(room)
        return await conversation_shown(ctx, room, mine)


async def make_group(visit: Visit) -> Struct:
    """Open a group: for coordinators. The lead and the co-lead are staff of the hub."""
    asked = visit.body(MakeGroup)
    async with command(visit.house, visit.actor) as ctx:
        require(ctx, Permission.group_make)
        leads = [account for account in (asked.lead, asked.co_lead) if account is not None]
        for account in leads:
            await _require_staff(ctx, account)
        about = About(
            title=clean_text(asked.title, 80, field="title"),
            purpose=clean_text(asked.purpose, 500, field="purpose"),
            agreements=clean_text(asked.agreements, NOTE_CHARACTERS, field="agreements"),
        )
        room = await open_room(ctx, ctx.me.hub, ConversationKind.group, about, keeps_history=asked.keeps_history, leads=list(dict.fromkeys(leads)))
        return await room_shown(ctx, room)


async def _place_of(ctx: Context, room: UUID) -> Place:
    """The place somebody takes by walking in: who leads keeps leading; staff come as what they are; everybody else is a member."""
    before = await ctx.db.get(Participant, (room, ctx.me.account))
    if before is not None and before.place in (Place.lead, Place.co_lead):
        return before.place
    if "moderator" in ctx.me.roles:
        return Place.moderator
    return Place.peer if "peer" in ctx.me.roles else Place.member


async def _require_staff(ctx: Context, account: UUID) -> None:
    """Whoever leads a group is staff of this hub. Raises `NotFound`."""
    require_in_hub(await ctx.db.get(Account, account), ctx.me.hub)
    if not is_staff(await roles_of(ctx, account)):
        raise NotFound


doors = [
    Door("GET", "/api/conversations", list_mine, answer=Conversations),
    Door("GET", "/api/conversations/{conversation}", show, answer=ConversationShown),
    Door("POST", "/api/conversations/{conversation}/seen", see, body=MarkSeenUpTo),
    Door("POST", "/api/conversations/{conversation}/leave", go),
    Door("POST", "/api/conversations/{conversation}/close", end),
    Door("POST", "/api/conversations/{conversation}/question", ask, answer=ConsentQuestion, who="staff"),
    Door("POST", "/api/questions/{question}/answer", answer, body=AnswerQuestion, answer=ConsentQuestion),
    Door("GET", "/api/readings", who_read, answer=Readings),
    Door("GET", "/api/rooms", list_rooms, answer=Rooms),
    Door("POST", "/api/rooms/{conversation}/join", join_room, body=JoinRoom, answer=ConversationShown),
    Door("POST", "/api/groups", make_group, body=MakeGroup, answer=RoomShown, who="staff"),
]
