"""A socket for one breath: what a page does whose network refuses sockets."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from beside.accounts.sign_out import sign_out
from beside.conversations.seen import mark_seen
from beside.gateway import exchange, lists
from beside.gateway.drain import drain
from beside.kit.context import command
from beside.kit.ids import new_id
from beside.messages.send import send
from beside.presence.connected import here as connected_to
from beside.presence.on_shift import on_shift
from beside.protocol import topics
from beside.protocol.events import Topic
from beside.protocol.signals import Moved
from tests.gateway.conftest import Here
from tests.rig.cast import Person
from tests.rig.client import Refused, ScriptedClient
from tests.rig.wait import until

Frame = dict[str, Any]
AT_ONCE_S = 30.0  # bounds the wait


async def breathe(client: ScriptedClient, *said: Frame, wait: bool = False) -> list[Frame]:
    """One exchange; the frames after `welcome`."""
    answer = await client.call("POST", "/api/exchange", {"said": said, "wait": wait})
    assert ("welcome", None) == (answer["frames"][0]["type"], answer["closed"])
    frames: list[Frame] = answer["frames"][1:]
    return frames


def following(chat: UUID, after: int | None = None, **more: Any) -> Frame:
    return {"type": "subscribe", "conversation": chat, "after_seq": after} | more


async def say(here: Here, who: Person, conversation: UUID, words: str) -> int:
    async with command(here.house, who.actor) as ctx:
        return (await send(ctx, conversation, new_id(), words)).seq


async def listening(here: Here, who: Person) -> None:
    """Until somebody's breath is being held."""
    await until(lambda: any(each.follows for each in here.node.roster.of_account(who.account)))


async def test_news_end_the_wait_at_once(there: Here) -> None:
    """Who waits hears what is said in the moment it is said, on each database, and without asking again (FAULTS 21)."""
    chat = await there.chat()
    async with there.client(there.cast.member) as wren:
        waiting = asyncio.create_task(breathe(wren, following(chat, 3), wait=True))
        await listening(there, there.cast.member)
        seq = await say(there, there.cast.peer, chat, "I'm here.")
        frames = await waiting
        assert [("subscribed", None), ("message.posted", "I'm here.")] == [(each["type"], each.get("body")) for each in frames]
        assert seq == frames[1]["seq"]


async def test_what_was_missed_comes_once_and_in_order_breath_by_breath(there: Here) -> None:
    """With its cursor a page without sockets misses nothing between two breaths, however much was said (FAULTS 5, 21)."""
    chat = await there.chat()
    said = [await say(there, there.cast.peer, chat, f"line {n}") for n in range(150)]
    async with there.client(there.cast.member) as wren:
        seen = [said[0] - 1]
        while seen[-1] < said[-1]:
            seen += [each["seq"] for each in await breathe(wren, following(chat, seen[-1]), wait=True) if each["type"] == "message.posted"]
        assert said == seen[1:]


async def test_what_was_seen_between_two_breaths_is_told_by_the_next(there: Here) -> None:
    """Nobody listens between two requests, and still *Seen* is shown: the next answer says how far the others are, once it is given (FAULTS 21)."""
    chat = await there.chat()
    seq = await say(there, there.cast.peer, chat, "I'm here.")
    async with command(there.house, there.cast.member.actor) as ctx:
        assert await mark_seen(ctx, chat, seq)
    async with there.client(there.cast.peer) as rowan:
        waiting = asyncio.create_task(breathe(rowan, following(chat, seq), wait=True))
        await listening(there, there.cast.peer)
        await say(there, there.cast.member, chat, "Thank you.")
        *_, posted, moved = [each for each in await waiting if each["type"] != "list.moved"]  # a list's news may come beside them
        assert ("message.posted", "seen.moved", str(there.cast.member.account), seq) == (posted["type"], moved["type"], moved["account"], moved["seq"])


async def wait(client: ScriptedClient, heard: str, *said: Frame) -> tuple[list[str], str]:
    """A breath as a page takes it: what came, but for what every breath begins with, and what it has heard by then."""
    answer = await client.call("POST", "/api/exchange", {"said": said, "wait": True, "heard": heard})
    return [each["type"] for each in answer["frames"] if each["type"] not in ("welcome", "subscribed", "list.moved")], answer["heard"]


