"""Reporting a message, and hearing back."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from beside.conversations.join import join
from beside.conversations.leave import leave
from beside.conversations.tables import Conversation
from beside.kit.context import command
from beside.kit.errors import BadInput, NotAllowed, NotFound, TooLarge
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.protocol import topics
from beside.protocol.requests import ReportMessage
from beside.protocol.shapes import Place
from tests.matching.line import people
from tests.moderation.desk import at_desk, claims, closes, item_of, make_group, opens, receipts_of, reports, room
from tests.rig.cast import Cast
from tests.rig.ear import Ear


async def test_a_report_gets_a_receipt_and_is_at_the_desk(house: House, cast: Cast) -> None:
    """The reporter has a receipt; the moderator sees what, about whom, where and since when, and none of anybody's words."""
    group = await make_group(house, cast)
    receipt = await reports(house, cast.outsider, group, reason="unkind", words="it hurt")
    assert ("received", "unkind", None, None) == (receipt.state, receipt.reason, receipt.outcome, receipt.words)
    (line,) = (await at_desk(house, cast.moderator)).reports
    assert (1, "unkind", cast.member.account, "Wren", "Evening group") == (
        line.reports,
        line.reason,
        line.about.account,
        line.about.pseudonym,
        line.conversation_title,
    )
    assert (None, False) == (line.claimed_by, line.claimed_by_me)


async def test_reporting_again_gives_the_same_receipt(house: House, cast: Cast) -> None:
    """A tapped-again button is one report, however many taps run at once."""
    group = await make_group(house, cast)
    told = await asyncio.gather(*(reports(house, cast.outsider, group) for _ in range(10)))
    assert {told[0].receipt} == {receipt.receipt for receipt in told}
    assert 1 == (await at_desk(house, cast.moderator)).reports[0].reports


async def test_reports_of_one_message_are_one_item(house: House, cast: Cast) -> None:
    """Ten people at once who report one message make one line of ten, under the most urgent reason; each has a receipt of their own."""
    group = await make_group(house, cast)
    crowd = await people(house, cast.hub, 8)
    async with command(house) as ctx:
        chat = await ctx.db.get(Conversation, group.conversation)
        assert chat is not None
        for who in crowd:
            await join(ctx, chat, who.account, Place.member)
    told = await asyncio.gather(
        reports(house, cast.outsider, group, reason="worried"), reports(house, cast.peer, group), *(reports(house, who, group) for who in crowd)
    )
    assert 10 == len({receipt.receipt for receipt in told})
    (line,) = (await at_desk(house, cast.moderator)).reports
    assert (10, "worried") == (line.reports, line.reason)


async def test_whoever_cannot_read_a_message_cannot_report_it(house: House, cast: Cast) -> None:
    """Not there and not theirs look the same: somebody outside, somebody of another hub, somebody who left, a place that is no message (FAULTS 76)."""
    group = await make_group(house, cast)
    async with command(house) as ctx:
        chat = await ctx.db.get(Conversation, group.conversation)
        assert chat is not None
        await leave(ctx, chat, cast.outsider.account)
    for who in (cast.clinician, cast.coordinator, cast.stranger, cast.outsider):
        with pytest.raises(NotFound):
            await reports(house, who, group)
    for seq in (0, 1, 999, 2**53 - 1):
        with pytest.raises(NotFound):
            await reports(house, cast.peer, group, seq=seq)
    assert [] == (await at_desk(house, cast.moderator)).reports


async def test_nobody_reports_their_own_words(house: House, cast: Cast) -> None:
    """There is nobody to judge."""
    group = await make_group(house, cast)
    with pytest.raises(NotAllowed):
        await reports(house, cast.member, group)


