"""Sends that share a commit: each stands or falls alone, and nobody waits for company."""

import asyncio

import pytest
from limits import parse
from sqlmodel import select

from beside.accounts.actors import actor_for_token
from beside.accounts.sessions import end_session, start_session
from beside.conversations.tables import Conversation
from beside.kit.context import command
from beside.kit.crypto import Keyring
from beside.kit.errors import BesideError, Conflict, NotFound, NotSignedIn, SlowDown, Unavailable
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.messages.send import wish
from beside.messages.together import ask, say
from beside.protocol.conversation_snapshots import Accepted
from tests.messages.test_send import seqs, talk
from tests.rig.cast import Cast


@pytest.fixture
def unhurried(house: House) -> None:
    """Nobody here writes too quickly."""
    house.limiter._named = house.limiter._named | {"message": parse("1000/second")}


@pytest.mark.usefixtures("unhurried")
async def test_many_at_once_are_stored_in_order_and_densely(house: House, cast: Cast) -> None:
    """Three hundred sends at the same time in three conversations: each log is dense, and in the order in which they were asked (FAULTS 16)."""
    chats = [await talk(house, cast) for _ in range(3)]
    wishes = [say(house, cast.member.actor, chat.id, new_id(), f"line {n}") for n in range(100) for chat in chats]
    answers = await asyncio.gather(*wishes)
    for number, chat in enumerate(chats):
        assert list(range(4, 104)) == [answer.seq for answer in answers[number::3]]
        assert list(range(1, 104)) == await seqs(house, chat)


async def test_a_refusal_is_nothing_to_the_others(house: House, cast: Cast) -> None:
    """Among sends that share a commit, those that may not be are refused, and the others are stored."""
    chat = await talk(house, cast)
    people = [cast.member, cast.stranger, cast.peer, cast.outsider, cast.member]
    answers = await asyncio.gather(*(say(house, who.actor, chat.id, new_id(), "hello") for who in people), return_exceptions=True)
    assert [Accepted, NotFound, Accepted, NotFound, Accepted] == [type(answer) for answer in answers]
    assert [1, 2, 3, 4, 5, 6] == await seqs(house, chat)


@pytest.mark.usefixtures("unhurried")
async def test_a_retry_in_the_same_commit_is_one_message(house: House, cast: Cast) -> None:
    """The same number twice in one batch is one row and one answer (FAULTS 2)."""
    chat, client_id = await talk(house, cast), new_id()
    answers = await asyncio.gather(*(say(house, cast.member.actor, chat.id, client_id, "once") for _ in range(20)))
    assert {4} == {answer.seq for answer in answers}
    assert 4 == len(await seqs(house, chat))


