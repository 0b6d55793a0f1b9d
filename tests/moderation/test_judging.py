"""Opening, claiming, hiding, restoring, stepping out, closing: each act with its row, its entry in the log and its line in the ledger."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from beside.audit.tables import AuditEntry
from beside.audit.verify import verify
from beside.conversations.access import require_participant
from beside.conversations.join import join
from beside.conversations.leave import leave
from beside.conversations.tables import Conversation
from beside.kit.clock import SetClock
from beside.kit.context import command, query
from beside.kit.errors import BadInput, Conflict, NotAllowed, NotFound
from beside.kit.house import House
from beside.kit.jobs import run_due
from beside.messages.edit import edit
from beside.messages.history import after, shown
from beside.protocol.events import MessageEdited, MessagePosted, ParticipantLeft
from beside.protocol.report_snapshots import ReportOpened
from beside.protocol.shapes import Log, Place, Role
from beside.reactions import REACTIONS, WORK
from tests.matching.line import asks, is_ready, place
from tests.moderation.desk import (
    Group,
    acts_of,
    at_desk,
    claims,
    closes,
    hides,
    item_of,
    ledger,
    make_group,
    opens,
    reports,
    restores,
    room,
    say,
    steps_out,
)
from tests.rig.cast import Cast, Person, make_person
from tests.rig.house import MORNING


async def message_for(house: House, group: Group, viewer: Person) -> MessagePosted:
    async with query(house, viewer.actor) as ctx:
        chat = await room(house, group)
        (event,) = await shown(ctx, chat, await after(ctx, chat, Log.public, group.seq - 1, limit=1), viewer.account)
    assert isinstance(event, MessagePosted)
    return event


async def reported(house: House, cast: Cast) -> tuple[Group, UUID]:
    group = await make_group(house, cast)
    await reports(house, cast.outsider, group, words="please look")
    return group, await item_of(house, cast.moderator)


async def test_opening_shows_five_before_and_five_after_and_is_written_down(house: House, cast: Cast) -> None:
    """The context stands around the message; the reader, the report and the place are in the ledger (FAULTS 122)."""
    group, item = await reported(house, cast)
    seen = await opens(house, cast.moderator, item)
    assert [group.seq + n for n in range(-5, 6)] == [event.seq for event in seen.events]
    assert (["unkind"], ["please look"], cast.member.account, group.seq) == (seen.reasons, seen.words, seen.about.account, seen.target_seq)
    assert (None, False, True, "open") == (seen.claimed_by, seen.hidden, seen.can_step_out, seen.state)
    assert [{"report": str(item), "conversation": str(group.conversation), "seq": group.seq}] == await ledger(house, "report:context:read")


async def test_editing_what_was_reported_hides_nothing(house: House, cast: Cast) -> None:
    """Five messages stand on either side however many came and went between; what it said first and what it says now are both there."""
    group, item = await reported(house, cast)
    async with command(house, cast.member.actor) as ctx:
        await edit(ctx, group.conversation, group.seq, "you are all lovely")
    async with command(house) as ctx:
        chat = await ctx.db.get(Conversation, group.conversation)
        assert chat is not None
        for _ in range(6):
            await leave(ctx, chat, cast.peer.account)
            await join(ctx, chat, cast.peer.account, Place.lead)
    for n in range(3):
        await say(house, cast.outsider, group.conversation, f"much later {n}")
    last = await say(house, cast.member, group.conversation, "and one more from me")
    await reports(house, cast.outsider, group, seq=last)
    seen = (await opens(house, cast.moderator, item)).events
    said = [(event.seq, event.body) for event in seen if isinstance(event, MessagePosted | MessageEdited)]
    assert (group.seq, "you should all be ashamed") in said
    assert "you are all lovely" == said[-1][1]
    latest = next(line.report for line in (await at_desk(house, cast.moderator)).reports if line.report != item)
    before = [event for event in (await opens(house, cast.moderator, latest)).events if isinstance(event, MessagePosted)]
    assert 6 == len(before)


async def test_what_cannot_be_written_down_cannot_be_read(house: House, cast: Cast) -> None:
    """With the ledger out of order no word leaves (FAULTS 122)."""
    _, item = await reported(house, cast)
    async with house.database.write() as db:
        await db.exec(text(f"ALTER TABLE {AuditEntry.__tablename__} RENAME TO elsewhere"))  # type: ignore[call-overload]  # plain SQL
        await db.commit()
    with pytest.raises(Exception, match=r"(?i)unavailable|no such table|does not exist|OperationalError|ProgrammingError"):
        await opens(house, cast.moderator, item)


async def test_only_moderators_of_the_hub_see_reports(house: House, cast: Cast) -> None:
    """Members, peers, clinicians and coordinators may not; another hub's moderator does not find it (FAULTS 76)."""
    _, item = await reported(house, cast)
    async with command(house) as ctx:
        far = await make_person(ctx, cast.other_hub, "Heron", Role.moderator)
    for act in (opens, claims, hides, restores, steps_out, closes):
        for who in (cast.member, cast.outsider, cast.peer, cast.clinician, cast.coordinator, cast.stranger):
            with pytest.raises(NotAllowed):
                await act(house, who, item)
        with pytest.raises(NotFound):
            await act(house, far, item)
    assert [] == (await at_desk(house, far)).reports
    assert [] == (await at_desk(house, cast.coordinator)).reports
    assert [] == (await at_desk(house, cast.peer)).reports


