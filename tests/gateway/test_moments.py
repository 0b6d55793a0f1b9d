"""Moments between two steps of a node, in each of which something else happens: nothing comes late, and nothing goes to whom it is not for.

The rounds of a node are put off for ever, so that what is found here is found without them.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from beside.accounts.sign_out import sign_out
from beside.conversations.join import join
from beside.conversations.leave import leave
from beside.conversations.log import Entry
from beside.conversations.tables import Conversation
from beside.gateway import roster
from beside.kit.batches import batches
from beside.kit.broker import GAP
from beside.kit.context import Context, command, glance
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.messages.send import send
from beside.protocol import topics
from beside.protocol.shapes import Log, Place
from tests.gateway.conftest import Here
from tests.gateway.test_large_rooms import Room
from tests.rig.wait import until

NEVER_S = 600.0


@pytest.fixture(autouse=True)
def without_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beside.gateway.heartbeat.POLL_S", NEVER_S)
    monkeypatch.setattr("beside.gateway.heartbeat.SESSIONS_S", NEVER_S)


async def say(here: Here, chat: UUID, words: str, log: Log = Log.public) -> None:
    async with command(here.house, here.cast.peer.actor) as ctx:
        await send(ctx, chat, new_id(), words, log=log)


async def test_a_line_committed_while_nothing_is_found_is_fanned_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look after a gap is on its way back with nothing when a line is stored here: it is read at once, and not at the next round (FAULTS 14)."""
    here, looked, go_on = Room(3), asyncio.Event(), asyncio.Event()
    whole = here.log._read

    async def slow(*asked: Any) -> Sequence[Entry]:
        found = await whole(*asked)
        looked.set()
        await go_on.wait()
        return found

    here.log._read = slow
    here.log.hear(1)
    await looked.wait()
    here.say()
    go_on.set()
    await until(lambda: [[1]] * 3 == [paper.events for paper in here.papers])
    assert here.log._pulling is None


async def test_a_line_committed_while_a_log_is_opened_is_fanned_out(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at where a log ends and its being served here, a line is stored (FAULTS 10)."""
    chat, looked, go_on = await here.chat(), asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def slow(house: House) -> AsyncIterator[Context]:
        async with glance(house) as ctx:
            yield ctx
        looked.set()
        await go_on.wait()

    monkeypatch.setattr(roster, "glance", slow)
    opening = asyncio.create_task(here.node.roster.live(chat, Log.public))
    await looked.wait()
    await say(here, chat, "just now")
    go_on.set()
    live = await opening
    behind = live.last_seq
    await until(lambda: live.last_seq == behind + 1)
    assert {} == here.node.roster._opening


async def test_having_left_long_ago_does_not_end_what_came_after(here: Here) -> None:
    """Somebody left, came back and follows anew before this node has read that they had left; leaving once more ends it (FAULTS 75)."""
    group = await here.group(here.cast.member, here.cast.peer)
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.subscribe(group)
        gone, stands = here.node.roster._gone(group), here.node.roster.logs[group, Log.public].last_seq
        gone(here.cast.member.account, stands)
        await say(here, group, "welcome back")
        await until(lambda: wren.bodies(group) == ["welcome back"])
        gone(here.cast.member.account, stands + 2)
        await say(here, group, "not for them")
        await wren.ask({"type": "ping"})
        assert ["welcome back"] == wren.bodies(group)


async def test_staff_hear_nothing_of_each_other_after_they_left(here: Here) -> None:
    """This node has not read yet that a moderator left, and reads a note for staff first: it is not for them any more (FAULTS 28, 75)."""
    chat, read = await here.chat(), asyncio.Event()
    async with command(here.house) as ctx:
        await join(ctx, await ctx.db.get_one(Conversation, chat), here.cast.moderator.account, Place.moderator)
    async with here.client(here.cast.moderator) as rowan, here.client(here.cast.peer) as alder:
        for person in (rowan, alder):
            await person.connect()
            await person.subscribe(chat)
            await person.subscribe(chat, "staff")
        await say(here, chat, "a note", Log.staff)
        await until(lambda: rowan.bodies(chat, "staff") == alder.bodies(chat, "staff") == ["a note"])
        here.house.grew_here.clear()  # as on a node that did not store it: it reads what it hears of

        async def late(*_: object) -> Sequence[Entry]:
            await read.wait()
            return ()

        here.node.roster.logs[chat, Log.public]._read = late
        async with command(here.house) as ctx:
            await leave(ctx, await ctx.db.get_one(Conversation, chat), here.cast.moderator.account)
        await say(here, chat, "of somebody who left", Log.staff)
        await until(lambda: len(alder.bodies(chat, "staff")) == 2)
        await rowan.ask({"type": "ping"})
        assert ["a note"] == rowan.bodies(chat, "staff")
        read.set()


async def test_after_a_gap_one_look_finds_what_was_missed(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bus was away, and every log of the node may be longer: they are asked for together, and only the one that is longer is read (FAULTS 41)."""
    chats = [await here.group(here.cast.member, here.cast.peer) for _ in range(12)]
    reads: list[UUID] = []
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        for chat in chats:
            await wren.subscribe(chat)
        for chat in chats:
            live = here.node.roster.logs[chat, Log.public]
            whole = live._read

            async def counted(conversation: UUID, *rest: Any) -> Sequence[Entry]:
                reads.append(conversation)
                return await whole(conversation, *rest)  # noqa: B023  # one function reads them all

            live._read = counted
        with monkeypatch.context() as deaf:
            deaf.setattr(here.house, "grew_here", [])
            deaf.setattr(here.node.roster, "_reaches", lambda key, seq: None)
            await say(here, chats[7], "said meanwhile")
            await wren.ask({"type": "ping"})
        assert [] == wren.bodies(chats[7])
        for chat in chats:
            here.node.roster._hear(topics.conversation(chat), GAP)
        await until(lambda: wren.bodies(chats[7]) == ["said meanwhile"])
        assert {chats[7]} == set(reads)


async def test_a_gap_has_pages_look_afresh_one_after_the_other(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may have missed a change is told, each at a moment of their own, for they all ask the database then (FAULTS 33, 41)."""
    soon: list[float] = []

    def drawn(_: float, high: float) -> float:
        soon.append(high)
        return 0.05

    monkeypatch.setattr("beside.gateway.roster.random.uniform", drawn)
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        here.node.roster._hear(topics.account(here.cast.member.account), GAP)
        await until(lambda: any(signal["type"] == "changed" for signal in wren.signals))
        assert [roster.AFRESH_S] == soon


async def test_a_session_that_ended_is_looked_at_and_no_other(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signing out closes one's own sockets at once, and asks the database for nobody else (FAULTS 72)."""
    asked: list[UUID] = []

    def noted(things: Iterable[UUID]) -> list[list[UUID]]:
        asked.extend(found := list(things))
        return batches(found)

    monkeypatch.setattr("beside.gateway.check_sessions.batches", noted)
    async with here.client(here.cast.member) as wren, here.client(here.cast.peer) as alder:
        for person in (wren, alder):
            await person.connect()
        async with command(here.house, here.cast.member.actor) as ctx:
            await sign_out(ctx)
        await until(lambda: wren.closed is not None)
        assert ({here.cast.member.actor.session}, None) == (set(asked), alder.closed)
