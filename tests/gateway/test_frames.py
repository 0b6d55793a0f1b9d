"""Frames that no browser sends: each is answered, the node goes on, and nobody else notices."""

import asyncio
import json
import zlib

import pytest

from tests.gateway.conftest import Here
from tests.gateway.raw import RawSocket, frame, open_raw
from tests.rig.cast import Person
from tests.rig.client import Refused
from tests.rig.wait import until


async def signed_in(here: Here, who: Person) -> RawSocket:
    """A raw socket that has said hello."""
    async with here.client(who) as client:
        ticket = (await client.call("POST", "/api/tickets"))["ticket"]
    raw = await open_raw(here.url, who.token, origin=here.url)
    await raw.send(frame(1, json.dumps({"type": "hello", "ticket": ticket}).encode()))
    assert b'"welcome"' in (await raw.read_frame())[1]
    return raw


async def answer(raw: RawSocket, text: bytes) -> dict[str, object]:
    await raw.send(frame(1, text))
    found: dict[str, object] = json.loads((await raw.read_frame())[1])
    return found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"type":' + "[" * 2000, "bad_frame"),
        ("[" * 2000 + "]" * 2000, "bad_frame"),
        ('{"type":"received.confirm","count":' + "9" * 5000 + "}", "bad_frame"),
        ('{"type":"received.confirm","count":NaN}', "bad_frame"),
        ('{"type":"received.confirm","count":Infinity}', "bad_frame"),
        ('{"type":"received.confirm","count":1e999}', "bad_frame"),
        ('{"type":"ping","type":"ping"}', "bad_frame"),
        ('{"type":"ping","ref":"a","ref":"b"}', "bad_frame"),
        ('{"type":"nobody.knows"}', "bad_frame"),
        ('{"type":"ping","more":1}', "bad_frame"),
        ('{"type":"message.send"}', "bad_frame"),
        ("null", "bad_frame"),
        ("", "bad_frame"),
        ("{", "bad_frame"),
    ],
)
async def test_a_frame_that_is_not_ours_gets_a_typed_refusal(here: Here, text: str, code: str) -> None:
    """Whatever the text, the answer is a refusal with a code, and the socket lives (FAULTS 55, 56, 61)."""
    raw = await signed_in(here, here.cast.member)
    assert ("refused", code) == ((found := await answer(raw, text.encode()))["type"], found["code"])
    assert "pong" == (await answer(raw, b'{"type":"ping"}'))["type"]
    raw.close()


@pytest.mark.parametrize(("body", "code"), [("\\u0000", "bad_text"), ("\\ud800", "bad_text"), ("a\\udc00b", "bad_text"), ("   ", "empty"), ("", "empty")])
async def test_text_that_cannot_be_kept_is_refused_and_nothing_is_stored(here: Here, body: str, code: str) -> None:
    """NUL, lone surrogates and emptiness never reach the log (FAULTS 57)."""
    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.subscribe(chat)
        await wren.say_text(f'{{"type":"message.send","conversation":"{chat}","client_id":"0190a0c0-0000-7000-8000-000000000001","body":"{body}"}}')
        await until(lambda: wren.refusals() == [code])
        await wren.settle()
        assert [] == wren.bodies(chat)


async def test_a_binary_frame_is_refused_and_the_socket_lives(here: Here) -> None:
    """We speak text (FAULTS 61)."""
    raw = await signed_in(here, here.cast.member)
    await raw.send(frame(2, b"\x00\x01"))
    assert b"bad_frame" in (await raw.read_frame())[1]
    assert "pong" == (await answer(raw, b'{"type":"ping"}'))["type"]
    raw.close()


BOMB = zlib.compress(b"a" * 32 * 1024 * 1024)


