"""A socket that has gone is gone from memory too, by itself: it does not wait for a collection, which stops everybody for as long as it takes."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop
from websockets.server import ServerProtocol

from beside.foundation import build, standing
from beside.gateway.connection import Connection
from beside.gateway.http import HttpProtocol
from beside.gateway.wire import WireProtocol
from beside.kit.context import command
from beside.kit.ids import new_id
from beside.messages.send import send
from beside.protocol.codes import CloseCode
from beside.protocol.shapes import FRAME_BYTES
from tests.gateway.conftest import Here, serving, settings_for
from tests.gateway.raw import frame
from tests.rig.cast import make_cast
from tests.rig.client import ScriptedClient
from tests.rig.wait import until

KINDS = (Connection, HttpProtocol, ServerProtocol, WireProtocol)

Leave = Callable[[Here, ScriptedClient], Awaitable[None]]


async def by_a_close_frame(_: Here, client: ScriptedClient) -> None:
    await client.close()


async def without_a_word(_: Here, client: ScriptedClient) -> None:
    assert client._socket
    client._socket.transport.abort()


async def sent_away(here: Here, _: ScriptedClient) -> None:
    here.node.roster.of_account(here.cast.member.account)[0].end(CloseCode.signed_out)


async def by_a_frame_that_is_none(_: Here, client: ScriptedClient) -> None:
    assert client._socket
    client._socket.transport.write(frame(3, b"x"))


async def by_a_frame_that_is_too_large(_: Here, client: ScriptedClient) -> None:
    assert client._socket
    client._socket.transport.write(frame(1, b" ", fin=False) + frame(0, b" ", fin=False) * FRAME_BYTES)


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("leave", [by_a_close_frame, without_a_word, sent_away, by_a_frame_that_is_none, by_a_frame_that_is_too_large])
def test_what_belonged_to_a_socket_goes_with_it(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loop: Callable[[], asyncio.AbstractEventLoop], leave: Leave
) -> None:
    """However it ended, after it followed a conversation, was written to, and confirmed: with the collector switched off."""
    monkeypatch.setattr("beside.gateway.wire.LINGER_S", 0.1)
    gc.collect()
    gc.disable()
    gc.freeze()  # what other tests keep is not looked at
    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            connected, left = runner.run(_come_and_go(sqlite_url, tmp_path, leave))
    finally:
        gc.unfreeze()
        gc.enable()
    assert left == connected


async def _come_and_go(sqlite_url: str, folder: Path, leave: Leave) -> tuple[list[str], list[str]]:
    """What is connected afterwards, and what is in memory: the kinds of both."""
    settings = settings_for(folder, sqlite_url)
    async with standing(build(settings)) as house:
        cast = await make_cast(house)
    async with serving(settings) as (node, server):
        here = Here(node, server, cast, settings.require_public_url())
        chat = await here.chat()
        async with here.client(cast.member) as client:
            await client.connect()
            await client.subscribe(chat)
            async with command(node.house, cast.peer.actor) as ctx:
                await send(ctx, chat, new_id(), "I am here.")
            await until(lambda: client.bodies(chat) == ["I am here."])
            await client.say({"type": "received.confirm", "count": 1})
            await client.ask({"type": "ping"})
            assert {"Connection", "ServerProtocol", "WireProtocol"} < set(_kinds_here())
            await leave(here, client)
            await until(lambda: not node.roster.connections)
            for _ in range(100):
                connected = sorted(type(each).__name__ for each in server.server_state.connections)
                if _kinds_here() == connected:
                    break
                await asyncio.sleep(0.02)
            return connected, _kinds_here()


def _kinds_here() -> list[str]:
    return sorted(type(each).__name__ for each in gc.get_objects() if type(each) in KINDS)
