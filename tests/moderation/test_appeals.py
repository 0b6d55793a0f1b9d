"""Asking somebody else to look, and deciding."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from beside.accounts.suspensions import suspended_until
from beside.conversations.access import absence_of
from beside.kit.context import command, query
from beside.kit.errors import BadInput, Conflict, NotAllowed, NotFound
from beside.kit.house import House
from beside.moderation.appeals import open_appeal
from beside.protocol.report_snapshots import AppealOpened
from tests.moderation.desk import (
    Group,
    acts_of,
    appeals,
    at_desk,
    decides,
    hides,
    item_of,
    ledger,
    make_group,
    opens,
    reports,
    restores,
    steps_out,
    suspends,
)
from tests.rig.cast import Cast, Person


async def hidden(house: House, cast: Cast) -> tuple[Group, UUID, UUID]:
    """The group, the report, and the act about the member: hidden by the cast's moderator."""
    group = await make_group(house, cast)
    await reports(house, cast.outsider, group)
    item = await item_of(house, cast.moderator)
    await hides(house, cast.moderator, item)
    return group, item, (await acts_of(house, cast.member))[0].act


async def appealed(house: House, cast: Cast, second: Person) -> UUID:
    return (await at_desk(house, second)).appeals[0].appeal


async def opens_appeal(house: House, who: Person, appeal: UUID) -> AppealOpened:
    async with command(house, who.actor) as ctx:
        return await open_appeal(ctx, appeal)


async def test_an_appeal_goes_to_somebody_else(house: House, cast: Cast) -> None:
    """Another moderator and a coordinator have it at their desk; who acted, and everybody else, do not."""
    group, _, act = await hidden(house, cast)
    assert "asked" == (await appeals(house, cast.member, act)).appeal_state
    assert [1, 1, 0, 0] == [len((await at_desk(house, who)).appeals) for who in (group.second, cast.coordinator, cast.moderator, cast.peer)]


async def test_only_the_person_it_is_about_may_appeal(house: House, cast: Cast) -> None:
    """An act about somebody else does not exist for anybody (FAULTS 76)."""
    _, _, act = await hidden(house, cast)
    for who in (cast.outsider, cast.peer, cast.moderator, cast.clinician, cast.coordinator, cast.stranger):
        with pytest.raises(NotFound):
            await appeals(house, who, act)
        assert [] == await acts_of(house, who)


async def test_asking_again_keeps_the_first_words(house: House, cast: Cast) -> None:
    """One act, one appeal, however many taps run at once."""
    group, _, act = await hidden(house, cast)
    await asyncio.gather(*(appeals(house, cast.member, act, "the first words") for _ in range(5)))
    await appeals(house, cast.member, act, "other words")
    assert 1 == len((await at_desk(house, group.second)).appeals)
    assert "the first words" == (await opens_appeal(house, group.second, await appealed(house, cast, group.second))).words


async def test_whoever_decides_sees_what_was_said_and_why_it_was_hidden(house: House, cast: Cast) -> None:
    """The words, the act, the hidden message, who acted; and that it was read is in the ledger first."""
    group, _, act = await hidden(house, cast)
    await appeals(house, cast.member, act, "I was quoting a song")
    seen = await opens_appeal(house, group.second, await appealed(house, cast, group.second))
    expected = ("I was quoting a song", "you should all be ashamed", "Rowan", cast.member.account, "It hurts people here.")
    assert expected == (seen.words, seen.hidden_body, seen.acted_by, seen.about.account, seen.act.reason)
    assert 1 == len(await ledger(house, "appeal:words:read"))


async def test_who_must_not_decide(house: House, cast: Cast) -> None:
    """Not who acted, not who reported it, not who it is about, nobody without the right, nobody of another hub."""
    group = await make_group(house, cast)
    await reports(house, group_moderator := cast.moderator, group)
    item = await item_of(house, group.second)
    await hides(house, group.second, item)
    act = (await acts_of(house, cast.member))[0].act
    await appeals(house, cast.member, act)
    appeal = await appealed(house, cast, cast.coordinator)
    assert [] == (await at_desk(house, group_moderator)).appeals
    for who in (group.second, group_moderator, cast.member, cast.outsider, cast.peer, cast.clinician, cast.stranger):
        with pytest.raises((NotAllowed, NotFound)):
            await opens_appeal(house, who, appeal)
        with pytest.raises((NotAllowed, NotFound)):
            await decides(house, who, appeal, upheld=False)
    assert "asked" == (await acts_of(house, cast.member))[0].appeal_state
    assert "undone" == (await decides(house, cast.coordinator, appeal, upheld=False)).act.appeal_state