@pytest.mark.parametrize(
    ("raw_bytes", "code"),
    [
        (frame(1, b'{"type":"ping"}', mask=False), 1002),
        (frame(1, b'{"type":"ping"}', reserved=4), 1002),
        (frame(1, b'{"type":"ping"}', reserved=1), 1002),
        (frame(3, b"x"), 1002),
        (frame(0xB, b"x"), 1002),
        (frame(9, b"x" * 126), 1002),
        (frame(9, b"x", fin=False), 1002),
        (frame(8, b"x"), 1002),
        (frame(8, (999).to_bytes(2, "big")), 1002),
        (frame(0, b"x"), 1002),
        (frame(1, b"{", fin=False) + frame(1, b"}"), 1002),
        (frame(1, b"\xff\xfe"), 1007),
        (frame(1, b"\xc0\xaf"), 1007),
        (frame(1, b"\xed\xa0\x80"), 1007),
        (frame(1, b" " * (16 * 1024 + 1)), 1009),
        (frame(1, b"", size=2**31), 1009),
        (frame(1, BOMB[:10_000], reserved=4), 1002),
        (frame(1, b" " * 9_000, fin=False) + frame(0, b" " * 9_000), 1009),
    ],
)
async def test_bytes_that_break_the_protocol_end_the_socket_with_its_own_code(here: Here, raw_bytes: bytes, code: int) -> None:
    """Unmasked, reserved, too large, not UTF-8: closed with the code the protocol has for it, and the node serves on (FAULTS 59, 60)."""
    raw = await signed_in(here, here.cast.member)
    await raw.send(raw_bytes)
    assert code == await raw.closed_with()
    raw.close()
    other = await signed_in(here, here.cast.peer)
    assert "pong" == (await answer(other, b'{"type":"ping"}'))["type"]
    other.close()


async def test_a_frame_in_pieces_of_one_byte_is_read(here: Here) -> None:
    """Fragments are put together, however small, and control frames may stand between them (FAULTS 59)."""
    raw = await signed_in(here, here.cast.member)
    text = b'{"type":"ping","ref":"small"}'
    await raw.send(frame(1, text[:1], fin=False) + frame(9, b"hello"))
    assert (10, b"hello") == await raw.read_frame()
    for byte in text[1:-1]:
        await raw.send(frame(0, bytes((byte,)), fin=False))
    await raw.send(frame(0, text[-1:]))
    assert {"type": "pong", "ref": "small"} == json.loads((await raw.read_frame())[1])
    raw.close()


async def test_ten_thousand_fragments_are_bounded(here: Here) -> None:
    """Empty or tiny fragments without end do not pile up: the message is too big before memory is (FAULTS 59)."""
    raw = await signed_in(here, here.cast.member)
    await raw.send(frame(1, b" ", fin=False) + frame(0, b"  ", fin=False) * 10_000)
    assert await raw.closed_with() in (1009, 1006)  # 1006: the close frame was overtaken by our own bytes
    raw.close()


async def test_twenty_mistakes_in_a_minute_end_the_socket(here: Here) -> None:
    """A broken client is told twenty times, then asked to rest (FAULTS 61)."""
    raw = await signed_in(here, here.cast.member)
    await raw.send(frame(1, b'{"type":"nonsense"}') * 25)
    assert 4029 == await raw.closed_with()
    raw.close()


async def test_a_command_before_hello_is_not_carried_out(here: Here) -> None:
    """Nothing is done for a socket that has not said hello (FAULTS 62)."""
    chat = await here.chat()
    raw = await open_raw(here.url, here.cast.member.token, origin=here.url)
    await raw.send(frame(1, json.dumps({"type": "subscribe", "conversation": str(chat)}).encode()))
    assert 4011 == await raw.closed_with()
    raw.close()


