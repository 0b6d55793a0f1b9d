"""Who read my words: each opening by somebody who is not in a conversation is a row first, then words; members see it, and nobody else."""

import asyncio
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from beside.audit.tables import AuditEntry
from beside.conversations.join import join
from beside.conversations.leave import leave
from beside.conversations.open import open_one_to_one
from beside.conversations.readings import readings_of
from beside.conversations.routes import doors
from beside.conversations.tables import Conversation, Event, Reading
from beside.escalations.transcript import read_transcript
from beside.kit.clock import SetClock
from beside.kit.context import command, query
from beside.kit.errors import Unavailable
from beside.kit.house import House
from beside.protocol import topics
from beside.protocol.conversation_snapshots import ReadingShown
from beside.protocol.events import Topic
from beside.protocol.shapes import ConversationKind, Place, ReadingKind, Role
from beside.protocol.signals import Moved
from tests.escalations.scene import Scene, make_scene
from tests.moderation.desk import Group, claims, item_of, make_group, opens, reports, say, suspends
from tests.rig.cast import Cast, Person
from tests.rig.ear import Ear
from tests.rig.house import MORNING
from tests.rig.knock import Knocker

WHY = "There is talk of tonight. canary-reason"
WORDS = "I can't see a way out. canary-words"
MOVED = msgspec.json.encode(Moved(what=Topic.account))


@pytest.fixture
async def scene(house: House) -> Scene:
    return await make_scene(house)


async def seen_by(house: House, who: Person) -> list[ReadingShown]:
    async with query(house, who.actor) as ctx:
        return await readings_of(ctx, ctx.me.account)


async def reads_transcript(scene: Scene) -> None:
    escalation = (await scene.house_open() or [await scene.raise_it()])[0]
    async with scene.acting(escalation) as (ctx, row):
        await read_transcript(ctx, row, WHY)


async def reported_group(house: House, cast: Cast) -> tuple[Group, UUID]:
    """The outsider of the cast reported what the member wrote; `second` is a moderator who is not in the group."""
    group = await make_group(house, cast)
    await reports(house, cast.outsider, group)
    return group, await item_of(house, group.second)


def later(house: House, by: timedelta) -> None:
    assert isinstance(house.clock, SetClock)
    house.clock.forward(by)


async def test_the_member_sees_which_clinician_read(scene: Scene) -> None:
    """A transcript leaves who, as what, when and where on the member's page, and one line in the conversation itself (FAULTS 122)."""
    await say(scene.house, scene.cast.member, scene.conversation, WORDS)
    await reads_transcript(scene)
    (reading,) = await seen_by(scene.house, scene.cast.member)
    assert ("Hazel", Role.clinician, ReadingKind.transcript, MORNING) == (reading.who, reading.role, reading.kind, reading.at)
    assert (ConversationKind.one_to_one, "Alder") == (reading.conversation_kind, reading.conversation_title)
    assert "canary" not in msgspec.json.encode(reading).decode()
    async with query(scene.house) as ctx:
        posted = await ctx.db.exec(select(Event).where(Event.kind == "notice.posted").order_by(col(Event.seq)))
        notices = [event.detail["notice"] for event in posted]
    assert ["peer_connected", "clinician_told", "clinician_read"] == notices


async def test_the_member_sees_which_moderator_opened_a_report(house: House, cast: Cast) -> None:
    """A report opened by a moderator who is not in the group is on the page of its members, without a word of it (FAULTS 122)."""
    group, item = await reported_group(house, cast)
    await opens(house, group.second, item)
    for who in (cast.member, cast.outsider):
        (reading,) = await seen_by(house, who)
        assert ("Sorrel", Role.moderator, ReadingKind.report) == (reading.who, reading.role, reading.kind)
        assert (ConversationKind.group, "Evening group") == (reading.conversation_kind, reading.conversation_title)


async def test_one_sitting_is_one_reading(house: House, cast: Cast) -> None:
    """Keeping a claim adds nothing for an hour; after it, what is opened is a reading again. Each transcript has a reason of its own, and is one each."""
    group, item = await reported_group(house, cast)
    await opens(house, group.second, item)
    for _ in range(3):
        later(house, timedelta(minutes=19))
        await claims(house, group.second, item)
    assert 1 == len(await seen_by(house, cast.member))
    later(house, timedelta(minutes=3))
    await claims(house, group.second, item)
    assert [MORNING + timedelta(minutes=60), MORNING] == [reading.at for reading in await seen_by(house, cast.member)]


async def test_each_transcript_is_a_reading(scene: Scene) -> None:
    """However soon the conversation is opened again, there is a reason again, and the member sees both."""
    await reads_transcript(scene)
    await reads_transcript(scene)
    assert ["Hazel", "Hazel"] == [reading.who for reading in await seen_by(scene.house, scene.cast.member)]


async def test_a_moderator_who_is_in_the_group_reads_as_one_of_it(house: House, cast: Cast) -> None:
    """What everybody in a group sees them reading anyway is no reading from outside; once they have left, it is."""
    group, item = await reported_group(house, cast)
    await opens(house, cast.moderator, item)
    assert [] == await seen_by(house, cast.member)
    async with command(house, cast.moderator.actor) as ctx:
        await leave(ctx, await ctx.db.get_one(Conversation, group.conversation), cast.moderator.account)
    await opens(house, cast.moderator, item)
    assert ["Rowan"] == [reading.who for reading in await seen_by(house, cast.member)]


