"""The order of the line, and who is given to whom. Pure: the same people at the same times always stand in the same order.

Whoever is not safe comes first; then whoever was promised the front; then by time waiting. There are two urgencies, so that after 30 minutes
somebody outranks every urgency but `unsafe` simply by having asked earlier; a third urgency must add that ageing here.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class InLine:
    """One person waiting: what the order is made of, and nothing else of them."""

    account: UUID
    asked_at: datetime
    unsafe: bool = False
    front_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """A peer who has room for one person. `here`: their desk is open at this moment, as far as we know."""

    account: UUID
    since: datetime
    here: bool = True


def in_order(waiting: Iterable[InLine]) -> list[InLine]:
    """Everybody who waits, first to last."""
    return sorted(waiting, key=_standing)


def place_of(account: UUID, ordered: Sequence[InLine]) -> int | None:
    """Counted from 1; None where they do not wait."""
    return next((place for place, person in enumerate(ordered, 1) if person.account == account), None)


def meetings(ordered: Sequence[InLine], ready: Collection[Ready], apart: Collection[tuple[UUID, UUID]] = ()) -> list[tuple[UUID, UUID]]:
    """(person, peer) pairs: down the line, each with the peer who has been ready longest, desks that are open first.

    Nobody meets themselves, nor a pair of `apart` (person, peer); a peer is given one person.
    """
    free = [peer.account for peer in sorted(ready, key=lambda peer: (not peer.here, peer.since, peer.account))]
    made: list[tuple[UUID, UUID]] = []
    taken: set[UUID] = set()  # a peer may wait in line too: they are there for one person, or somebody is there for them
    for person in (each.account for each in ordered if each.account not in taken):
        peer = next((peer for peer in free if peer not in (*taken, person) and (person, peer) not in apart), None)
        if peer is not None:
            made.append((person, peer))
            taken |= {person, peer}
    return made


def _standing(person: InLine) -> tuple[bool, bool, datetime, UUID]:
    since = person.front_at or person.asked_at
    return not person.unsafe, person.front_at is None, since, person.account
