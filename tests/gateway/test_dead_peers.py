"""A peer that is there no more, with nobody to say so: the node finds out by itself and forgets it."""

import ctypes
import json
import socket
import struct
from contextlib import suppress

import pytest

from beside.gateway.wire import USER_TIMEOUT_MS
from beside.kit.context import command
from beside.kit.ids import new_id
from beside.messages.send import send
from tests.gateway.conftest import Here
from tests.gateway.raw import RawSocket, frame
from tests.gateway.test_frames import signed_in
from tests.rig.kernel import sockets_at
from tests.rig.wait import until

DEAD_S = 40  # FAULTS 19: a server lets go of a dead peer within so long
FREED_MS = 35_000  # FAULTS 30: and the kernel of one that acknowledges nothing
PING = 9
SHORT_MS = 1_000
BEFORE_A_PING_S = 15.0  # the first ping is due after 20 s: whoever is gone by now was not found by it
SO_ATTACH_FILTER = 26
DROP_ALL = struct.pack("HBBI", 0x06, 0, 0, 0)  # one instruction of the classic packet filter: return 0, keep nothing of it


async def opcodes(raw: RawSocket) -> list[int]:
    """Read everything to the end, and answer nothing."""
    found = []
    with suppress(TimeoutError):
        while (opcode := (await raw.read_frame())[0]) != -1:
            found.append(opcode)
    return found


async def test_who_reads_but_answers_no_ping_is_let_go(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that sends nothing, not even a pong, is forgotten; one that answers stays (FAULTS 19; the configured times are checked, and then shortened)."""
    interval, patience = here.server.config.ws_ping_interval, here.server.config.ws_ping_timeout
    assert interval
    assert patience
    assert interval + patience <= DEAD_S
    monkeypatch.setattr(here.server.config, "ws_ping_interval", 0.5)
    monkeypatch.setattr(here.server.config, "ws_ping_timeout", 1.0)
    async with here.client(here.cast.peer) as alder:
        await alder.connect()
        mute = await signed_in(here, here.cast.member)
        assert 2 == len(here.node.roster.connections)
        assert PING in await opcodes(mute)
        await until(lambda: not here.node.roster.of_account(here.cast.member.account), what="the node forgets it")
        assert "pong" == (await alder.ask({"type": "ping"}))["type"]
        assert 1 == len(here.node.roster.of_account(here.cast.peer.account))
    mute.close()


async def test_the_kernel_lets_go_of_who_acknowledges_nothing(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """After one event to a machine that went off the network, its socket is gone, from the kernel too (FAULTS 30; the time is checked, and then shortened)."""
    assert USER_TIMEOUT_MS <= FREED_MS
    monkeypatch.setattr("beside.gateway.wire.USER_TIMEOUT_MS", SHORT_MS)
    chat = await here.chat()
    raw = await signed_in(here, here.cast.member)
    await raw.send(frame(1, json.dumps({"type": "subscribe", "conversation": str(chat)}).encode()))
    await until(lambda: any(follow.live for log in here.node.roster.logs.values() for follow in log.follows), what="it is live")
    await until(lambda: sockets_at(here.node.settings.port)["established"] == 1, what="nothing else is open")
    program = ctypes.create_string_buffer(DROP_ALL)
    raw.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program)))
    async with command(here.house, here.cast.peer.actor) as ctx:
        await send(ctx, chat, new_id(), "are you there?")
    await until(lambda: not here.node.roster.connections, BEFORE_A_PING_S, "the node forgets it")
    await until(lambda: sockets_at(here.node.settings.port)["established"] == 0, what="the kernel lets go of it")
    assert {} == here.node.roster.logs
    raw.close()