async def test_one_that_breaks_does_not_take_the_others_along(house: House, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a batch breaks inside, each is tried alone: the one at fault is told so, and the others are stored."""
    chat = await talk(house, cast)
    whole = Keyring.seal

    def breaks(self: Keyring, key: object, text: str, place: str) -> bytes:
        if text == "poison":
            raise RuntimeError("a mistake of ours")
        return whole(self, key, text, place)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(Keyring, "seal", breaks)
    words = ["one", "poison", "two"]
    answers = await asyncio.gather(*(say(house, cast.member.actor, chat.id, new_id(), text) for text in words), return_exceptions=True)
    assert [False, True, False] == [isinstance(answer, BesideError) for answer in answers]
    assert [1, 2, 3, 4, 5] == await seqs(house, chat)


async def test_nothing_is_accepted_from_a_session_that_has_ended(house: House, cast: Cast) -> None:
    """From the commit that ends a session on, what it sends is refused, whatever its socket believes (FAULTS 71)."""
    chat = await talk(house, cast)
    async with command(house) as ctx:
        await end_session(ctx, cast.member.account, cast.member.actor.session, "signed_out")
    with pytest.raises(NotSignedIn):
        await say(house, cast.member.actor, chat.id, new_id(), "too late")
    assert 3 == len(await seqs(house, chat))


async def test_one_session_that_has_ended_says_nothing_about_another(house: House, cast: Cast) -> None:
    """Two sessions of one person in the same commit: what the ended one sends is refused, what the other sends is stored (FAULTS 72)."""
    chat = await talk(house, cast)
    async with command(house) as ctx:
        token = await start_session(ctx, cast.member.account)
        other = await actor_for_token(ctx, token)
        await end_session(ctx, cast.member.account, cast.member.actor.session, "signed_out")
    assert other
    actors = [cast.member.actor, other.actor, cast.member.actor, other.actor]
    answers = await asyncio.gather(*(say(house, actor, chat.id, new_id(), "hello") for actor in actors), return_exceptions=True)
    assert [NotSignedIn, Accepted] * 2 == [type(answer) for answer in answers]


async def test_who_gave_up_waiting_finds_their_message_stored_once(house: House, cast: Cast) -> None:
    """A caller that goes away while its commit is under way loses nothing: the retry gets the first answer."""
    chat, client_id = await talk(house, cast), new_id()
    gone = asyncio.create_task(say(house, cast.member.actor, chat.id, client_id, "still here"))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert 4 == (await say(house, cast.member.actor, chat.id, client_id, "still here")).seq
    assert 4 == len(await seqs(house, chat))
    async with command(house) as ctx:
        assert 4 == (await ctx.db.get_one(Conversation, chat.id)).last_seq


async def test_only_new_words_count_against_the_limit(house: House, cast: Cast) -> None:
    """A client that repeats itself as it was told, or is refused, can still say ten new things; the eleventh waits."""
    chat, client_id = await talk(house, cast), new_id()
    first = await say(house, cast.member.actor, chat.id, client_id, "one")
    assert [first] * 15 == [await say(house, cast.member.actor, chat.id, client_id, "one") for _ in range(15)]
    for _ in range(15):
        with pytest.raises(Conflict):
            await say(house, cast.member.actor, chat.id, client_id, "other words")
    for _ in range(9):
        await say(house, cast.member.actor, chat.id, new_id(), "more")
    with pytest.raises(SlowDown) as refused:
        await say(house, cast.member.actor, chat.id, new_id(), "too many")
    assert "slow_down" == refused.value.code


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_conversation_held_by_somebody_else_holds_up_nobody_elsewhere(house: House, cast: Cast) -> None:
    """While a stranger holds one conversation, what is said in others is stored; what is said in that one is stored when it is free (FAULTS 49)."""
    held, free = await talk(house, cast), await talk(house, cast)
    async with command(house) as ctx:
        await ctx.db.exec(select(Conversation).where(Conversation.id == held.id).with_for_update())
        waiting = [asyncio.create_task(say(house, cast.member.actor, held.id, new_id(), f"held {n}")) for n in range(2)]
        for n in range(3):
            assert 4 + n == (await say(house, cast.member.actor, free.id, new_id(), f"free {n}")).seq
        waiting.append(asyncio.create_task(say(house, cast.peer.actor, held.id, new_id(), "held too")))
        await asyncio.sleep(0)
        assert [False] * 3 == [task.done() for task in waiting]
    assert [4, 5, 6] == sorted(answer.seq for answer in await asyncio.gather(*waiting))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_conversation_held_for_long_is_told_to_those_in_it(house: House, cast: Cast) -> None:
    """Who speaks there is asked to come back, nothing of it is stored, and later it is (FAULTS 49)."""
    held = await talk(house, cast)
    async with command(house) as ctx:
        await ctx.db.exec(select(Conversation).where(Conversation.id == held.id).with_for_update())
        with pytest.raises(Unavailable):
            await say(house, cast.member.actor, held.id, new_id(), "not yet")
    assert 4 == (await say(house, cast.member.actor, held.id, new_id(), "now")).seq


async def test_who_cannot_be_told_is_nothing_to_the_others(house: House, cast: Cast) -> None:
    """Where the answer meets a mistake of ours, those who share the commit have theirs, and the next commit comes."""
    chat = await talk(house, cast)

    def breaks(_: object) -> None:
        raise RuntimeError("a mistake of ours")

    ask(house, wish(cast.member.actor, chat.id, new_id(), "one"), breaks)
    assert [5, 6] == [answer.seq for answer in [await say(house, cast.member.actor, chat.id, new_id(), words) for words in ("two", "three")]]