async def test_who_must_not_see_a_reading(scene: Scene) -> None:
    """Nobody who was not there as a member by then: not the peer, staff, the reader, others of the hub, another hub (FAULTS 76)."""
    await reads_transcript(scene)
    for who in scene.cast.everybody:
        assert (1 if who is scene.cast.member else 0) == len(await seen_by(scene.house, who)), who.name


async def test_a_peer_does_not_learn_from_it_that_they_were_reported(scene: Scene, house: House) -> None:
    """In a one-to-one only the other person can have reported it: the member sees the reading, the reported peer does not."""
    cast = scene.cast
    seq = await say(house, cast.peer, scene.conversation, "Pull yourself together.")
    group = Group(scene.conversation, seq, cast.moderator)
    await reports(house, cast.member, group)
    await opens(house, cast.moderator, await item_of(house, cast.moderator))
    assert ["Rowan"] == [reading.who for reading in await seen_by(house, cast.member)]
    assert [] == await seen_by(house, cast.peer)


async def test_who_comes_later_and_who_has_left(house: House, cast: Cast) -> None:
    """Somebody who left, and somebody who left and came back, still see who read while they could be read; a newcomer sees nothing from before."""
    group, item = await reported_group(house, cast)

    async def goes(who: Person, *, back: bool) -> None:
        async with command(house, who.actor) as ctx:
            room = await ctx.db.get_one(Conversation, group.conversation)
            await leave(ctx, room, who.account)
            if back:
                await join(ctx, room, who.account, Place.member)

    await goes(cast.member, back=False)
    await opens(house, group.second, item)
    later(house, timedelta(minutes=1))
    await goes(cast.outsider, back=True)
    async with command(house) as ctx:
        await join(ctx, await ctx.db.get_one(Conversation, group.conversation), cast.coordinator.account, Place.member)
    assert [1, 1, 0] == [len(await seen_by(house, who)) for who in (cast.member, cast.outsider, cast.coordinator)]


async def test_where_it_cannot_be_written_no_transcript_is_read(scene: Scene) -> None:
    """Without its row there is no reading: no words, no line in the conversation, nothing in the ledger (FAULTS 122)."""
    escalation = await scene.raise_it()
    before = (await scene.talk(escalation)).last_seq
    async with scene.house.database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE reading RENAME TO reading_away")
    with pytest.raises((Unavailable, DBAPIError)):
        await reads_transcript(scene)
    assert before == (await scene.talk(escalation)).last_seq
    async with query(scene.house) as ctx:
        assert [] == (await ctx.db.exec(select(AuditEntry).where(AuditEntry.action == "account:transcript:read"))).all()


async def test_where_it_cannot_be_written_no_report_is_read(house: House, cast: Cast) -> None:
    """The same for a report: the moderator gets an answer without a word of it (FAULTS 122)."""
    group, item = await reported_group(house, cast)
    async with house.database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE reading RENAME TO reading_away")
    with pytest.raises((Unavailable, DBAPIError)):
        await opens(house, group.second, item)
    async with query(house) as ctx:
        assert [] == (await ctx.db.exec(select(AuditEntry).where(AuditEntry.action == "report:context:read"))).all()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_open_pages_of_members_hear_of_it(scene: Scene) -> None:
    """The member's pages are told to load afresh; nobody else is."""
    ears = {who.name: Ear() for who in (scene.cast.member, scene.cast.outsider, scene.cast.clinician)}
    for who in (scene.cast.member, scene.cast.outsider, scene.cast.clinician):
        await scene.house.broker.subscribe(topics.account(who.account), ears[who.name])
    await reads_transcript(scene)
    await asyncio.sleep(0)  # the bus delivers after the publisher
    assert {"Wren": 1, "Finch": 0, "Hazel": 0} == {name: ear.payloads.count(MOVED) for name, ear in ears.items()}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_door_is_open_to_whoever_is_suspended(scene: Scene) -> None:
    """Signed in is enough, suspended or not; signed out it says so and no more."""
    await reads_transcript(scene)
    await suspends(scene.house, scene.cast.moderator, scene.cast.member.account)
    knock = Knocker(scene.house, doors)
    answer = await knock(scene.cast.member, "GET", "/api/readings")
    assert (200, ["clinician"]) == (answer.status, [reading["role"] for reading in answer.body["readings"]])
    assert (401, "not_signed_in") == ((refused := await knock(None, "GET", "/api/readings")).status, refused.body["code"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_conversation_says_who_may_read_it(house: House, cast: Cast) -> None:
    """What is listed is what the code lets in, for each kind of conversation; nothing that is only meant to be built."""
    group = await make_group(house, cast)
    single = await _one_to_one(house, cast)
    knock = Knocker(house, doors)
    said = [(await knock(cast.member, "GET", f"/api/conversations/{talk}")).body["readers"] for talk in (single, group.conversation)]
    assert [["participants", "report", "clinician"], ["participants", "newcomers", "report", "clinician"]] == said


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_word_is_kept_with_a_reading(scene: Scene) -> None:
    """The row has ids, times and fixed words: neither the reason nor a name stands in it."""
    await reads_transcript(scene)
    async with query(scene.house) as ctx:
        row = (await ctx.db.exec(select(Reading))).one()
    assert {"id", "conversation_id", "by", "role", "kind", "about", "at"} == set(row.model_dump())
    assert not any(word in str(row.model_dump()) for word in ("canary", "Hazel", "Alder"))


async def _one_to_one(house: House, cast: Cast) -> UUID:
    async with command(house) as ctx:
        return (await open_one_to_one(ctx, cast.hub, cast.member.account, cast.peer.account)).id
