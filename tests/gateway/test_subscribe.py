"""Following a log: from a cursor, from nothing, from a cursor that cannot be."""

import asyncio
import random
from typing import Any
from uuid import UUID

import pytest

from beside.conversations.leave import leave
from beside.conversations.tables import Conversation
from beside.kit.context import command
from beside.kit.ids import new_id
from beside.messages import history
from beside.messages.send import send
from beside.protocol.shapes import Log
from tests.gateway.conftest import Here
from tests.rig.cast import Person
from tests.rig.client import Refused, ScriptedClient
from tests.rig.oracle import complaints
from tests.rig.wait import until


async def say(here: Here, who: Person, conversation: UUID, words: str) -> int:
    async with command(here.house, who.actor) as ctx:
        return (await send(ctx, conversation, new_id(), words)).seq


async def test_a_resumed_socket_gets_what_it_missed_once_and_in_order(here: Here) -> None:
    """After a cut, only events later than the cursor come, in order, once (FAULTS 5)."""
    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.subscribe(chat)
        await until(lambda: len(wren.shown(chat)) == 3)
        await wren.drop()
        for n in range(5):
            await say(here, here.cast.peer, chat, f"while away {n}")
        await wren.resume()
        await until(lambda: len(wren.shown(chat)) == 8)
        assert [1, 2, 3, 4, 5, 6, 7, 8] == [event["seq"] for event in wren.shown(chat)]
        assert [] == await complaints(here.house, [wren])


async def test_without_a_cursor_the_newest_page_comes_and_says_there_is_more(here: Here) -> None:
    """A first subscription gets the last fifty, and is told that earlier ones exist (FAULTS 6)."""
    chat = await here.chat()
    for n in range(60):
        await say(here, here.cast.peer, chat, f"line {n}")
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        answer = await wren.subscribe(chat)
        await until(lambda: len(wren.shown(chat)) == 50)
        assert (13, 63, True) == (answer["from_seq"], answer["last_seq"], answer["earlier"])


async def test_a_cursor_ahead_of_the_log_is_answered_with_reset(here: Here) -> None:
    """A forged or outlived cursor is never honoured in silence (FAULTS 7)."""
    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        answer = await wren.ask({"type": "subscribe", "conversation": chat, "after_seq": 99, "epoch": wren.epoch})
        assert ("reset", "ahead") == (answer["type"], answer["reason"])


async def test_a_cursor_of_another_epoch_is_answered_with_reset(here: Here) -> None:
    """After a restore every client loads afresh; none skips (FAULTS 9, the client's side of it)."""
    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        answer = await wren.ask({"type": "subscribe", "conversation": chat, "after_seq": 1, "epoch": "another"})
        assert ("reset", "epoch") == (answer["type"], answer["reason"])


async def test_a_cursor_that_is_no_position_is_refused_and_the_socket_lives(here: Here) -> None:
    """Whatever stands where a cursor should, the answer is a typed refusal, and the socket goes on (FAULTS 8)."""
    chat = await here.chat()
    cursors = ["-1", "1.5", str(2**63), '"7"', "true", "[1]", "{}", "1e999", "NaN", "Infinity", "-0.1", "9" * 400]
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        for cursor in cursors:
            await wren.say_text(f'{{"type":"subscribe","conversation":"{chat}","after_seq":{cursor}}}')
        assert "pong" == (await wren.ask({"type": "ping"}))["type"]
        assert ["bad_frame"] * len(cursors) == wren.refusals()


async def test_what_is_committed_while_a_socket_comes_in_is_shown_once(here: Here) -> None:
    """Between reading the log and going live nothing is lost and nothing is doubled, whatever the moment (FAULTS 10, 11)."""
    chat = await here.chat()
    rng = random.Random(20261121)
    async with here.client(here.cast.member) as wren:
        for _ in range(60):
            talking = asyncio.create_task(_talk(here, chat, rng.randrange(1, 5), rng.random() * 0.01))
            await asyncio.sleep(rng.random() * 0.01)
            await _come_in(wren, chat)
            end = await talking
            await _reaches(wren, chat, end)
            await wren.drop()
        assert [] == await complaints(here.house, [wren])


