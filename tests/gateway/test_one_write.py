"""What somebody said comes back to their own socket together with the answer to it: one write, in order, and nothing waits for it that is not theirs."""

import asyncio
from typing import Any, cast
from uuid import UUID

import pytest

from beside.gateway import dispatch
from beside.gateway.connection import Connection
from beside.gateway.roster import Roster
from beside.kit.errors import Unavailable
from beside.kit.ids import new_id
from beside.protocol.codes import CloseCode
from beside.protocol.commands import SendMessage
from beside.protocol.conversation_snapshots import Accepted
from tests.gateway.test_large_rooms import AT, CHAT, LARGE, Room


def saying(here: Room) -> UUID:
    """The first of the room has a message under way: its number."""
    here.follows[0].connection.saying = number = new_id()
    return number


async def carry_out(connection: Connection) -> None:
    roster = cast(Roster, type("Nothing", (), {"house": None}))
    await dispatch.carry_out(roster, connection, SendMessage(conversation=CHAT, client_id=new_id(), body="words"))


async def test_my_words_and_the_answer_are_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other of the pair has them at once; I have them with the answer, words first."""
    here = Room(2)

    async def stored(_: Any, __: Any, conversation: UUID, client_id: UUID, ___: str, log: Any) -> Accepted:
        here.say(client_id=client_id)
        assert ([], [1]) == (here.papers[0].events, here.papers[1].events)
        return Accepted(conversation=conversation, log=log, client_id=client_id, seq=1, at=AT)

    monkeypatch.setattr(dispatch, "say", stored)
    await carry_out(here.follows[0].connection)
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
    connection.let_go()
    assert ([], here.papers[0].write) == (here.papers[0].writes, connection.transmit)


@pytest.mark.parametrize("broken", [Unavailable, asyncio.CancelledError, RuntimeError])
async def test_my_words_are_written_where_no_answer_comes(monkeypatch: pytest.MonkeyPatch, broken: type[BaseException]) -> None:
    """They are stored and the others have them; then something breaks, or my socket is asked to end."""
    here = Room(2)
    connection = here.follows[0].connection

    async def stored(_: Any, __: Any, ___: Any, client_id: UUID, *____: Any) -> Accepted:
        here.say(client_id=client_id)
        raise broken  # made here: an error remembers where it was raised, and one that outlived the test would keep the room with it

    monkeypatch.setattr(dispatch, "say", stored)
    done = await asyncio.gather(carry_out(connection), return_exceptions=True)
    assert (broken is asyncio.CancelledError) == isinstance(done[0], asyncio.CancelledError)
    assert b"message.posted" in b"".join(here.papers[0].writes)
    assert connection.saying is None


async def test_nothing_is_answered_to_a_socket_that_ends_but_my_words_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The close comes next, and right after what was stored."""
    here = Room(2)
    connection = here.follows[0].connection

    async def stored(_: Any, __: Any, conversation: UUID, client_id: UUID, ___: str, log: Any) -> Accepted:
        here.say(client_id=client_id)
        connection.end(CloseCode.load_afresh)
        return Accepted(conversation=conversation, log=log, client_id=client_id, seq=1, at=AT)

    monkeypatch.setattr(dispatch, "say", stored)
    await carry_out(connection)
    assert [1] == here.papers[0].events
