"""A frozen corpus of raw bytes, sent to our node and to the `websockets` project's own server: both must say the same of each."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from beside.accounts.cookies import NAME
from beside.protocol.shapes import FRAME_BYTES
from tests.gateway.conftest import Here
from tests.gateway.raw import RawSocket, frame, open_raw
from tests.rig.client import ScriptedClient

PING = b'{"type":"ping"}'
PONG, BAD_FRAME = '{"type":"pong"}', '{"type":"refused","code":"bad_frame"}'


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    expected: list[str]
    raw: bytes


def read_corpus() -> list[Case]:
    """What `frames.txt` says, line by line."""
    lines = [line.split(" | ") for line in Path(__file__).with_name("frames.txt").read_text().splitlines() if not line.startswith("#")]
    return [Case(name, expected.split(), b"".join(_piece(each) for each in pieces.split())) for name, expected, pieces in lines]


def _piece(text: str) -> bytes:
    said, _, times = text.partition("*")
    return bytes.fromhex(said) * int(times or 1)


async def outcome(raw: RawSocket, case: Case) -> list[str]:
    """What is said in answer, in order, up to the code it is closed with; of a socket that should live, that it does: a last ping is answered."""
    sending = asyncio.create_task(_send(raw, case))
    heard: list[str] = []
    lives = not case.expected[-1].isdigit()
    while not (heard and (heard[-1].isdigit() or (lives and len(heard) == len(case.expected) + 1))):
        heard.append(_word(*await raw.read_frame()))
    await sending
    raw.close()
    return heard[:-1] if lives and heard[-1] == "pong" else heard


async def _send(raw: RawSocket, case: Case) -> None:
    with suppress(ConnectionError):  # it may be closed before the last byte is written
        await raw.send(case.raw + (b"" if case.expected[-1].isdigit() else frame(1, PING)))


def _word(opcode: int, payload: bytes) -> str:
    if opcode == 1:
        said = json.loads(payload)
        return str(said.get("code") or said["type"])
    if opcode == 8:
        return str(int.from_bytes(payload[:2], "big")) if payload else "1005"
    return "1006" if opcode == -1 else f"control{opcode}:{payload.hex()}"


async def said_hello(here: Here, client: ScriptedClient) -> RawSocket:
    """One more raw socket of this person's, ready for anything."""
    ticket = (await client.call("POST", "/api/tickets"))["ticket"]
    raw = await open_raw(here.url, client.token, origin=here.url)
    await raw.send(frame(1, json.dumps({"type": "hello", "ticket": ticket}).encode()))
    assert "welcome" == _word(*await raw.read_frame())
    return raw


@pytest.fixture
async def theirs() -> AsyncIterator[str]:
    """The address of a server of the `websockets` project that answers a ping as we do."""

    async def answer(socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async for said in socket:
                await socket.send(PONG if said == PING.decode() else BAD_FRAME)

    async with serve(answer, "127.0.0.1", 0, compression=None, max_size=FRAME_BYTES) as server:
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


def differing(found: dict[str, list[str]]) -> dict[str, tuple[list[str], list[str]]]:
    return {case.name: (case.expected, found[case.name]) for case in read_corpus() if case.expected != found[case.name]}


async def test_each_of_the_corpus_has_the_outcome_that_stands_beside_it(here: Here) -> None:
    """A hundred ways to get a frame right or wrong: each is answered or closed as written down, and afterwards the node serves on (FAULTS 59, 60, 61)."""
    async with here.client(here.cast.member) as wren:
        found = {case.name: await outcome(await said_hello(here, wren), case) for case in read_corpus()}
    assert 60 <= len(found)
    assert {} == differing(found)
    async with here.client(here.cast.peer) as alder:
        await alder.connect()
        assert "pong" == (await alder.ask({"type": "ping"}))["type"]


async def test_another_server_says_the_same_of_each(theirs: str) -> None:
    """The `websockets` project's server, as a second opinion: what we expect is what the protocol says and no habit of ours (FAULTS 59, 60)."""
    found = {case.name: await outcome(await open_raw(theirs, None, path="/"), case) for case in read_corpus()}
    assert {} == differing(found)


async def test_a_client_of_another_project_gets_along_with_us(here: Here) -> None:
    """`websockets`' own client: offers compression and goes without, sends in fragments, pings, and closes cleanly (FAULTS 59, 60)."""
    async with here.client(here.cast.member) as wren:
        ticket = (await wren.call("POST", "/api/tickets"))["ticket"]
    cookie = {"cookie": f"{NAME}={here.cast.member.token}"}
    address = here.url.replace("http", "ws") + "/ws"
    async with connect(address, origin=Origin(here.url), additional_headers=cookie, compression="deflate", proxy=None) as socket:
        await socket.send(["{", '"type":"hello",', f'"ticket":"{ticket}"', "}"])
        assert "welcome" == json.loads(await socket.recv())["type"]
        assert [] == socket.protocol.extensions
        await (await socket.ping(b"are you there"))
        await socket.send(letter for letter in PING.decode())
        assert "pong" == json.loads(await socket.recv())["type"]
    assert (1000, 1000) == (socket.close_code, socket.protocol.close_rcvd.code if socket.protocol.close_rcvd else None)