async def test_silence_after_connecting_ends_the_socket(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who says nothing is let go (FAULTS 62; the wait is shortened, the code is the same)."""
    monkeypatch.setattr("beside.gateway.endpoint.HELLO_S", 0.2)
    raw = await open_raw(here.url, here.cast.member.token, origin=here.url)
    assert 4011 == await raw.closed_with()
    raw.close()


@pytest.mark.parametrize("ticket", ["not-a-ticket-of-ours", "x" * 128])
async def test_a_ticket_that_is_not_ours_lets_nobody_in(here: Here, ticket: str) -> None:
    """A forged ticket is worth nothing."""
    raw = await open_raw(here.url, here.cast.member.token, origin=here.url)
    await raw.send(frame(1, json.dumps({"type": "hello", "ticket": ticket}).encode()))
    assert 4011 == await raw.closed_with()
    raw.close()


async def test_a_ticket_works_once_and_for_its_own_session_only(here: Here) -> None:
    """A ticket is no use to another person, and is spent by its use."""
    async with here.client(here.cast.member) as wren:
        ticket = (await wren.call("POST", "/api/tickets"))["ticket"]
    hello = frame(1, json.dumps({"type": "hello", "ticket": ticket}).encode())
    answers = []
    for who in (here.cast.peer, here.cast.member, here.cast.member):
        raw = await open_raw(here.url, who.token, origin=here.url)
        await raw.send(hello)
        answers.append((await raw.read_frame())[0])
        raw.close()
    assert [8, 1, 8] == answers  # closed, welcomed, closed


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", None, "PREFIX.evil.example", "UPPER"])
async def test_a_socket_from_another_site_is_denied_before_it_opens(here: Here, origin: str | None) -> None:
    """Only our exact origin may open a socket, cookie or not (FAULTS 67)."""
    if origin == "PREFIX.evil.example":
        origin = f"{here.url}.evil.example"
    elif origin == "UPPER":
        origin = here.url.replace("http", "HTTP")
    raw = await open_raw(here.url, here.cast.member.token, origin=origin)
    raw.close()
    assert 403 == raw.status


@pytest.mark.parametrize("token", [None, "", "x" * 43])
async def test_a_socket_without_a_session_is_denied_before_it_opens(here: Here, token: str | None) -> None:
    """No session, no socket."""
    raw = await open_raw(here.url, token, origin=here.url)
    assert 401 == raw.status
    raw.close()


async def test_the_sixth_socket_of_a_person_closes_their_oldest(here: Here) -> None:
    """Five at a time; the oldest goes with a code that says why, and the others stay (FAULTS 63)."""
    raws = [await signed_in(here, here.cast.member) for _ in range(6)]
    assert 4012 == await raws[0].closed_with()
    assert "pong" == (await answer(raws[1], b'{"type":"ping"}'))["type"]
    assert "pong" == (await answer(raws[5], b'{"type":"ping"}'))["type"]
    for raw in raws:
        raw.close()


async def _flood(raw: RawSocket) -> None:
    for _ in range(200):
        await raw.send(frame(9) * 10)
        await asyncio.sleep(0.001)


async def test_a_flood_of_pings_ends_the_one_who_floods(here: Here) -> None:
    """A ping flood costs the one who sends it their socket, and nobody else anything (FAULTS 63)."""
    flood, calm = await signed_in(here, here.cast.member), await signed_in(here, here.cast.peer)
    with pytest.raises(ConnectionError):
        await _flood(flood)
    assert "pong" == (await answer(calm, b'{"type":"ping"}'))["type"]
    for raw in (flood, calm):
        raw.close()


async def test_a_command_that_breaks_inside_is_told_honestly(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of ours does not end the socket: the page is told that it was not done."""
    chat = await here.chat()

    async def breaks(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    async with here.client(here.cast.member) as wren:
        await wren.connect()
        monkeypatch.setattr("beside.gateway.dispatch.mark_seen", breaks)
        with pytest.raises(Refused, match="unavailable"):
            await wren.ask({"type": "seen.mark", "conversation": chat, "seq": 1})
        assert "pong" == (await wren.ask({"type": "ping"}))["type"]