async def test_nobody_judges_a_report_about_themselves(house: House, cast: Cast) -> None:
    """A moderator's own message, reported, is at every other moderator's desk and not at theirs."""
    group = await make_group(house, cast)
    seq = await say(house, cast.moderator, group.conversation, "I was short with you all")
    await reports(house, cast.outsider, group, seq=seq)
    assert [] == (await at_desk(house, cast.moderator)).reports
    item = await item_of(house, group.second)
    for act in (opens, claims, hides, restores, steps_out, closes):
        with pytest.raises(NotFound):
            await act(house, cast.moderator, item)
    assert (await opens(house, group.second, item)).about.account == cast.moderator.account


async def test_of_two_who_claim_at_once_one_has_it_and_the_other_is_told_who(house: House, cast: Cast) -> None:
    """Claiming is decided by the row; the other is refused, and opening says whose it is (FAULTS 107)."""
    group, item = await reported(house, cast)
    both = [cast.moderator, group.second]
    told = await asyncio.gather(*(claims(house, who, item) for who in both), return_exceptions=True)
    (won,) = [n for n, answer in enumerate(told) if isinstance(answer, ReportOpened)]
    refused = told[1 - won]
    assert isinstance(refused, Conflict)
    assert "already_taken" == refused.code
    seen = await opens(house, both[1 - won], item)
    assert (both[won].name, False) == (seen.claimed_by, seen.claimed_by_me)
    assert both[won].name == (await at_desk(house, both[1 - won])).reports[0].claimed_by


async def test_a_claim_is_kept_by_renewing_it_and_free_a_minute_after(house: House, cast: Cast) -> None:
    """Somebody who walked away does not hold up the desk; somebody who stays keeps it."""
    group, item = await reported(house, cast)
    assert isinstance(house.clock, SetClock)
    await claims(house, cast.moderator, item)
    for _ in range(3):
        house.clock.forward(timedelta(seconds=50))
        assert (await claims(house, cast.moderator, item)).claimed_by_me
        with pytest.raises(Conflict):
            await claims(house, group.second, item)
    house.clock.forward(timedelta(seconds=61))
    assert (await claims(house, group.second, item)).claimed_by_me
    assert 2 == len(await ledger(house, "report:item:claimed"))


@pytest.mark.parametrize("act", [hides, steps_out, closes], ids=["hide", "step out", "close"])
async def test_nobody_acts_on_what_somebody_else_has(house: House, cast: Cast, act: object) -> None:
    """Two people never act on one report at once."""
    group, item = await reported(house, cast)
    await claims(house, group.second, item)
    with pytest.raises(Conflict):
        await act(house, cast.moderator, item)  # type: ignore[operator]  # a verb of the desk
    assert [] == await acts_of(house, cast.member)


async def test_hiding_hides_everywhere_and_tells_the_author_why(house: House, cast: Cast) -> None:
    """Others see that it is hidden and not why; the author reads their own words and why, also among their acts; the ledger has it, without a word."""
    group, item = await reported(house, cast)
    assert (await hides(house, cast.moderator, item, "It hurts people here.")).hidden
    others, author = [await message_for(house, group, who) for who in (cast.outsider, cast.member)]
    assert (None, None) == (others.body, others.hidden and others.hidden.reason)
    assert ("you should all be ashamed", "It hurts people here.") == (author.body, author.hidden and author.hidden.reason)
    (act,) = await acts_of(house, cast.member)
    assert ("hide", "It hurts people here.", MORNING, None, False, None) == (act.kind, act.reason, act.at, act.until, act.undone, act.appeal_state)
    assert ("Evening group", group.conversation) == (act.conversation_title, act.conversation)
    (entry,) = await ledger(house, "report:message:hidden")
    assert {"report", "act", "account", "conversation", "seq"} == set(entry)


async def test_hiding_twice_is_one_act(house: House, cast: Cast) -> None:
    """Two taps at once make one act and one entry in the log."""
    group, item = await reported(house, cast)
    before = (await room(house, group)).last_seq
    await asyncio.gather(*(hides(house, cast.moderator, item) for _ in range(4)))
    assert before + 1 == (await room(house, group)).last_seq
    assert 1 == len(await acts_of(house, cast.member))


async def test_a_hidden_message_can_be_shown_again_also_after_closing(house: House, cast: Cast) -> None:
    """Undoing brings the words back, and stays on record as undone."""
    group, item = await reported(house, cast)
    await hides(house, cast.moderator, item)
    await closes(house, cast.moderator, item)
    assert not (await restores(house, group.second, item)).hidden
    assert "you should all be ashamed" == (await message_for(house, group, cast.outsider)).body
    assert [True] == [act.undone for act in await acts_of(house, cast.member)]
    assert 1 == len(await ledger(house, "report:message:restored"))
    with pytest.raises(Conflict):
        await restores(house, cast.moderator, item)