@pytest.mark.parametrize(("words", "refusal"), [("\0", BadInput), ("\ud800", BadInput), ("x" * 2001, TooLarge), ("\u200b", BadInput)])
async def test_words_that_cannot_be_carried_are_refused(house: House, cast: Cast, words: str, refusal: type[Exception]) -> None:
    """A typed refusal, and nothing at the desk."""
    group = await make_group(house, cast)
    with pytest.raises(refusal):
        await reports(house, cast.outsider, group, words=words)
    assert [] == (await at_desk(house, cast.moderator)).reports


@pytest.mark.parametrize("reason", ["unkind\n", "cruel", "", "UNKIND", None, 1])
def test_a_reason_we_do_not_know_is_refused(reason: object) -> None:
    """Also one that only looks like ours: it never gets past the wire."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"conversation": str(new_id()), "seq": 1, "reason": reason}, ReportMessage)


async def test_everybody_who_told_us_hears_back(house: House, cast: Cast) -> None:
    """Received, looked at, closed: with an outcome and a line, for each of them, and the screen is told to look."""
    group = await make_group(house, cast)
    await reports(house, cast.outsider, group)
    await reports(house, cast.peer, group)
    item = await item_of(house, cast.moderator)
    await opens(house, cast.moderator, item)
    assert "received" == (await receipts_of(house, cast.outsider))[0].state
    await claims(house, cast.moderator, item)
    assert "claimed" == (await receipts_of(house, cast.outsider))[0].state
    ear = Ear()
    await house.broker.subscribe(topics.account(cast.outsider.account), ear)
    assert "closed" == (await closes(house, cast.moderator, item, "talked", "We spoke with them. Thank you.")).state
    await asyncio.sleep(0)  # the bus delivers after the publisher
    assert [b'{"type":"moved","what":"reports"}'] == ear.payloads
    for who in (cast.outsider, cast.peer):
        (receipt,) = await receipts_of(house, who)
        assert ("closed", "talked", "We spoke with them. Thank you.") == (receipt.state, receipt.outcome, receipt.words)
    assert [] == (await at_desk(house, cast.moderator)).reports


async def test_a_message_reported_after_it_was_closed_is_a_new_item(house: House, cast: Cast) -> None:
    """Closing answers those who told us; it silences nobody else."""
    group = await make_group(house, cast)
    await reports(house, cast.outsider, group)
    first = await item_of(house, cast.moderator)
    await closes(house, cast.moderator, first)
    await reports(house, cast.peer, group)
    assert first != await item_of(house, cast.moderator)


async def test_receipts_are_ones_own(house: House, cast: Cast) -> None:
    """The person it is about, and everybody else, see nothing of who told us."""
    group = await make_group(house, cast)
    await reports(house, cast.outsider, group)
    for who in (cast.member, cast.peer, cast.moderator, cast.clinician, cast.coordinator, cast.stranger):
        assert [] == await receipts_of(house, who)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_words_of_a_report_are_never_in_the_database_in_clear(house: House, cast: Cast, tmp_path: Path) -> None:
    """What was reported, what the reporter added and what they were answered are sealed (FAULTS 115, these tables)."""
    group = await make_group(house, cast, "canary-message-1188")
    await reports(house, cast.outsider, group, words="canary-report-2207")
    item = await item_of(house, cast.moderator)
    assert ["canary-report-2207"] == (await opens(house, cast.moderator, item)).words
    await closes(house, cast.moderator, item, words="canary-answer-3301")
    files = b"".join(path.read_bytes() for path in tmp_path.glob("beside.db*"))  # two small files of this test
    assert b"reported_message" in files
    assert [False] * 3 == [canary in files for canary in (b"canary-message-1188", b"canary-report-2207", b"canary-answer-3301")]


async def test_a_report_does_not_change_the_conversation(house: House, cast: Cast) -> None:
    """Nothing in the group shows that somebody told us."""
    group = await make_group(house, cast)
    before = (await room(house, group)).last_seq
    await reports(house, cast.outsider, group)
    assert before == (await room(house, group)).last_seq
