"""People to go through a storm with: in pairs or in groups, each at one of the two nodes to begin with."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from uuid import UUID

from beside.conversations.about import About
from beside.conversations.join import join
from beside.conversations.open import open_one_to_one, open_room
from beside.hubs.make import make_hub
from beside.hubs.policy import Policy
from beside.kit.context import command
from beside.protocol.shapes import ConversationKind, Place
from tests.faults.ground import Ground
from tests.faults.talker import Talker
from tests.rig.cast import Person, make_person

HUB = "storm"


async def make_pairs(at: Ground, stack: AsyncExitStack, count: int, kinds: Sequence[type[Talker]] = (Talker,)) -> list[Talker]:
    """So many one-to-ones; the two of each are at different nodes, and of different kinds where there are two."""
    people = await _people(at, 2 * count)
    talkers = []
    for one, other in zip(people[::2], people[1::2], strict=True):
        async with command(at.house) as ctx:
            room = (await open_one_to_one(ctx, one.hub, one.account, other.account)).id
        talkers += await _at_both(at, stack, [one, other], room, kinds)
    return talkers


async def make_groups(at: Ground, stack: AsyncExitStack, count: int, size: int) -> list[Talker]:
    """So many people, `size` to a group."""
    people = await _people(at, count)
    talkers = []
    for start in range(0, count, size):
        members = people[start : start + size]
        async with command(at.house) as ctx:
            about = About(f"Evening {start}", "For all", "Be kind")
            room = await open_room(ctx, members[0].hub, ConversationKind.group, about, keeps_history=True, leads=[])
            for person in members:
                await join(ctx, room, person.account, Place.member)
        talkers += await _at_both(at, stack, members, room.id)
    return talkers


async def _people(at: Ground, count: int) -> list[Person]:
    async with command(at.house) as ctx:
        hub = (await make_hub(ctx, HUB, "Storm", Policy(staff_need_second_factor=False))).id
        return [await make_person(ctx, hub, f"Crowd {_letters(number)}") for number in range(count)]


async def _at_both(at: Ground, stack: AsyncExitStack, people: Sequence[Person], room: UUID, kinds: Sequence[type[Talker]] = (Talker,)) -> list[Talker]:
    talkers = []
    for number, person in enumerate(people):
        way = at.ways[number % len(at.ways)]
        kind = kinds[number % len(kinds)]
        talker = kind(f"http://127.0.0.1:{way}", at.premises.public_url, person.token, person.name, ways=at.ways, rooms=[room])
        talkers.append(await stack.enter_async_context(talker))
    return talkers


def _letters(number: int) -> str:
    """0 -> "aaa", 1 -> "aab" …: a pseudonym may not look like a telephone number."""
    return "".join(chr(97 + number // 26**n % 26) for n in (2, 1, 0))
