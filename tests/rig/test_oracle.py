"""The oracle finds what it is there to find: each kind of damage, done on purpose, is named. A blind oracle would bless anything."""

from collections.abc import AsyncIterator, Callable
from uuid import UUID

import msgspec
import pytest
from sqlmodel import col, delete, select, update

from beside.conversations.leave import leave
from beside.conversations.open import open_one_to_one
from beside.conversations.tables import Conversation, Event
from beside.escalations.open import open_escalation
from beside.escalations.tables import Escalation
from beside.kit.context import command, query
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.messages.history import after, shown
from beside.messages.send import send
from beside.protocol.decode import encode
from beside.protocol.requests import RaiseEscalation
from beside.protocol.shapes import Consent, Log, Severity
from tests.rig.cast import Cast, Person
from tests.rig.client import Said, ScriptedClient
from tests.rig.house import PUBLIC_URL
from tests.rig.oracle import complaints
from tests.rig.timeline import Frame, Timeline

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def talk(house: House, cast: Cast) -> UUID:
    """A member and a peer who said three things: seq 4 to 6, after two who came in and one notice."""
    async with command(house) as ctx:
        conversation = await open_one_to_one(ctx, cast.hub, cast.member.account, cast.peer.account)
    for person, body in ((cast.member, "one"), (cast.peer, "two"), (cast.member, "three")):
        async with command(house, person.actor) as ctx:
            await send(ctx, conversation.id, new_id(), body)
    return conversation.id


@pytest.fixture
async def member(house: House, cast: Cast, talk: UUID) -> AsyncIterator[ScriptedClient]:
    """A client whose screen shows everything, as it should."""
    async with ScriptedClient(PUBLIC_URL, PUBLIC_URL, name="member") as client:
        await fill(house, client, cast.member, talk)
        yield client


async def fill(house: House, client: ScriptedClient, person: Person, conversation: UUID) -> None:
    client.account = person.account
    timeline = client.timelines[conversation, "public"] = Timeline("epoch")
    async with query(house) as ctx:
        row = await ctx.db.get_one(Conversation, conversation)
        for event in await shown(ctx, row, await after(ctx, row, Log.public, 0), person.account):
            timeline.take(msgspec.json.decode(encode(event)))


def screen(client: ScriptedClient) -> Timeline:
    [timeline] = client.timelines.values()
    return timeline


async def test_an_honest_run_gives_no_complaint(house: House, member: ScriptedClient) -> None:
    """What is shown is what is stored."""
    assert [] == await complaints(house, [member])


def _lose(timeline: Timeline) -> None:
    del timeline.shown[4]


def _double(timeline: Timeline) -> None:
    timeline.shown.append(timeline.shown[-1])


def _swap(timeline: Timeline) -> None:
    timeline.shown[3], timeline.shown[4] = timeline.shown[4], timeline.shown[3]


def _invent(timeline: Timeline) -> None:
    timeline.shown.append({"type": "message.posted", "seq": 99, "body": "x"})


def _change(timeline: Timeline) -> None:
    timeline.words[5] = "other words"


def _hold(timeline: Timeline) -> None:
    timeline.take({"type": "message.posted", "seq": 50, "body": "x"})


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (_lose, "never shown: [5]"),
        (_double, "out of order or doubled"),
        (_swap, "out of order or doubled"),
        (_invent, "shown, but not in the log: [99]"),
        (_change, "other words than in the log: [5]"),
        (_hold, "held back for ever: [50]"),
    ],
)
async def test_damage_to_a_screen_is_named(house: House, member: ScriptedClient, damage: Callable[[Timeline], None], expected: str) -> None:
    """Lost, doubled, reordered, foreign, changed, held back."""
    damage(screen(member))
    assert any(expected in found for found in await complaints(house, [member]))