async def test_what_others_did_between_two_breaths_ends_the_next_at_once(there: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who writes, and somebody who has seen, while nobody listened: news, once; and writing comes before what was written (FAULTS 21)."""
    monkeypatch.setattr(lists, "GATHER_S", 600.0)  # or a list's news would end a wait in its place
    monkeypatch.setattr(exchange, "WAIT_S", 600.0)
    chat = await there.chat()
    seq = await say(there, there.cast.peer, chat, "I'm here.")
    async with there.client(there.cast.peer) as rowan, there.client(there.cast.member) as wren, asyncio.timeout(AT_ONCE_S):
        await wren.connect()
        await wren.subscribe(chat)
        follow = following(chat, seq)
        await wren.say({"type": "typing.start", "conversation": chat})
        await wren.ask({"type": "ping"})
        await wren.call("POST", f"/api/conversations/{chat}/seen", {"seq": seq})
        came, heard = await wait(rowan, "", follow)
        assert ["typing.started", "seen.moved"] == came
        monkeypatch.setattr(exchange, "WAIT_S", 0.05)
        assert ([], heard) == await wait(rowan, heard, follow)
        monkeypatch.setattr(exchange, "WAIT_S", 600.0)
        last = await say(there, there.cast.member, chat, "Hello.")
        assert ["message.posted"] == (await wait(rowan, heard, follow))[0]
        assert ["typing.started", "message.posted"] == [each for each in (await wait(rowan, "", follow))[0] if each != "seen.moved"]
        await wren.call("POST", f"/api/conversations/{chat}/seen", {"seq": last})
        assert ["seen.moved"] == (await wait(rowan, heard, following(chat, last)))[0]


async def test_what_changed_between_two_breaths_ends_the_next_at_once(there: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something to load afresh, told while nobody listened: news, once for each time; also what came after the welcome and before the first wait. What was
    told earlier is none to a page that has just come (FAULTS 21)."""

    async def change(topic: str, what: Topic) -> None:
        async with command(there.house) as ctx:
            ctx.publish(topic, Moved(what=what))

    mine, desk, other = topics.account(there.cast.peer.account), topics.desk(there.cast.hub), topics.account(there.cast.member.account)
    monkeypatch.setattr(exchange, "WAIT_S", 600.0)
    await change(mine, Topic.rooms)
    async with there.client(there.cast.peer) as rowan, asyncio.timeout(AT_ONCE_S):
        heard = (await rowan.call("POST", "/api/exchange", {"said": [], "wait": False, "heard": ""}))["heard"]
        for topic, what in ((mine, Topic.line), (mine, Topic.line), (desk, Topic.desk)):
            await change(other, Topic.acts)
            await change(topic, what)
            answer = await rowan.call("POST", "/api/exchange", {"said": [], "wait": True, "heard": heard})
            assert [what] == [each["what"] for each in answer["frames"] if each["type"] == "changed"]
            heard = answer["heard"]
        monkeypatch.setattr(exchange, "WAIT_S", 0.05)
        assert ([], heard) == await wait(rowan, heard)


async def test_whatever_a_page_says_it_has_heard_is_read(there: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nonsense there costs one answer that comes at once, and no fault."""
    monkeypatch.setattr(exchange, "WAIT_S", 0.05)
    chat = await there.chat()
    async with there.client(there.cast.peer) as rowan:
        answers = [await wait(rowan, heard, following(chat, 3)) for heard in ("", "0", " \x00 -1", "x" * 400)]
        assert [set()] + [{"changed"}] * 3 == [set(came) for came, _ in answers]  # of what was done to make the scene
        assert 1 == len({heard for _, heard in answers})


async def test_who_waits_without_a_socket_is_here_and_at_work(there: Here) -> None:
    """A peer whose network refuses sockets counts as on shift, and as present where they follow (FAULTS 21)."""
    chat, peer = await there.chat(), there.cast.peer
    async with there.client(peer) as rowan:
        await breathe(rowan, following(chat, 3))
        assert peer.account in await on_shift(there.house, there.cast.hub)
        assert peer.account in await connected_to(there.house, chat)


async def test_a_cursor_of_another_epoch_is_reset(there: Here) -> None:
    """After a restore a page without sockets loads afresh as well (FAULTS 9)."""
    chat = await there.chat()
    async with there.client(there.cast.member) as wren:
        frames = await breathe(wren, following(chat, 1, epoch="another"), wait=True)
        assert [("reset", "epoch")] == [(each["type"], each["reason"]) for each in frames]


async def test_a_quiet_wait_ends_by_itself(there: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before proxies lose patience the answer comes, and says where the log stands; here after a moment instead of 25 s (FAULTS 12, 21)."""
    monkeypatch.setattr(exchange, "WAIT_S", 0.05)
    chat = await there.chat()
    async with there.client(there.cast.member) as wren:
        (subscribed,) = await breathe(wren, following(chat, 3), wait=True)
        assert ("subscribed", 3) == (subscribed["type"], subscribed["last_seq"])


async def test_who_gave_up_waiting_is_forgotten(there: Here) -> None:
    """A page that went away leaves nothing behind on the node: it does not count as one of the account's five (FAULTS 29)."""
    chat = await there.chat()
    async with there.client(there.cast.member) as wren:
        waiting = asyncio.create_task(breathe(wren, following(chat, 3), wait=True))
        await listening(there, there.cast.member)
        waiting.cancel()
        await until(lambda: not there.node.roster.connections)
        assert {} == there.node.roster.logs


async def test_a_session_that_ends_ends_the_wait(there: Here) -> None:
    """Signed out elsewhere: the held breath is let go with the code of a socket, and the next one is refused (FAULTS 72)."""
    chat = await there.chat()
    async with there.client(there.cast.member) as wren:
        waiting = asyncio.create_task(wren.call("POST", "/api/exchange", {"said": [following(chat, 3)], "wait": True}))
        await listening(there, there.cast.member)
        async with command(there.house, there.cast.member.actor) as ctx:
            await sign_out(ctx)
        assert 4001 == (await waiting)["closed"]
        with pytest.raises(Refused, match="not_signed_in"):
            await breathe(wren)


async def test_a_node_that_stops_says_goodbye_to_who_waits(there: Here) -> None:
    """The goodbye of a deploy comes as on a socket: when to come back, and 1012 (FAULTS 34, for a page without sockets)."""
    chat = await there.chat()
    async with there.client(there.cast.member) as wren:
        waiting = asyncio.create_task(wren.call("POST", "/api/exchange", {"said": [following(chat, 3)], "wait": True}))
        await listening(there, there.cast.member)
        await drain(there.node.roster)
        answer = await waiting
        assert (["welcome", "subscribed", "drain"], 1012) == ([each["type"] for each in answer["frames"]], answer["closed"])


async def test_nobody_hears_what_is_not_theirs(there: Here) -> None:
    """An outsider who asks to follow is refused as on a socket, and hears nothing, not even that something was said (FAULTS 76)."""
    chat = await there.chat()
    async with there.client(there.cast.outsider) as robin:
        (refused,) = await breathe(robin, following(chat, 0), wait=True)
        assert ("refused", "not_found") == (refused["type"], refused["code"])
        await say(there, there.cast.peer, chat, "between us")
        (refused,) = await breathe(robin, following(chat, 0), wait=True)
        assert ("refused", "not_found") == (refused["type"], refused["code"])


async def test_a_sixth_page_without_sockets_lets_the_oldest_go(there: Here) -> None:
    """Five held breaths of one account and no more, as with sockets: the oldest is told that it is another tab's turn (FAULTS 63)."""
    chat = await there.chat()
    held = {"said": [following(chat, 3)], "wait": True}
    async with there.client(there.cast.member) as wren:
        waiting = []
        for count in range(1, 7):
            waiting.append(asyncio.create_task(wren.call("POST", "/api/exchange", held)))
            await until(lambda count=count: len(there.node.roster.of_account(there.cast.member.account)) == min(count, 5))  # type: ignore[misc]  # bound at once
        assert 4012 == (await waiting[0])["closed"]
        await breathe(wren, following(chat, 3), {"type": "ping"})  # saying something takes nobody's place
        assert [] == [each for each in waiting[1:] if each.done()]
        await say(there, there.cast.peer, chat, "to all of you")
        assert [None] * 5 == [(await each)["closed"] for each in waiting[1:]]
