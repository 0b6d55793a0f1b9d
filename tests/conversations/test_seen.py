"""How far somebody has read: stored for themselves in every conversation, said over the bus in one-to-ones only."""

from uuid import UUID

import pytest
from sqlmodel import select

from beside.conversations.about import About
from beside.conversations.join import join
from beside.conversations.open import open_one_to_one, open_room
from beside.conversations.seen import mark_seen
from beside.conversations.tables import Conversation, Participant
from beside.kit.context import command, query
from beside.kit.house import House
from beside.protocol import topics
from beside.protocol.shapes import ConversationKind, Place
from tests.rig.cast import Cast
from tests.rig.ear import Ear
from tests.rig.wait import until

FENCE = b"that was all"


async def opened(house: House, cast: Cast, kind: ConversationKind) -> Conversation:
    """With the member and the peer in it."""
    async with command(house) as ctx:
        if kind is ConversationKind.one_to_one:
            return await open_one_to_one(ctx, cast.hub, cast.member.account, cast.peer.account)
        room = await open_room(ctx, cast.hub, kind, About("Evening", "For all", "Be kind"), keeps_history=True, leads=[])
        for person in (cast.member, cast.peer):
            await join(ctx, room, person.account, Place.member)
        return room


async def seen_in(house: House, chat: UUID) -> dict[UUID, int]:
    async with query(house) as ctx:
        return dict((await ctx.db.exec(select(Participant.account_id, Participant.seen_seq).where(Participant.conversation_id == chat))).all())


@pytest.mark.parametrize(("kind", "told"), [(ConversationKind.one_to_one, 1), (ConversationKind.group, 0), (ConversationKind.lounge, 0)])
async def test_only_in_a_one_to_one_is_it_said_to_others(house: House, cast: Cast, kind: ConversationKind, told: int) -> None:
    """It moves forward and never past the end, and is kept in each kind of conversation; but a room's bus never carries who has read how much."""
    chat = await opened(house, cast, kind)
    ear, topic = Ear(), topics.conversation(chat.id)
    await house.broker.subscribe(topic, ear)
    moved = []
    for seq in (2, 1, 2, 99):
        async with command(house, cast.member.actor) as ctx:
            moved.append(await mark_seen(ctx, chat.id, seq))
    await house.broker.publish(topic, FENCE)
    await until(lambda: FENCE in ear.payloads)
    assert ([True, False, False, False], {cast.member.account: 2, cast.peer.account: 0}) == (moved, await seen_in(house, chat.id))
    assert (told, told + 1) == (sum(b'"saw"' in each for each in ear.payloads), len(ear.payloads))
