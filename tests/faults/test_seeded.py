"""Mistakes put in on purpose, one at a time: the instruments that the other tests trust must notice each of them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import pytest

from beside.accounts.sign_out import sign_out
from beside.conversations.tables import Conversation
from beside.gateway.connection import Connection
from beside.gateway.room import LiveLog
from beside.kit.context import Actor, Context, command, command_on
from beside.kit.ids import new_id
from beside.kit.lane import Lane
from beside.messages.send import Asked, Wish, send, store, tell, wish
from beside.messages.together import Committer
from beside.protocol.shapes import Log
from tests.gateway.conftest import Here
from tests.gateway.raw import open_raw
from tests.rig.oracle import complaints
from tests.rig.wait import until


async def _say(here: Here, chat: UUID, words: str) -> None:
    async with command(here.house, here.cast.peer.actor) as ctx:
        await send(ctx, chat, new_id(), words)


async def test_a_cursor_that_is_not_looked_at_is_noticed(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the merge of catching up and going live switched off, lines arrive doubled or not at all, and the oracle or the client says so (FAULTS 129)."""

    def blind(self: LiveLog, entries: object) -> None:
        for follow in self.follows:
            follow.live = True  # live before it caught up
        real(self, entries)  # type: ignore[arg-type]  # as it came

    real = LiveLog.committed
    chat = await here.chat()
    for n in range(5):
        await _say(here, chat, f"before {n}")
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        monkeypatch.setattr(LiveLog, "committed", blind)
        monkeypatch.setattr("beside.gateway.roster.catch_up", _never)
        await wren.subscribe(chat)
        await _say(here, chat, "during")
        await wren.ask({"type": "ping"})
        assert [] != await complaints(here.house, [wren])


async def _never(*_: object) -> None:
    """A socket that never catches up."""


async def test_a_signal_outside_the_transaction_is_noticed(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event shown before its commit, which is then rolled back, is called foreign by the oracle (FAULTS 129)."""

    def at_once(self: Context, conversation: UUID, log_name: str, event: object) -> None:
        for grew in self.house.grew_here:
            grew(conversation, log_name, [event])

    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.subscribe(chat)
        await until(lambda: len(wren.shown(chat)) == 3)
        await asyncio.sleep(0)
        monkeypatch.setattr(Context, "grew", at_once)
        with pytest.raises(ZeroDivisionError):
            await _say_and_break(here, chat)
        await until(lambda: len(wren.shown(chat)) == 4)
        assert any("not in the log" in complaint for complaint in await complaints(here.house, [wren]))


async def _say_and_break(here: Here, chat: UUID) -> None:
    async with command(here.house, here.cast.peer.actor) as ctx:
        await ctx.db.get_one(Conversation, chat)
        await send(ctx, chat, new_id(), "never committed")
        raise ZeroDivisionError


async def test_a_word_given_before_the_commit_is_noticed(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """A send that is acknowledged inside its transaction, which then breaks, is called not stored by the oracle (FAULTS 129)."""

    async def too_early(self: Committer, lane: Lane, batch: Sequence[Asked]) -> None:
        with suppress(ZeroDivisionError):
            async with command_on(lane, here.house) as ctx:
                for asked, answer in zip(batch, await store(ctx, [asked.wish for asked in batch]), strict=True):
                    tell(asked, answer)
                raise ZeroDivisionError

    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.subscribe(chat)
        await wren.send(chat, "kept")
        await until(lambda: wren.bodies(chat) == ["kept"])
        assert [] == await complaints(here.house, [wren])
        monkeypatch.setattr(Committer, "_commit", too_early)
        lost = await wren.send(chat, "given and not kept")
        assert [f"acknowledged as {lost.seq}, stored as []"] == await complaints(here.house, [wren])


async def test_a_repeated_send_that_is_taken_for_a_new_one_is_noticed(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the number of the message forgotten on the way, the same words stand there twice, and not under the number that was acknowledged (FAULTS 129)."""

    def forgets(actor: Actor, conversation: UUID, client_id: UUID, body: str, log_name: Log) -> Wish:
        return wish(actor, conversation, new_id(), body, log_name)

    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.subscribe(chat)
        monkeypatch.setattr("beside.messages.together.wish", forgets)
        said = await wren.send(chat, "twice")
        await wren.send(chat, "twice", client_id=said.client_id)
        await until(lambda: wren.bodies(chat) == ["twice", "twice"])
        assert f"acknowledged as {said.seq}, stored as []" in await complaints(here.house, [wren])


async def test_an_origin_that_nobody_checks_is_noticed(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the check off a foreign page gets a socket: what the test of origins looks at is the check itself (FAULTS 129)."""
    foreign = f"{here.url}.evil.example"
    refused = await open_raw(here.url, here.cast.member.token, origin=foreign)
    monkeypatch.setattr("beside.gateway.endpoint.is_our_socket", lambda headers, origins: True)
    opened = await open_raw(here.url, here.cast.member.token, origin=foreign)
    assert (403, 101) == (refused.status, opened.status)
    for raw in (refused, opened):
        raw.close()


async def test_a_revocation_that_reaches_nobody_is_noticed(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """With closing switched off the socket of somebody signed out stays: what the tests of revocation wait for is the close itself (FAULTS 129)."""
    monkeypatch.setattr(Connection, "end", lambda self, code, reason="": None)
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        async with command(here.house, here.cast.member.actor) as ctx:
            await sign_out(ctx)
        with pytest.raises(TimeoutError):
            await until(lambda: wren.closed is not None, 1.0)
        monkeypatch.undo()
        here.node.roster.revoked.set()
        await until(lambda: wren.closed is not None)


async def test_a_left_follower_who_is_still_told_is_noticed(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where leaving does not end the following, the oracle says that something was shown that was not for them (FAULTS 129)."""
    group = await here.group(here.cast.member, here.cast.peer, here.cast.outsider)
    async with here.client(here.cast.outsider) as finch:
        await finch.connect()
        await finch.subscribe(group)
        await until(lambda: len(finch.shown(group)) == 3)
        monkeypatch.setattr(here.node.roster.logs[next(iter(here.node.roster.logs))], "_gone", lambda account: None)
        await finch.call("POST", f"/api/conversations/{group}/leave")
        await _say(here, group, "not for them")
        await until(lambda: len(finch.shown(group)) == 5)
        assert any("not for them" in complaint for complaint in await complaints(here.house, [finch]))
