"""What a page without sockets may say: every command there is, carried out as on a socket."""

import asyncio

import pytest

from beside.gateway import lists
from beside.kit.ids import new_id
from beside.presence.connected import here as connected_to
from beside.protocol.commands import AnyCommand
from beside.protocol.shapes import Log
from tests.gateway.conftest import Here
from tests.gateway.test_exchange import breathe, following, say
from tests.rig.wait import until

EVERY = {str(kind.__struct_config__.tag) for kind in AnyCommand.__args__}


async def test_every_command_of_a_socket_can_be_said(there: Here) -> None:
    """Each there is but `hello`, in whose place the request stands: carried out for those at the other end, and answered as on a socket (FAULTS 21)."""
    chat = await there.chat()
    message = {"type": "message.send", "conversation": chat, "client_id": new_id(), "body": "no sockets here", "ref": "m"}
    ping, seen = {"type": "ping", "ref": "p"}, {"type": "seen.mark", "conversation": chat, "seq": 4}
    typing, confirm = {"type": "typing.start", "conversation": chat}, {"type": "received.confirm", "count": 16}
    unsubscribe = {"type": "unsubscribe", "conversation": chat}
    assert EVERY - {"hello"} == {str(each["type"]) for each in (message, ping, following(chat), typing, seen, confirm, unsubscribe)}
    async with there.client(there.cast.member) as wren, there.client(there.cast.peer) as rowan:
        await rowan.connect()
        await rowan.subscribe(chat)
        (accepted,) = await breathe(wren, message)
        assert ("message.accepted", "m", 4) == (accepted["type"], accepted["ref"], accepted["seq"])
        again, pong = await breathe(wren, message, ping)
        assert (accepted, "pong") == (again, pong["type"])
        await breathe(wren, following(chat, 4), typing, seen)
        await until(lambda: {"typing.started", "seen.moved"} <= {each["type"] for each in rowan.signals})
        assert ["no sockets here"] == rowan.bodies(chat)
        assert ["pong"] == [each["type"] for each in await breathe(wren, confirm, ping)]  # the cursors tell what has come: it is heard, and changes nothing
        assert ["refused", "pong"] == [each["type"] for each in await breathe(wren, {"type": "hello", "ticket": "-" * 16}, ping)]


async def test_what_is_not_followed_any_more_is_not_heard(there: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `unsubscribe` the breath hears nothing of that conversation, and whoever said it counts as gone from its page (FAULTS 21)."""
    monkeypatch.setattr(lists, "GATHER_S", 600.0)  # a list's news would end the wait
    member, peer = there.cast.member, there.cast.peer
    chat, room = await there.chat(), await there.group(member, peer)
    async with there.client(member) as wren:
        await breathe(wren, following(chat, 3))
        assert member.account in await connected_to(there.house, chat)
        waiting = asyncio.create_task(breathe(wren, following(chat, 3), {"type": "unsubscribe", "conversation": chat}, following(room, 2), wait=True))
        await until(lambda: any((room, Log.public) in each.follows for each in there.node.roster.of_account(member.account)))
        await say(there, peer, chat, "to nobody's page")
        await say(there, peer, room, "to all of you")
        assert ["to all of you"] == [each["body"] for each in await waiting if each["type"] == "message.posted"]
        assert member.account not in await connected_to(there.house, chat)
