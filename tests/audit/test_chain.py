"""The walk along a ledger, as a table: no database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from beside.audit.chain import START, Flaw, Head, Link, Problem, Walk, hash_of

HUB = UUID("018f0000-0000-7000-8000-000000000001")
AT = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


def ledger(length: int) -> list[Link]:
    links: list[Link] = []
    for position in range(1, length + 1):
        prev = links[-1].hash if links else START
        link = Link(HUB, position, AT + timedelta(seconds=position), None, None, "account:role:granted", {"count": position}, prev, "")
        links.append(replace(link, hash=hash_of(link)))
    return links


def rewritten(links: list[Link], position: int) -> list[Link]:
    """The ledger as somebody would leave it who changes one row and then makes every later hash fit again."""
    made = links[: position - 1]
    for link in links[position - 1 :]:
        about = {"count": 999} if link.position == position else link.about
        link = replace(link, about=about, prev_hash=made[-1].hash if made else START)
        made.append(replace(link, hash=hash_of(link)))
    return made


def head_of(links: list[Link]) -> Head:
    return Head(HUB, links[-1].position, links[-1].hash)


def walked(links: list[Link], head: Head | None, kept: Head | None = None) -> Flaw | None:
    walk = Walk(HUB, kept)
    for link in sorted(links, key=lambda link: link.position):
        if flaw := walk.step(link):
            return flaw
    return walk.end(head)


def test_a_whole_ledger_has_no_flaw() -> None:
    """A ledger nobody touched is right, alone and against a head kept when it was shorter."""
    whole = ledger(5)
    assert walked(whole, head_of(whole)) is None
    assert walked(whole, head_of(whole), kept=head_of(whole[:3])) is None


def test_an_empty_ledger_has_no_flaw() -> None:
    """A hub in which nothing has happened yet is right, with and without its head."""
    assert walked([], None) is None
    assert walked([], Head(HUB, 0, START)) is None


whole = ledger(5)

TAMPERED: dict[str, tuple[list[Link], Head | None, Head | None, Flaw]] = {
    "edited": ([*whole[:2], replace(whole[2], about={"count": 7}), *whole[3:]], head_of(whole), None, Flaw(HUB, 3, Problem.edited)),
    "edited time": ([*whole[:2], replace(whole[2], at=AT), *whole[3:]], head_of(whole), None, Flaw(HUB, 3, Problem.edited)),
    "edited and its own hash made to fit": ([*whole[:2], rewritten(whole, 3)[2], *whole[3:]], head_of(whole), None, Flaw(HUB, 4, Problem.forked)),
    "deleted": ([*whole[:1], *whole[2:]], head_of(whole), None, Flaw(HUB, 2, Problem.missing)),
    "first deleted": (whole[1:], head_of(whole), None, Flaw(HUB, 1, Problem.missing)),
    "inserted before the first": ([replace(whole[0], position=0), *whole], head_of(whole), None, Flaw(HUB, 0, Problem.inserted)),
    "inserted twice at one position": ([*whole, whole[2]], head_of(whole), None, Flaw(HUB, 3, Problem.inserted)),
    "inserted behind the head": (ledger(6), head_of(whole), None, Flaw(HUB, 6, Problem.inserted)),
    "rows without a head": (whole, None, None, Flaw(HUB, 1, Problem.inserted)),
    "tail cut off": (whole[:3], head_of(whole), None, Flaw(HUB, 4, Problem.truncated)),
    "tail and head cut off": (whole[:3], head_of(whole[:3]), head_of(whole), Flaw(HUB, 4, Problem.truncated)),
    "everything gone": ([], None, head_of(whole), Flaw(HUB, 1, Problem.truncated)),
    "history written anew": (rewritten(whole, 2), head_of(rewritten(whole, 2)), head_of(whole[:4]), Flaw(HUB, 4, Problem.forked)),
    "head points elsewhere": (whole, Head(HUB, 5, START), None, Flaw(HUB, 5, Problem.forked)),
    "row of another hub": ([replace(whole[0], hub=UUID(int=9)), *whole[1:]], head_of(whole), None, Flaw(HUB, 1, Problem.edited)),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_each_kind_of_tampering_is_named_at_its_first_row(case: str) -> None:
    """A row edited, deleted, inserted, cut off or forked is found, and the first bad position is said (FAULTS 121)."""
    links, head, kept, expected = TAMPERED[case]
    assert expected == walked(links, head, kept)


def test_the_hash_does_not_depend_on_how_a_time_or_a_mapping_is_held() -> None:
    """A database may give the same instant in another zone and the same ids in another order: the hash stays."""
    link = replace(whole[0], about={"a": 1, "b": 2})
    elsewhere = replace(link, at=link.at.astimezone(timezone(timedelta(hours=5))), about={"b": 2, "a": 1})
    assert hash_of(link) == hash_of(elsewhere)


@pytest.mark.parametrize(
    "change",
    [
        {"hub": UUID(int=1)},
        {"position": 2},
        {"at": AT},
        {"actor": UUID(int=1)},
        {"session": UUID(int=1)},
        {"action": "a:b:c"},
        {"about": {"count": "1"}},
        {"prev_hash": "1" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_hash_covers_every_field(change: dict[str, object]) -> None:
    """Whatever field of an entry is changed, its hash no longer fits."""
    assert hash_of(whole[0]) != hash_of(replace(whole[0], **change))  # type: ignore[arg-type]  # each value fits its own field


def test_actor_and_session_are_not_interchangeable() -> None:
    """An id moved from one column to the next changes the hash."""
    some = UUID(int=7)
    assert hash_of(replace(whole[0], actor=some)) != hash_of(replace(whole[0], session=some))
