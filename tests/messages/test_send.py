"""Saying something, and saying it again."""

import asyncio
from uuid import uuid4

import pytest
from sqlmodel import col, select
from structlog.testing import capture_logs

from beside.conversations.close import close
from beside.conversations.leave import leave
from beside.conversations.open import open_one_to_one
from beside.conversations.tables import Conversation, Event
from beside.kit.context import command, query
from beside.kit.errors import BadInput, Conflict, NotFound, TooLarge
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.messages.send import send
from beside.protocol.conversation_snapshots import Accepted
from beside.protocol.shapes import Log
from tests.rig.cast import Cast, Person


async def talk(house: House, cast: Cast) -> Conversation:
    async with command(house) as ctx:
        return await open_one_to_one(ctx, cast.hub, cast.member.account, cast.peer.account)


async def say(house: House, who: Person, conversation: Conversation, words: str = "hello", client_id: object = None, log: Log = Log.public) -> Accepted:
    async with command(house, who.actor) as ctx:
        return await send(ctx, conversation.id, client_id or new_id(), words, log)  # type: ignore[arg-type]  # tests pass any id


async def seqs(house: House, conversation: Conversation, log: Log = Log.public) -> list[int]:
    async with query(house) as ctx:
        return list((await ctx.db.exec(select(Event.seq).where(Event.conversation_id == conversation.id, Event.log == log).order_by(col(Event.seq)))).all())


async def test_the_same_message_sent_twice_is_stored_once(house: House, cast: Cast) -> None:
    """A repeated send gets the first answer again, and one row (FAULTS 1)."""
    chat = await talk(house, cast)
    client_id = new_id()
    first = await say(house, cast.member, chat, "I'm here", client_id)
    assert first == await say(house, cast.member, chat, "I'm here", client_id)
    assert [1, 2, 3, 4] == await seqs(house, chat)


async def test_a_hundred_retries_at_once_make_one_row(house: House, cast: Cast) -> None:
    """However many retries run at once, one row and a hundred identical answers (FAULTS 2)."""
    chat = await talk(house, cast)
    client_id = new_id()
    answers = await asyncio.gather(*(say(house, cast.member, chat, "again", client_id) for _ in range(100)))
    assert {answers[0].seq} == {answer.seq for answer in answers}
    assert 4 == len(await seqs(house, chat))


async def test_other_words_under_the_same_number_are_refused(house: House, cast: Cast) -> None:
    """The first words are kept, the second are told of the conflict, and the log says whose and where, and neither of the words (FAULTS 3)."""
    chat = await talk(house, cast)
    client_id = new_id()
    first = await say(house, cast.member, chat, "first", client_id)
    with capture_logs() as written, pytest.raises(Conflict) as refused:
        await say(house, cast.member, chat, "second", client_id)
    assert "client_id_conflict" == refused.value.code
    ids = {"account": str(cast.member.account), "conversation": str(chat.id)}
    assert [{"event": "message.number_used_twice", "log_level": "warning"} | ids] == written
    assert first == await say(house, cast.member, chat, "first", client_id)


async def test_the_same_number_from_somebody_else_or_elsewhere_is_another_message(house: House, cast: Cast) -> None:
    """A client_id belongs to its author and conversation (FAULTS 4)."""
    here, there = await talk(house, cast), await talk(house, cast)
    client_id = new_id()
    answers = [
        await say(house, cast.member, here, "mine", client_id),
        await say(house, cast.peer, here, "theirs", client_id),
        await say(house, cast.member, there, "elsewhere", client_id),
    ]
    assert [4, 5, 4] == [answer.seq for answer in answers]


async def test_fifty_senders_at_once_get_a_dense_log(house: House, cast: Cast) -> None:
    """Concurrent senders in one conversation leave neither hole nor double (FAULTS 16)."""
    chat = await talk(house, cast)
    people = [cast.member, cast.peer] * 25
    answers = await asyncio.gather(*(say(house, who, chat, f"line {n}") for n, who in enumerate(people)))
    assert list(range(4, 54)) == sorted(answer.seq for answer in answers)
    assert list(range(1, 54)) == await seqs(house, chat)


async def test_who_is_not_in_the_conversation_cannot_write_in_it(house: House, cast: Cast) -> None:
    """Outsiders, strangers and staff of the same hub are told that it is not there."""
    chat = await talk(house, cast)
    for who in (cast.outsider, cast.stranger, cast.moderator, cast.clinician, cast.coordinator):
        with pytest.raises(NotFound):
            await say(house, who, chat)


async def test_nothing_can_be_said_after_leaving_or_closing(house: House, cast: Cast) -> None:
    """Who has left is refused, and a closed conversation takes no more words."""
    chat = await talk(house, cast)
    async with command(house, cast.peer.actor) as ctx:
        await close(ctx, await ctx.db.get_one(Conversation, chat.id), cast.peer.account)
    with pytest.raises(Conflict):
        await say(house, cast.member, chat)
    other = await talk(house, cast)
    async with command(house, cast.member.actor) as ctx:
        await leave(ctx, await ctx.db.get_one(Conversation, other.id), cast.member.account)
    with pytest.raises(NotFound):
        await say(house, cast.member, other)


async def test_staff_notes_leave_no_hole_in_what_the_member_sees(house: House, cast: Cast) -> None:
    """The staff log counts for itself, and a member cannot write to it (FAULTS 28)."""
    chat = await talk(house, cast)
    await say(house, cast.member, chat, "one")
    await say(house, cast.peer, chat, "a note", log=Log.staff)
    await say(house, cast.member, chat, "two")
    assert [1, 2, 3, 4, 5] == await seqs(house, chat)
    assert [1] == await seqs(house, chat, Log.staff)
    with pytest.raises(NotFound):
        await say(house, cast.member, chat, "not theirs", log=Log.staff)


@pytest.mark.parametrize(
    ("words", "refusal"),
    [("", BadInput), ("  \n ", BadInput), ("\u200b\u200d", BadInput), ("a\0b", BadInput), ("x" * 4001, TooLarge), ("e\u0301" * 4001, TooLarge)],
)
async def test_words_that_cannot_be_carried_are_refused_whole(house: House, cast: Cast, words: str, refusal: type[Exception]) -> None:
    """Nothing is stored of a text that is empty, too long after NFC, or holds what cannot be kept (FAULTS 57, 58)."""
    chat = await talk(house, cast)
    with pytest.raises(refusal):
        await say(house, cast.member, chat, words)
    assert 3 == len(await seqs(house, chat))


async def test_length_is_counted_after_composing(house: House, cast: Cast) -> None:
    """Four thousand characters written as two code points each are four thousand characters (FAULTS 58)."""
    chat = await talk(house, cast)
    assert 4 == (await say(house, cast.member, chat, "e\u0301" * 4000)).seq


async def test_an_unknown_conversation_is_not_found(house: House, cast: Cast) -> None:
    """A conversation that never was is answered like one that is not theirs."""
    async with command(house, cast.member.actor) as ctx:
        with pytest.raises(NotFound):
            await send(ctx, uuid4(), new_id(), "hello")
