"""Mistakes put in on purpose, one at a time: the oracle, which the other tests trust, must notice each of them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import pytest

from beside.conversations.tables import Conversation
from beside.kit.context import Actor, Context, command, command_on
from beside.kit.ids import new_id
from beside.kit.lane import Lane
from beside.messages.send import Asked, Wish, send, store, tell, wish
from beside.messages.together import Committer
from beside.protocol.shapes import Log
from tests.gateway.conftest import Here
from tests.rig.oracle import complaints
from tests.rig.wait import until


async def _say(here: Here, chat: UUID, words: str) -> None:
    async with command(here.house, here.cast.peer.actor) as ctx:
        await send(ctx, chat, new_id(), words)


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
        monkeypatch.setattr("beside.gateway.speak.wish", forgets)
        said = await wren.send(chat, "twice")
        await wren.send(chat, "twice", client_id=said.client_id)
        await until(lambda: wren.bodies(chat) == ["twice", "twice"])
        assert f"acknowledged as {said.seq}, stored as []" in await complaints(here.house, [wren])


async def test_a_left_follower_who_is_still_told_is_noticed(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where leaving does not end the following, the oracle says that something was shown that was not for them (FAULTS 129)."""
    group = await here.group(here.cast.member, here.cast.peer, here.cast.outsider)
    async with here.client(here.cast.outsider) as finch:
        await finch.connect()
        await finch.subscribe(group)
        await until(lambda: len(finch.shown(group)) == 3)
        monkeypatch.setattr(here.node.roster.logs[next(iter(here.node.roster.logs))], "_gone", lambda account, left_seq: None)
        await finch.call("POST", f"/api/conversations/{group}/leave")
        await _say(here, group, "not for them")
        await until(lambda: len(finch.shown(group)) == 5)
        assert any("not for them" in complaint for complaint in await complaints(here.house, [finch]))