async def test_what_came_after_somebody_left_was_not_for_them(house: House, cast: Cast, talk: UUID, member: ScriptedClient) -> None:
    """The event that says so is the last they may see."""
    async with command(house) as ctx:
        await leave(ctx, await ctx.db.get_one(Conversation, talk), cast.member.account)
    async with command(house, cast.peer.actor) as ctx:
        await send(ctx, talk, new_id(), "between us")
    left, peeping = ScriptedClient(PUBLIC_URL, PUBLIC_URL, name="left"), ScriptedClient(PUBLIC_URL, PUBLIC_URL, name="peeping")
    async with left, peeping:
        for client in (left, peeping):
            await fill(house, client, cast.member, talk)
        last: list[Frame] = screen(left).shown[:-1]
        screen(left).shown, screen(left).words = last, {seq: words for seq, words in screen(left).words.items() if seq != 8}
        assert ["peeping public: shown, but not for them: [8]"] == await complaints(house, [left, peeping])


async def test_a_strangers_screen_may_show_nothing(house: House, cast: Cast, talk: UUID) -> None:
    """Whoever never was in a conversation was allowed nothing of it."""
    async with ScriptedClient(PUBLIC_URL, PUBLIC_URL, name="stranger") as client:
        await fill(house, client, cast.stranger, talk)
        assert ["stranger public: shown, but not for them: [1, 2, 3, 4, 5, 6]"] == await complaints(house, [client])


async def test_an_acknowledged_message_that_is_not_stored_is_named(house: House, talk: UUID, member: ScriptedClient) -> None:
    """Nor one that is stored elsewhere, or with other words."""
    async with query(house) as ctx:
        client_id = (await ctx.db.exec(select(Event.client_id).where(Event.conversation_id == talk, Event.seq == 4))).one()
    assert client_id
    key = (talk, "public")
    member.acknowledged += [Said(key, new_id(), "lost", 7), Said(key, client_id, "one", 5), Said(key, client_id, "uno", 4), Said(key, client_id, "one", 4)]
    assert ["acknowledged as 7, stored as []", "acknowledged as 5, stored as [4]", "acknowledged 4 has other words"] == await complaints(house, [member])


async def test_a_hole_in_the_log_is_named(house: House, talk: UUID, member: ScriptedClient) -> None:
    """A row deleted, and an end that is not the end."""
    async with command(house) as ctx:
        await ctx.db.exec(delete(Event).where(col(Event.conversation_id) == talk, col(Event.seq) == 5))
    holed = await complaints(house, [member])
    async with command(house) as ctx:
        await ctx.db.exec(update(Conversation).where(col(Conversation.id) == talk).values(staff_last_seq=1))
    assert (1, 2) == tuple(sum("is not dense" in found for found in run) for run in (holed, await complaints(house, [member])))


async def test_an_escalation_that_stands_still_is_named(house: House, cast: Cast, talk: UUID, member: ScriptedClient) -> None:
    """It moves, or somebody has it, or somebody ended it: nothing else is allowed."""
    asked = RaiseEscalation(conversation=talk, severity=Severity.high, consent=Consent.agreed, view="I am worried.")
    async with command(house, cast.peer.actor) as ctx:
        raised = await open_escalation(ctx, await ctx.db.get_one(Conversation, talk), asked)
    async with command(house, cast.peer.actor) as ctx:  # so that the screen is whole again
        row = await ctx.db.get_one(Conversation, talk)
        for event in await shown(ctx, row, await after(ctx, row, Log.public, screen(member).have), cast.member.account):
            screen(member).take(msgspec.json.decode(encode(event)))
    moving = await complaints(house, [member])
    found = []
    for stopped in ({"next_step_at": None}, {"closed_at": house.clock.now()}):
        async with command(house) as ctx:
            await ctx.db.exec(update(Escalation).where(col(Escalation.id) == raised.id).values(**stopped))
        found += await complaints(house, [member])
    assert ([], [f"escalation {raised.id} stands still", f"escalation {raised.id} ended by nobody"]) == (moving, found)