async def test_an_act_needs_a_reason_with_words_in_it(house: House, cast: Cast) -> None:
    """Nothing is done about anybody without a reason that they can read."""
    group, item = await reported(house, cast)
    for reason in ("   ", "\u200b", "\0"):
        with pytest.raises(BadInput):
            await hides(house, cast.moderator, item, reason)
    assert (await message_for(house, group, cast.outsider)).hidden is None
    assert (None, []) == ((await opens(house, cast.moderator, item)).claimed_by, await acts_of(house, cast.member))


async def test_stepping_out_keeps_the_author_out_until_then(house: House, cast: Cast) -> None:
    """They leave at once, hear nothing more, cannot come back in before the time, and read why and until when."""
    group, item = await reported(house, cast)
    await steps_out(house, cast.moderator, item, minutes=60)
    async with query(house, cast.member.actor) as ctx:
        with pytest.raises(NotAllowed) as told:
            await require_participant(ctx, group.conversation)
    assert "stepped_out" == told.value.code
    chat = await room(house, group)
    async with query(house, cast.outsider.actor) as ctx:
        last = (await shown(ctx, chat, await after(ctx, chat, Log.public, chat.last_seq - 1), cast.outsider.account))[-1]
    assert isinstance(last, ParticipantLeft)
    assert ("stepped_out", cast.member.account) == (last.reason, last.who.account)
    (act,) = await acts_of(house, cast.member)
    assert ("step_out", MORNING + timedelta(minutes=60), "A pause for everybody.") == (act.kind, act.until, act.reason)
    with pytest.raises(Conflict):
        await steps_out(house, cast.moderator, item)


async def test_whoever_is_stepped_out_is_first_in_line_for_a_one_to_one(house: House, cast: Cast) -> None:
    """Offered in the same click: they stand before who waited, and a ready peer is with them; the act leads there (no one is sent out alone)."""
    house.reactions = REACTIONS
    _, item = await reported(house, cast)
    await asks(house, cast.outsider)
    await steps_out(house, cast.moderator, item)
    await run_due(house, WORK)
    assert [1, 2] == [(await place(house, who)).place for who in (cast.member, cast.outsider)]
    met = await is_ready(house, cast.peer)
    assert met.conversation == (await place(house, cast.member)).conversation
    await run_due(house, WORK)
    assert [met.conversation] == [act.offered_conversation for act in await acts_of(house, cast.member)]


async def test_the_one_to_one_opens_at_once_where_a_peer_is_ready(house: House, cast: Cast) -> None:
    """Nobody has to press anything else."""
    house.reactions = REACTIONS
    _, item = await reported(house, cast)
    await is_ready(house, cast.peer)
    await steps_out(house, cast.moderator, item)
    await run_due(house, WORK)
    assert (await place(house, cast.member)).conversation is not None


async def test_an_offer_that_was_not_made_puts_nobody_in_line(house: House, cast: Cast) -> None:
    """The moderator may leave it out."""
    house.reactions = REACTIONS
    _, item = await reported(house, cast)
    await steps_out(house, cast.moderator, item, offer=False)
    await run_due(house, WORK)
    assert not (await place(house, cast.member)).waiting


async def test_a_closed_report_takes_no_more_acts(house: House, cast: Cast) -> None:
    """Whoever told us has heard what came of it: a new act needs a new reason to look."""
    group, item = await reported(house, cast)
    await closes(house, cast.moderator, item)
    for act in (claims, hides, steps_out, closes):
        with pytest.raises(Conflict) as told:
            await act(house, group.second, item)
        assert "already_done" == told.value.code


async def test_acts_at_once_leave_one_unforked_ledger(house: House, cast: Cast) -> None:
    """Hiding, reporting, claiming and opening at the same time never deadlock, and the chain holds."""
    group, item = await reported(house, cast)
    await asyncio.gather(
        hides(house, cast.moderator, item), opens(house, group.second, item), reports(house, cast.peer, group), opens(house, cast.moderator, item),
        say(house, cast.outsider, group.conversation, "still here"),
    )  # fmt: skip
    async with query(house) as ctx:
        assert await verify(ctx, cast.hub) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_one_to_one_has_no_stepping_out(house: House, cast: Cast) -> None:
    """There is no group to pause from; the desk does not offer it, and the verb refuses."""
    await asks(house, cast.member)
    chat = (await is_ready(house, cast.peer)).conversation
    assert chat is not None
    seq = await say(house, cast.peer, chat, "that was unkind of me")
    await reports(house, cast.member, Group(chat, seq, cast.moderator))
    item = await item_of(house, cast.moderator)
    assert not (await opens(house, cast.moderator, item)).can_step_out
    with pytest.raises(NotAllowed):
        await steps_out(house, cast.moderator, item)
