"""The chain as arithmetic: what a row's hash covers, and a walk that names the first row that cannot be right. No database here."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

START = "0" * 64  # what the first row of a hub follows

Value = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as it was read. `hash` covers every other field, `prev_hash` among them."""

    hub: UUID
    position: int
    at: datetime
    actor: UUID | None
    session: UUID | None
    action: str
    about: Mapping[str, Value]
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """How far a ledger reached, and the hash there. Kept elsewhere, it shows later whether the tail was cut off."""

    hub: UUID
    position: int
    hash: str


class Problem(StrEnum):
    edited = "edited"  # the row's own hash does not fit what it says
    missing = "missing"  # this position should be here, and something later is
    inserted = "inserted"  # a row where the ledger has no place for one
    forked = "forked"  # the row follows some other row than the one before it, or than the head kept elsewhere
    truncated = "truncated"  # the ledger once reached this position, and now ends before it


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first row that cannot be right."""

    hub: UUID
    position: int
    problem: Problem


def hash_of(link: Link) -> str:
    """SHA-256, hex, over one plain writing of everything but `hash`: a JSON array, times in UTC to the microsecond, keys in order."""
    written = msgspec.json.encode(
        [
            str(link.hub),
            link.position,
            link.at.astimezone(UTC).isoformat(timespec="microseconds"),
            link.actor and str(link.actor),
            link.session and str(link.session),
            link.action,
            sorted(link.about.items()),
            link.prev_hash,
        ]
    )
    return hashlib.sha256(written).hexdigest()


class Walk:
    """Goes along one hub's rows in order of position. Stop at the first flaw: what lies behind it proves nothing."""

    def __init__(self, hub: UUID, kept: Head | None = None) -> None:
        self._hub = hub
        self._kept = kept
        self._position = 0
        self._hash = START

    def step(self, link: Link) -> Flaw | None:
        """Whether `link` follows from all before it."""
        expected = self._position + 1
        if link.position < expected:
            return self._flaw(link.position, Problem.inserted)
        if link.position > expected:
            return self._flaw(expected, Problem.missing)
        if link.hub != self._hub or hash_of(link) != link.hash:
            return self._flaw(expected, Problem.edited)
        if link.prev_hash != self._hash:
            return self._flaw(expected, Problem.forked)
        if self._kept is not None and self._kept.position == expected and self._kept.hash != link.hash:
            return self._flaw(expected, Problem.forked)
        self._position, self._hash = expected, link.hash
        return None

    def end(self, head: Head | None) -> Flaw | None:
        """Whether the rows end where the head in the database and the one kept elsewhere say."""
        reached = max(head.position if head else 0, self._kept.position if self._kept else 0)
        if self._position < reached:
            return self._flaw(self._position + 1, Problem.truncated)
        if self._position > (head.position if head else 0):
            return self._flaw((head.position if head else 0) + 1, Problem.inserted)
        if head is not None and head.position and head.hash != self._hash:
            return self._flaw(self._position, Problem.forked)
        return None

    def _flaw(self, position: int, problem: Problem) -> Flaw:
        return Flaw(self._hub, position, problem)
