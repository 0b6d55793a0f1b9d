"""The order of the line and who is given to whom, as a rule: no database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from beside.matching.line import InLine, Ready, in_order, meetings, place_of

EVENING = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
times = st.integers(0, 90).map(lambda minute: EVENING + timedelta(minutes=minute))


def someone(number: int, minute: int = 0, *, unsafe: bool = False, front: int | None = None) -> InLine:
    return InLine(UUID(int=number), EVENING + timedelta(minutes=minute), unsafe, None if front is None else EVENING + timedelta(minutes=front))


@st.composite
def lines(draw: st.DrawFn) -> list[InLine]:
    numbers = draw(st.lists(st.integers(1, 60), unique=True, max_size=12))
    return [InLine(UUID(int=n), draw(times), draw(st.booleans()), draw(st.none() | times)) for n in numbers]


def test_the_order_of_an_evening() -> None:
    """Whoever is not safe is first, then who was promised the front, then by time waiting."""
    waited_long, asked_late, unsafe, unsafe_later, promised = (
        someone(1),
        someone(2, 40),
        someone(3, 50, unsafe=True),
        someone(4, 55, unsafe=True),
        someone(5, 58, front=59),
    )
    expected = [unsafe, unsafe_later, promised, waited_long, asked_late]
    assert expected == in_order([asked_late, promised, unsafe_later, waited_long, unsafe])


@given(lines(), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_rows_come(line: list[InLine], chance: object) -> None:
    """It is a total order: the same people always stand in the same places."""
    shuffled = list(line)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    assert in_order(line) == in_order(shuffled)
    assert [*range(1, len(line) + 1)] == [place_of(person.account, in_order(line)) for person in in_order(line)]


@given(lines())
def test_nobody_who_is_safe_stands_before_somebody_who_is_not(line: list[InLine]) -> None:
    """Unsafe first, whatever else is true of anybody."""
    flags = [person.unsafe for person in in_order(line)]
    assert sorted(flags, reverse=True) == flags


@given(lines(), st.lists(times, max_size=30))
def test_nobody_starves(line: list[InLine], later: list[datetime]) -> None:
    """However many people ask after somebody, none of them stands before that person: who has waited 30 minutes outranks all but `unsafe`."""
    if not line:
        return
    waiting = in_order(line)
    newcomers = [InLine(UUID(int=1000 + n), max(at, EVENING + timedelta(minutes=91))) for n, at in enumerate(later)]
    after = in_order([*line, *newcomers])
    assert [place_of(person.account, waiting) for person in waiting] == [place_of(person.account, after) for person in waiting]


def test_somebody_who_does_not_wait_has_no_place() -> None:
    """There is no place 0 and no guess."""
    assert place_of(UUID(int=9), in_order([someone(1)])) is None


def test_the_first_person_meets_whoever_is_ready_longest() -> None:
    """Down the line, and down the peers."""
    ready = [Ready(UUID(int=12), EVENING + timedelta(minutes=1)), Ready(UUID(int=11), EVENING)]
    expected = [(UUID(int=1), UUID(int=11)), (UUID(int=2), UUID(int=12))]
    assert expected == meetings(in_order([someone(2, 1), someone(1), someone(3, 2)]), ready)


def test_a_peer_whose_desk_is_open_is_asked_before_one_who_may_be_away() -> None:
    """Nobody is given to a closed laptop while somebody sits at the desk."""
    ready = [Ready(UUID(int=11), EVENING, here=False), Ready(UUID(int=12), EVENING + timedelta(minutes=5))]
    assert [(UUID(int=1), UUID(int=12))] == meetings([someone(1)], ready)


def test_nobody_meets_themselves_nor_whom_they_are_kept_apart_from() -> None:
    """A peer who waits is not given to themselves; a pair of `apart` does not meet; the next peer is found for them."""
    ready = [Ready(UUID(int=1), EVENING), Ready(UUID(int=12), EVENING + timedelta(minutes=1))]
    assert [(UUID(int=1), UUID(int=12))] == meetings([someone(1)], ready)
    assert [] == meetings([someone(1)], ready, {(UUID(int=1), UUID(int=12))})
    assert [(UUID(int=2), UUID(int=12))] == meetings([someone(2)], ready, {(UUID(int=2), UUID(int=1))})


@given(lines(), st.lists(st.tuples(st.integers(1, 80), times, st.booleans()), unique_by=lambda peer: peer[0], max_size=12))
def test_everybody_meets_one_person_and_nobody_waits_beside_a_free_peer(line: list[InLine], peers: list[tuple[int, datetime, bool]]) -> None:
    """No person and no peer is in two pairs; and whoever is left over has only themselves as a free peer."""
    ready = [Ready(UUID(int=n), since, here) for n, since, here in peers]
    made = meetings(in_order(line), ready)
    everybody = [account for pair in made for account in pair]
    assert len(set(everybody)) == len(everybody)
    left = {person.account for person in line} - set(everybody)
    free = {peer.account for peer in ready} - set(everybody)
    assert all(free <= {person} for person in left)
