"""What the server answers about the line: to whoever waits in it, and to the desk."""

from datetime import datetime
from uuid import UUID

from beside.protocol.snapshots import Snapshot


class LinePlace(Snapshot, frozen=True):
    """Where somebody is in line. `usually_minutes` is a range, or null: "we can't tell yet".

    `staff_told_at`: they have waited for a minute with nobody at the desk, and the staff of the hub were told of it then.
    """

    waiting: bool
    place: int | None = None
    asked_at: datetime | None = None
    usually_minutes: tuple[int, int] | None = None
    peers_here: int = 0
    open_now: bool = True
    opens_at: datetime | None = None
    fallback_at: datetime | None = None
    conversation: UUID | None = None
    wants: str | None = None
    staff_told_at: datetime | None = None


class Waiting(Snapshot, frozen=True):
    """One person in line, as the desk may see them: no name until they are met."""

    asked_at: datetime
    unsafe: bool


class Brought(Snapshot, frozen=True):
    """What somebody chose to share before they were met, for the peer who is with them."""

    conversation: UUID
    wants: str | None
    who: str | None
    unsafe: bool