async def test_an_act_that_stands_stands_with_an_answer(house: House, cast: Cast) -> None:
    """The person reads the answer; nothing is undone."""
    group, item, act = await hidden(house, cast)
    await appeals(house, cast.member, act)
    await decides(house, group.second, await appealed(house, cast, group.second), upheld=True, words="I see why it was hidden.")
    (mine,) = await acts_of(house, cast.member)
    assert ("upheld", "I see why it was hidden.", False) == (mine.appeal_state, mine.appeal_words, mine.undone)
    assert (await opens(house, cast.moderator, item)).hidden
    assert [] == (await at_desk(house, group.second)).appeals


async def test_an_act_that_does_not_stand_is_undone_whatever_it_was(house: House, cast: Cast) -> None:
    """A hidden message is shown again, a break ends, a suspension ends; each in the transaction that decides it."""
    group, item, _ = await hidden(house, cast)
    await steps_out(house, cast.moderator, item)
    await suspends(house, cast.moderator, cast.member.account)
    for act in await acts_of(house, cast.member):
        await appeals(house, cast.member, act.act)
        await decides(house, group.second, await appealed(house, cast, group.second), upheld=False)
    assert [("suspend", True), ("step_out", True), ("hide", True)] == [(act.kind, act.undone) for act in await acts_of(house, cast.member)]
    assert not (await opens(house, cast.moderator, item)).hidden
    async with query(house) as ctx:
        assert await absence_of(ctx, group.conversation, cast.member.account) is None
        assert await suspended_until(ctx, cast.member.account) is None
    assert 3 == len(await ledger(house, "act:appeal:decided"))


async def test_of_two_who_decide_at_once_one_has_decided(house: House, cast: Cast) -> None:
    """The other is told that it has been done already."""
    group, _, act = await hidden(house, cast)
    await appeals(house, cast.member, act)
    appeal = await appealed(house, cast, group.second)
    told = await asyncio.gather(
        decides(house, group.second, appeal, upheld=False), decides(house, cast.coordinator, appeal, upheld=True), return_exceptions=True
    )
    (refused,) = [answer for answer in told if isinstance(answer, Conflict)]
    assert "already_done" == refused.code
    assert 1 == len(await ledger(house, "act:appeal:decided"))


async def test_undoing_by_hand_and_by_appeal_at_once_is_done_once(house: House, cast: Cast) -> None:
    """A moderator shows the message again while somebody else decides: no deadlock, one restoring."""
    group, item, act = await hidden(house, cast)
    await appeals(house, cast.member, act)
    appeal = await appealed(house, cast, group.second)
    told = await asyncio.gather(decides(house, group.second, appeal, upheld=False), restores(house, cast.moderator, item), return_exceptions=True)
    assert {AppealOpened} <= {type(answer) for answer in told}
    assert 1 == len(await ledger(house, "report:message:restored"))
    assert not (await opens(house, cast.moderator, item)).hidden


async def test_what_is_undone_already_needs_no_appeal(house: House, cast: Cast) -> None:
    """The person is told that it has been done."""
    _, item, act = await hidden(house, cast)
    await restores(house, cast.moderator, item)
    with pytest.raises(Conflict):
        await appeals(house, cast.member, act)


@pytest.mark.parametrize("words", ["\0", "\u200b\u200d", "   "])
async def test_an_appeal_and_an_answer_need_words(house: House, cast: Cast, words: str) -> None:
    """Nothing is decided without a word that the person can read."""
    group, _, act = await hidden(house, cast)
    with pytest.raises(BadInput):
        await appeals(house, cast.member, act, words)
    await appeals(house, cast.member, act)
    with pytest.raises(BadInput):
        await decides(house, group.second, await appealed(house, cast, group.second), upheld=True, words=words)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_reasons_and_appeals_are_never_in_the_database_in_clear(house: House, cast: Cast, tmp_path: Path) -> None:
    """Why it was done, what the person says and what they are answered are sealed (FAULTS 115, these tables)."""
    group = await make_group(house, cast)
    await reports(house, cast.outsider, group)
    await hides(house, cast.moderator, await item_of(house, cast.moderator), "canary-reason-4471")
    (act,) = await acts_of(house, cast.member)
    await appeals(house, cast.member, act.act, "canary-appeal-8852")
    await decides(house, group.second, await appealed(house, cast, group.second), upheld=True, words="canary-answer-6013")
    await suspends(house, cast.moderator, cast.outsider.account, reason="canary-suspend-9924")
    files = b"".join(path.read_bytes() for path in tmp_path.glob("beside.db*"))  # two small files of this test
    canaries = (b"canary-reason-4471", b"canary-appeal-8852", b"canary-answer-6013", b"canary-suspend-9924")
    assert b"appeal" in files
    assert [False] * 4 == [canary in files for canary in canaries]
