"""What the server answers about looking back on a call together, and about what was learnt in the hub."""

from datetime import datetime
from uuid import UUID

from beside.protocol.snapshots import Snapshot


class ReviewWords(Snapshot, frozen=True):
    at: datetime
    went_well: str | None
    would_help: str | None


class ReviewPage(Snapshot, frozen=True):
    """A call, looked back on by the peer who raised it and the clinician who closed it.

    `theirs` is null until both are in, or until `until`: nobody writes to please the other. After `until` nothing more is written.
    `lesson_shared`: yours went to the hub's page with it; which one, nothing says.
    """

    escalation: UUID
    name: str
    closed_at: datetime
    until: datetime
    mine: ReviewWords | None
    lesson_shared: bool
    theirs: ReviewWords | None
    theirs_in: bool
    may_write: bool
    put_off: bool


class LessonShown(Snapshot, frozen=True):
    """`month` is year and month, and nothing else is said of when, by whom or about what."""

    lesson: UUID
    month: str
    words: str


class LessonTakenOff(Snapshot, frozen=True):
    """Its words are gone; that it was there is not."""

    month: str
    by: str
    at: datetime


class Lessons(Snapshot, frozen=True):
    """What was learnt in the hub, the newest month first, 200 at most. `taken_off` is for coordinators, and empty for everybody else."""

    lessons: list[LessonShown]
    taken_off: list[LessonTakenOff]
