"""What somebody says goes straight to the commit that it shares: only where it is their turn, and in the order in which they said it."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from beside.gateway import speak
from beside.gateway.connection import Connection
from beside.kit.errors import Unavailable
from beside.kit.ids import new_id
from beside.messages.send import Told, Wish
from beside.protocol.codes import CloseCode
from tests.gateway.conftest import Here
from tests.gateway.raw import frame
from tests.gateway.test_confirming import ACTOR, Paper
from tests.gateway.test_frames import signed_in
from tests.rig.client import Refused
from tests.rig.wait import until

HOUSE: Any = None


def said(body: str = "I am here.", chat: UUID | None = None, **more: Any) -> bytes:
    """As browsers write it."""
    words = {"type": "message.send", "conversation": str(chat or new_id()), "client_id": str(new_id()), "body": body, **more}
    return json.dumps(words, separators=(",", ":")).encode()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Wish, Told]]:
    """What was asked to be stored, and is not answered yet."""
    asked: list[tuple[Wish, Told]] = []
    monkeypatch.setattr(speak, "ask", lambda _, one, told: asked.append((one, told)))
    return asked


async def idle() -> Connection:
    """A socket whose task waits for the next frame."""
    connection = Connection(ACTOR, Paper())
    connection.reading = True
    return connection


async def test_words_are_asked_to_be_stored_at_once_and_one_at_a_time(asked: list[tuple[Wish, Told]]) -> None:
    """The next are left for the socket's task until the first are answered; then it is their turn."""
    connection = await idle()
    assert [True, False] == [speak.take(HOUSE, connection, said(body), True) for body in ("one", "two")]
    asked[0][1](Unavailable())
    assert speak.take(HOUSE, connection, said("two"), True)
    assert ["one", "two"] == [one.words for one, _ in asked]


async def a_frame_before_it(connection: Connection) -> bool:
    return speak.take(HOUSE, connection, said(), False)


async def a_task_at_work(connection: Connection) -> bool:
    connection.reading = False
    return speak.take(HOUSE, connection, said(), True)


async def an_end(connection: Connection) -> bool:
    connection.end(CloseCode.load_afresh)
    return speak.take(HOUSE, connection, said(), True)


async def a_peer_that_reads_nothing(connection: Connection) -> bool:
    connection._buffered = lambda: 1_000_000
    return speak.take(HOUSE, connection, said(), True)


async def another_form(connection: Connection) -> bool:
    return speak.take(HOUSE, connection, said().replace(b":", b": ", 1), True)


async def a_mistake(connection: Connection) -> bool:
    return speak.take(HOUSE, connection, said(colour="blue", body=""), True)


async def no_json(connection: Connection) -> bool:
    return speak.take(HOUSE, connection, said()[:-1], True)


async def no_text(connection: Connection) -> bool:
    return speak.take(HOUSE, connection, said().replace(b"here", b"\xed\xa0\x80"), True)


@pytest.mark.parametrize("left", [a_frame_before_it, a_task_at_work, an_end, a_peer_that_reads_nothing, another_form, a_mistake, no_json, no_text])
async def test_what_is_not_simply_that_is_left_for_the_sockets_task(left: Any, asked: list[tuple[Wish, Told]]) -> None:
    """Which answers it, waits or closes as it does with every frame: nothing was asked to be stored."""
    assert (False, []) == (await left(await idle()), asked)


@pytest.mark.parametrize("together", [True, False], ids=["in one write", "one by one"])
async def test_all_that_comes_at_once_is_carried_out_in_its_order(here: Here, together: bool) -> None:
    """Words in pieces, whole ones, questions and mistakes, however they arrive: answered in the order in which they were written (FAULTS 16)."""
    chat = await here.chat()
    raw = await signed_in(here, here.cast.member)
    pieces = said("in pieces", chat, ref="0")
    wanted: list[bytes] = [said("one", chat, ref="1"), b'{"type":"ping","ref":"2"}', said("", chat, ref="3"), said("two", chat, ref="4")]
    wanted += [b'{"type":"message.send","ref":"5"}', said("three", chat, ref="6"), said("four", chat, ref="7"), b'{"type":"ping","ref":"8"}']
    frames = [frame(1, pieces[:9], fin=False) + frame(0, pieces[9:]), *(frame(1, each) for each in wanted)]
    for each in [b"".join(frames)] if together else frames:
        await raw.send(each)
        await asyncio.sleep(0)
    answers = [json.loads((await raw.read_frame())[1]) for _ in frames]
    kinds = ["message.accepted", "message.accepted", "pong", "refused", "message.accepted", "refused", "message.accepted", "message.accepted", "pong"]
    assert [(kind, str(n)) for n, kind in enumerate(kinds)] == [(each["type"], each["ref"]) for each in answers]
    assert [4, 5, 6, 7, 8] == [each["seq"] for each in answers if "seq" in each]
    raw.close()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is asked to be stored meets a mistake of ours."""

    def breaks(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    with monkeypatch.context() as patch:
        patch.setattr(speak, "wish", breaks)
        yield


@pytest.mark.usefixtures("broken")
async def test_a_mistake_of_ours_is_owned_up_to_and_the_socket_lives(here: Here) -> None:
    """The person is told that it was not stored, and to try again; the next frame is read (FAULTS 61)."""
    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        with pytest.raises(Refused):
            await wren.ask({"type": "message.send", "conversation": chat, "client_id": new_id(), "body": "words"})
        assert "pong" == (await wren.ask({"type": "ping"}))["type"]
        assert ["unavailable"] == wren.refusals()


async def test_who_goes_while_their_words_are_being_stored_leaves_nothing_behind(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer comes when the socket has gone: nothing is written, nothing breaks, and the node serves on."""
    waiting: list[Told] = []
    monkeypatch.setattr(speak, "ask", lambda _, __, told: waiting.append(told))
    raw = await signed_in(here, here.cast.member)
    await raw.send(frame(1, said()))
    await until(lambda: bool(waiting))
    raw.close()
    await until(lambda: not here.node.roster.connections)
    waiting[0](Unavailable())
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        assert "pong" == (await wren.ask({"type": "ping"}))["type"]
