"""What somebody said comes back to their own socket together with the answer to it: one write, in order, and nothing waits for it that is not theirs."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from beside.gateway import speak
from beside.gateway.connection import Connection
from beside.kit.context import command
from beside.kit.errors import Unavailable
from beside.kit.ids import new_id
from beside.messages.send import Answer, Kept, Told, Wish, send
from beside.protocol.codes import CloseCode
from beside.protocol.commands import SendMessage
from beside.protocol.conversation_snapshots import Accepted
from tests.gateway.conftest import Here
from tests.gateway.test_large_rooms import AT, CHAT, LARGE, Room
from tests.rig.wait import until


def saying(here: Room) -> UUID:
    """The first of the room has a message under way: its number."""
    here.follows[0].connection.saying = number = new_id()
    return number


def speaks(connection: Connection) -> None:
    house: Any = None
    speak.speak(house, connection, SendMessage(conversation=CHAT, client_id=new_id(), body="words"))


def stored(one: Wish) -> Kept:
    return Kept(Accepted(conversation=CHAT, log=one.log, client_id=one.client_id, seq=1, at=AT), True)


async def test_my_words_and_the_answer_are_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other of the pair has them at once; I have them with the answer, words first."""
    here = Room(2)

    def ask(_: object, one: Wish, told: Told) -> None:
        here.say(client_id=one.client_id)
        assert ([], [1]) == (here.papers[0].events, here.papers[1].events)
        told(stored(one))

    monkeypatch.setattr(speak, "ask", ask)
    speaks(here.follows[0].connection)
    (written,) = here.papers[0].writes
    assert 0 < written.index(b"message.posted") < written.index(b"message.accepted")
    here.say()
    assert [1, 1, 2] == here.papers[0].events


async def test_what_others_say_meanwhile_goes_at_once() -> None:
    """Only what is answered in the same breath is held: not a word of anybody else."""
    here = Room(2)
    saying(here)
    here.say(by=here.follows[1])
    assert [1] == here.papers[0].events


async def test_what_others_say_in_the_same_commit_goes_at_once() -> None:
    """Two people's words are written together: neither waits for an answer."""
    here = Room(LARGE)
    number = saying(here)
    here.log._written_to = LARGE  # so that what was committed together is written together
    here.log.feed([here.entry(client_id=number), here.entry(by=here.follows[1]), here.entry("conversation.closed")])
    assert [1, 2, 3] == here.papers[0].events


async def test_what_comes_next_comes_after_what_is_held() -> None:
    """Somebody else is heard between my words and their answer: the order of the log is kept."""
    here = Room(2)
    here.say(client_id=saying(here))
    here.say(by=here.follows[1])
    assert [1, 2] == here.papers[0].events


async def test_a_socket_that_closed_keeps_nothing_of_what_was_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written any more, and nothing of it refers to itself: it goes when it is let go of."""
    here = Room(2)
    here.say(client_id=saying(here))
    connection = here.follows[0].connection
    monkeypatch.setattr(connection, "_is_closing", lambda: True)
    connection.has_said()
    assert ([], here.papers[0].write) == (here.papers[0].writes, connection.transmit)


def a_refusal(told: Told) -> None:
    told(Unavailable())


def a_mistake_of_ours(_: Told) -> None:
    raise RuntimeError


def a_word_that_we_do_not_have(told: Told) -> None:
    told(Unavailable("no such code"))


@pytest.mark.parametrize("ends", [a_refusal, a_mistake_of_ours, a_word_that_we_do_not_have])
async def test_my_words_are_written_where_no_answer_comes(monkeypatch: pytest.MonkeyPatch, ends: Callable[[Told], None]) -> None:
    """They are stored and the others have them; then something breaks. I have them too, and am told that it is not sure."""
    here = Room(2)
    connection = here.follows[0].connection

    def ask(_: object, one: Wish, told: Told) -> None:
        here.say(client_id=one.client_id)
        ends(told)

    monkeypatch.setattr(speak, "ask", ask)
    speaks(connection)
    (written,) = here.papers[0].writes
    assert 0 < written.index(b"message.posted") < written.index(b'"refused"')
    assert connection.saying is None


@pytest.mark.parametrize("answer", [stored, lambda _: Unavailable()], ids=["stored", "refused"])
async def test_nothing_is_answered_to_a_socket_that_ends_but_my_words_are_written(monkeypatch: pytest.MonkeyPatch, answer: Callable[[Wish], Answer]) -> None:
    """The close comes next, and right after what was stored."""
    here = Room(2)
    connection = here.follows[0].connection

    def ask(_: object, one: Wish, told: Told) -> None:
        here.say(client_id=one.client_id)
        connection.end(CloseCode.load_afresh)
        told(answer(one))

    monkeypatch.setattr(speak, "ask", ask)
    speaks(connection)
    assert [1] == here.papers[0].events


async def test_my_words_come_before_the_close_where_their_answer_does_not_come_in_time(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket that is sent away between the commit and the answer has its words, and nothing after the close."""
    chat, told_later = await here.chat(), []
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.subscribe(chat)
        (connection,) = here.node.roster.of_account(here.cast.member.account)
        await until(lambda: all(follow.live for follow in connection.follows.values()))

        async def store(one: Wish) -> None:
            async with command(here.house, one.actor) as ctx:
                await send(ctx, chat, one.client_id, one.words)
            connection.end(CloseCode.load_afresh)

        def ask(_: object, one: Wish, told: Told) -> None:
            told_later.append((asyncio.create_task(store(one)), one, told))

        monkeypatch.setattr(speak, "ask", ask)
        await wren.say({"type": "message.send", "conversation": str(chat), "client_id": str(new_id()), "body": "I am here."})
        await until(lambda: not here.node.roster.connections)
        ((_, one, told),) = told_later
        told(stored(one))
        await until(lambda: wren.closed is not None)
        assert ["I am here."] == wren.bodies(chat)
