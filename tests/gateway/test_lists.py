"""Lists of conversations stay true on every screen without being loaded again: who is here, where each ends, what has been read."""

from typing import Any
from uuid import UUID

from beside.conversations.about import About
from beside.conversations.join import join
from beside.conversations.leave import leave
from beside.conversations.open import open_room
from beside.conversations.tables import Conversation
from beside.kit.context import command
from beside.kit.ids import new_id
from beside.messages.send import send
from beside.presence.connected import here as connected_to
from beside.protocol.events import LeaveReason
from beside.protocol.shapes import ConversationKind, Place
from tests.gateway.conftest import Here
from tests.rig.cast import Person
from tests.rig.client import ScriptedClient
from tests.rig.wait import until

Frame = dict[str, Any]


def told(client: ScriptedClient, conversation: UUID) -> list[Frame]:
    return [each for each in client.signals if each["type"] == "list.moved" and each["conversation"] == str(conversation)]


def here_for(client: ScriptedClient, conversation: UUID) -> set[str] | None:
    """Who is on its page, by what this client was told last."""
    said = [each["here"] for each in told(client, conversation) if each["here"] is not None]
    return set(said[-1]) if said else None


async def say(here: Here, who: Person, conversation: UUID) -> int:
    async with command(here.house, who.actor) as ctx:
        return (await send(ctx, conversation, new_id(), "a line")).seq


async def test_a_list_is_told_who_comes_and_who_goes(here: Here) -> None:
    """By a page that opens, by one that turns to something else, and by one that is cut off, also where the list's own conversation is not open."""
    chat, wren, rowan = await here.chat(), here.cast.member, here.cast.peer
    async with here.client(rowan) as desk, here.client(wren) as page:
        await desk.connect()
        await page.connect()
        await page.subscribe(chat)
        await until(lambda: here_for(desk, chat) == {str(wren.account)}, what="she came")
        await page.say({"type": "unsubscribe", "conversation": chat})
        await until(lambda: here_for(desk, chat) == set(), what="she turned to another page")
        await page.subscribe(chat)
        await until(lambda: here_for(desk, chat) == {str(wren.account)}, what="she came back")
        await page.drop()
        await until(lambda: here_for(desk, chat) == set(), what="she was cut off")


async def test_of_two_pages_the_last_one_leaves(here: Here) -> None:
    """Somebody with two pages is here until both are gone; whoever talks with them sees it too, for the member's page shows the peer."""
    chat, wren, rowan = await here.chat(), here.cast.member, here.cast.peer
    async with here.client(wren) as page, here.client(rowan) as one, here.client(rowan) as two:
        await page.connect()
        for each in (one, two):
            await each.connect()
            await each.subscribe(chat)
        await one.close()
        await until(lambda: here_for(page, chat) == {str(rowan.account)})
        assert {rowan.account} == await connected_to(here.house, chat)
        await two.close()
        await until(lambda: here_for(page, chat) == set())


async def test_a_list_is_told_where_a_conversation_ends_and_what_was_read(here: Here) -> None:
    """What is said where nobody at the desk is looking shows as unread; what is read on one screen is read on the other."""
    chat, wren, rowan = await here.chat(), here.cast.member, here.cast.peer
    async with here.client(rowan) as desk, here.client(rowan) as other, here.client(wren) as page:
        for each in (desk, other, page):
            await each.connect()
        seq = await say(here, wren, chat)
        await until(lambda: seq in [each["last_seq"] for each in told(desk, chat)])
        await other.say({"type": "seen.mark", "conversation": chat, "seq": seq})
        await until(lambda: seq in [each["seen_seq"] for each in told(desk, chat)])
        assert [] == told(page, chat)  # for her nobody came or went, and her own words are no news


async def test_a_busy_room_is_told_of_to_its_staff_only(here: Here) -> None:
    """Fifty lines are a few frames for who leads the room, none for its members, and none for somebody who has left it."""
    wren, rowan, gone = here.cast.member, here.cast.peer, here.cast.moderator
    about = About("Evening", "For all", "Be kind")
    async with command(here.house) as ctx:
        room = (await open_room(ctx, here.cast.hub, ConversationKind.group, about, keeps_history=True, leads=[rowan.account])).id
    async with command(here.house, gone.actor) as ctx:
        row = await ctx.db.get(Conversation, room)
        assert row
        await join(ctx, row, gone.account, Place.moderator)
        await join(ctx, row, wren.account, Place.member)
        await leave(ctx, row, gone.account, LeaveReason.left)
    async with here.client(rowan) as lead, here.client(wren) as page, here.client(gone) as away:
        for each in (lead, page, away):
            await each.connect()
        await page.subscribe(room)
        for _ in range(50):
            last = await say(here, wren, room)
        await until(lambda: last in [each["last_seq"] for each in told(lead, room)])
        assert ({str(wren.account)}, [], []) == (here_for(lead, room), told(page, room), told(away, room))
        assert len(told(lead, room)) < 10