async def test_a_line_between_the_reading_and_going_live_is_shown_once(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is committed after the log was read and before the socket is live: it comes without waiting for a net, after what was read, once (FAULTS 10, 11)."""
    read, chat = history.shown, await here.chat()
    said: list[int] = []

    async def and_then_somebody_speaks(*what: Any) -> Any:
        found = await read(*what)
        if not said:
            said.append(await say(here, here.cast.peer, chat, "in between"))
        return found

    for n in range(3):
        await say(here, here.cast.peer, chat, f"before {n}")
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        monkeypatch.setattr(history, "shown", and_then_somebody_speaks)
        await wren.subscribe(chat)
        (follow,) = here.node.roster.logs[chat, Log.public].follows
        await until(lambda: follow.catching_up is not None and follow.catching_up.done())
        await until(lambda: wren.bodies(chat) == ["before 0", "before 1", "before 2", "in between"])
        await wren.ask({"type": "ping"})
        assert 0 == wren.timelines[chat, "public"].repeats
        assert [] == await complaints(here.house, [wren])


async def _reaches(client: ScriptedClient, chat: UUID, end: int) -> None:
    await until(lambda: client.timelines[chat, "public"].have >= end)


async def _come_in(client: ScriptedClient, chat: UUID) -> None:
    """The first time without a cursor, later from where the screen stands."""
    if client.timelines:
        await client.resume()
    else:
        await client.connect()
        await client.subscribe(chat)


async def _talk(here: Here, chat: UUID, times: int, pause: float) -> int:
    end = 0
    for n in range(times):
        end = await say(here, here.cast.peer, chat, f"line {n}")
        await asyncio.sleep(pause)
    return end


async def test_two_tabs_of_one_person_show_the_same(here: Here) -> None:
    """Both tabs converge, and one's own words stand there once (FAULTS 17)."""
    chat = await here.chat()
    async with here.client(here.cast.member) as one, here.client(here.cast.member) as two:
        for tab in (one, two):
            await tab.connect()
            await tab.subscribe(chat)
        await one.send(chat, "from the first")
        await two.send(chat, "from the second")
        await until(lambda: one.bodies(chat) == two.bodies(chat) == ["from the first", "from the second"])
        assert [] == await complaints(here.house, [one, two])


async def test_who_may_not_see_a_conversation_cannot_follow_it(here: Here) -> None:
    """Outsiders, strangers and uninvolved staff are told that it is not there; a member cannot follow the staff log."""
    chat = await here.chat()
    for who in (here.cast.outsider, here.cast.stranger, here.cast.moderator, here.cast.clinician, here.cast.coordinator):
        async with here.client(who) as them:
            await them.connect()
            with pytest.raises(Refused, match="not_found"):
                await them.subscribe(chat)
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        with pytest.raises(Refused, match="not_found"):
            await wren.subscribe(chat, "staff")


async def test_a_hundred_flaps_leave_one_subscription_and_nothing_behind(here: Here) -> None:
    """However often a socket comes and goes, the node forgets it (FAULTS 29)."""
    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        for _ in range(100):
            await _come_in(wren, chat)
            await wren.drop()
        await wren.resume()
        await wren.send(chat, "still here")
        await until(lambda: wren.bodies(chat) == ["still here"])
        assert (1, 1) == (len(here.node.roster.connections), len(here.node.roster.logs))
    await until(lambda: not here.node.roster.connections)
    assert ({}, []) == (here.node.roster.logs, list(here.node.roster._listening.topics))


async def test_whoever_leaves_gets_nothing_more_from_that_moment(here: Here) -> None:
    """Leaving is an entry in the log: a push later than it never reaches who left (FAULTS 75)."""
    group = await here.group(here.cast.member, here.cast.outsider)
    async with here.client(here.cast.member) as wren, here.client(here.cast.outsider) as finch:
        for person in (wren, finch):
            await person.connect()
            await person.subscribe(group)
        async with command(here.house) as ctx:
            await leave(ctx, await ctx.db.get_one(Conversation, group), here.cast.outsider.account)
        await say(here, here.cast.member, group, "after they left")
        await until(lambda: wren.bodies(group) == ["after they left"])
        await finch.ask({"type": "ping"})
        assert "participant.left" == finch.shown(group)[-1]["type"]
        assert [] == await complaints(here.house, [wren, finch])
