"""Having seen: told to the other of a one-to-one, and in a room to nobody but the person's own screens."""

from typing import Any
from uuid import UUID

import msgspec

from beside.protocol import topics
from beside.protocol.signals import Saw
from tests.gateway.conftest import Here
from tests.gateway.test_subscribe import say
from tests.rig.client import ScriptedClient
from tests.rig.wait import until


def heard(client: ScriptedClient, kind: str) -> list[tuple[str, int | None]]:
    """Whom it was about, and how far they were."""
    return [(each["account"], each.get("seq")) for each in client.signals if each["type"] == kind]


async def follow(chat: UUID, *clients: ScriptedClient) -> None:
    for each in clients:
        await each.connect()
        await each.subscribe(chat)


async def marks(client: ScriptedClient, chat: UUID, seq: int) -> None:
    await client.say({"type": "seen.mark", "conversation": chat, "seq": seq})
    await client.ask({"type": "ping"})


async def writes(client: ScriptedClient, chat: UUID, *others: ScriptedClient) -> None:
    """Everybody is told that somebody writes, which comes the same way as what they have seen, and after it."""
    await client.say({"type": "typing.start", "conversation": chat})
    for each in others:
        await until(lambda each=each: heard(each, "typing.started") != [], what="that somebody writes")  # type: ignore[misc]  # bound at once


async def test_in_a_room_nobody_is_told_what_others_have_read(here: Here) -> None:
    """Neither by a socket's word nor by a door; and whoever has read finds it so wherever they look. As in a snapshot, it is theirs alone."""
    wren, rowan, robin = here.cast.member, here.cast.peer, here.cast.outsider
    group = await here.group(wren, rowan, robin)
    seq = await say(here, wren, group, "Good evening.")
    async with here.client(wren) as one, here.client(rowan) as two, here.client(robin) as three:
        await follow(group, one, two, three)
        await marks(one, group, seq - 1)
        await one.call("POST", f"/api/conversations/{group}/seen", {"seq": seq})
        await writes(one, group, two, three)
        assert [[], [], []] == [heard(each, "seen.moved") for each in (one, two, three)]
        mine, theirs = [await each.call("GET", f"/api/conversations/{group}") for each in (one, two)]
        assert (seq, 0) == (mine["seen_seq"], theirs["seen_seq"])
        assert {0} == {each["seen_seq"] for each in mine["participants"] + theirs["participants"]}


async def test_a_node_of_the_version_before_cannot_have_it_told(here: Here) -> None:
    """While two versions run side by side, one still says over the bus who has seen in a room: it goes no further."""
    wren, rowan = here.cast.member, here.cast.peer
    group = await here.group(wren, rowan)
    async with here.client(wren) as one, here.client(rowan) as two:
        await follow(group, one, two)
        await marks(one, group, 2)
        await here.house.broker.publish(topics.conversation(group), msgspec.json.encode(Saw(conversation=group, account=wren.account, seq=2)))
        await writes(one, group, two)
        assert [] == heard(two, "seen.moved")


async def test_in_a_one_to_one_the_other_is_told_at_once(here: Here) -> None:
    """The other person's page shows *Seen*; nobody is told of their own."""
    wren, rowan = here.cast.member, here.cast.peer
    chat = await here.chat()
    seq = await say(here, rowan, chat, "I'm here.")
    async with here.client(wren) as one, here.client(wren) as tab, here.client(rowan) as two:
        await follow(chat, one, tab, two)
        await marks(one, chat, seq)
        await until(lambda: heard(two, "seen.moved") == [(str(wren.account), seq)], what="seen")
        assert [[], []] == [heard(each, "seen.moved") for each in (one, tab)]


async def test_ones_own_list_hears_what_one_has_read_in_a_room(here: Here) -> None:
    """At the desk, what is read in a room on one screen is read on the other."""
    rowan = here.cast.peer
    group = await here.group(here.cast.member, rowan)
    seq = await say(here, here.cast.member, group, "Good evening.")
    async with here.client(rowan) as page, here.client(rowan) as desk:
        await follow(group, page)
        await desk.connect()
        await marks(page, group, seq)

        def read() -> list[Any]:
            return [each["seen_seq"] for each in desk.signals if each["type"] == "list.moved" and each["conversation"] == str(group)]

        await until(lambda: seq in read(), what="what was read")
        assert seq in read()
