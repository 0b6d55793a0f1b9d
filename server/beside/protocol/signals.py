"""What travels between nodes over the broker: ids and numbers, never a word that a person wrote."""

from uuid import UUID

from msgspec import Struct

from beside.protocol.events import Topic
from beside.protocol.shapes import Log


class Signal(Struct, kw_only=True, frozen=True, tag_field="type", forbid_unknown_fields=True):
    @property
    def kept(self) -> str | None:
        """What is kept of it for a moment, for a page without sockets that was not listening; None where something else tells such a page."""
        return None


class Grew(Signal, tag="grew", frozen=True):
    """A log of the topic's conversation reaches at least `seq` now."""

    conversation: UUID
    log: Log
    seq: int


class Typed(Signal, tag="typed", frozen=True):
    conversation: UUID
    account: UUID


class Saw(Signal, tag="saw", frozen=True):
    conversation: UUID
    account: UUID
    seq: int


class Stands(Signal, tag="stands", frozen=True):
    """How a conversation stands for this account: see `events.ListMoved`."""

    conversation: UUID
    last_seq: int | None = None
    seen_seq: int | None = None
    here: list[UUID] | None = None


class Moved(Signal, tag="moved", frozen=True):
    """Something about this account or desk changed."""

    what: Topic

    @property
    def kept(self) -> str:
        return self.what


class Revoked(Signal, tag="revoked", frozen=True):
    """Sockets of this account end with `code`; all of them, or those of one session."""

    code: int
    session: UUID | None = None


AnySignal = Grew | Typed | Saw | Stands | Moved | Revoked
