"""Who is here and who is on shift, over both stores."""

from uuid import UUID, uuid4

import pytest

from beside.kit.house import Ephemeral, House
from beside.presence import connected, on_shift
from beside.presence.memory import MemoryEphemeral
from tests.rig.house import make_house

HERE, ELSEWHERE = uuid4(), uuid4()
WREN, ALDER = uuid4(), uuid4()


@pytest.fixture
def place(sqlite_url: str, ephemeral: Ephemeral) -> House:
    return make_house(sqlite_url, ephemeral=ephemeral)


async def test_who_arrives_is_here_until_they_leave(place: House) -> None:
    """In this conversation, and in no other."""
    await connected.arrive(place, HERE, WREN)
    await connected.arrive(place, HERE, ALDER)
    await connected.arrive(place, HERE, WREN)
    both = await connected.here(place, HERE)
    await connected.leave(place, HERE, WREN)
    await connected.leave(place, HERE, WREN)
    assert ({WREN, ALDER}, {ALDER}, set()) == (both, await connected.here(place, HERE), await connected.here(place, ELSEWHERE))


async def test_who_starts_a_shift_is_on_shift_until_it_ends(place: House) -> None:
    """In this hub, and in no other."""
    await on_shift.start(place, HERE, WREN)
    during = await on_shift.on_shift(place, HERE)
    await on_shift.end(place, HERE, WREN)
    assert ({WREN}, set(), set()) == (during, await on_shift.on_shift(place, HERE), await on_shift.on_shift(place, ELSEWHERE))


async def test_a_desk_closed_at_one_node_does_not_end_a_shift_at_another(place: House, sqlite_url: str) -> None:
    """A peer with the desk open at two nodes is on shift until the last of them is closed, in whatever order."""
    other = make_house(sqlite_url, ephemeral=place.ephemeral, node="other")
    for first, last in ((place, other), (other, place)):
        for each in (place, other):
            await on_shift.start(each, HERE, WREN)
        await on_shift.end(first, HERE, WREN)
        still = await on_shift.on_shift(first, HERE)
        await on_shift.end(last, HERE, WREN)
        assert ({WREN}, set()) == (still, await on_shift.on_shift(first, HERE))


async def test_being_connected_is_not_being_on_shift(place: House) -> None:
    """The two are kept apart, even for one id."""
    await connected.arrive(place, HERE, WREN)
    assert set() == await on_shift.on_shift(place, HERE)


@pytest.mark.parametrize(("seconds", "expected"), [(49, ({WREN}, {WREN})), (51, (set(), {WREN})), (89, (set(), {WREN})), (91, (set(), set()))])
async def test_who_is_not_renewed_is_forgotten(sqlite_url: str, seconds: int, expected: tuple[set[object], set[object]]) -> None:
    """Two late heartbeats are forgiven; then somebody is shown as gone. A shift outlasts a lost connection of a minute."""
    at = 0.0
    house = make_house(sqlite_url, ephemeral=MemoryEphemeral(lambda: at))
    await connected.arrive(house, HERE, WREN)
    await on_shift.start(house, HERE, WREN)
    at += seconds
    assert expected == (await connected.here(house, HERE), await on_shift.on_shift(house, HERE))


async def test_a_node_of_the_version_before_does_not_stumble_over_a_shift(place: House) -> None:
    """While a deploy goes on it reads bare accounts under `shift:`: it may not know of a desk at a new node, and goes on (FAULTS 34)."""
    await on_shift.start(place, HERE, WREN)
    as_before = {UUID(account) for account in await place.ephemeral.all(f"shift:{HERE}")}
    assert (set(), {WREN}) == (as_before, await on_shift.on_shift(place, HERE))
