"""What an escalation must do next, and when: a pure rule over what has happened so far. No clock, no database, no framework."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

JITTER = 0.2  # retries are spread by a fifth either way, so that a receiver coming back is not met by all at once


@dataclass(frozen=True, slots=True)
class Timers:
    """How patient we may be at one severity. The first attempt is always due at once."""

    connect: timedelta
    total: timedelta
    retries: tuple[timedelta, ...]  # between one attempt and the next
    every: timedelta | None  # after those; None: the last of them goes on
    unsent: timedelta  # second channel, while the first has not taken it
    unseen: timedelta | None  # second channel, while nobody has acknowledged
    next_rung: timedelta
    in_open_hours: bool  # the next rung is asked in opening hours only
    remind: timedelta
    undo: timedelta
    late: timedelta  # a step later than this is itself an alarm
    undelivered: timedelta  # after this long without a delivery the peer is told to use the emergency script
    wait_at_most: timedelta  # how long a receiver's `Retry-After` is honoured


_SECOND, _MINUTE, _HOUR, _DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

TIMERS: dict[str, Timers] = {
    "critical": Timers(
        connect=3 * _SECOND,
        total=10 * _SECOND,
        retries=tuple(n * _SECOND for n in (2, 5, 10, 20, 30)),
        every=30 * _SECOND,
        unsent=30 * _SECOND,
        unseen=60 * _SECOND,
        next_rung=2 * _MINUTE,
        in_open_hours=False,
        remind=10 * _MINUTE,
        undo=15 * _MINUTE,
        late=15 * _SECOND,
        undelivered=35 * _SECOND,
        wait_at_most=30 * _SECOND,
    ),
    "high": Timers(
        connect=3 * _SECOND,
        total=10 * _SECOND,
        retries=tuple(n * _SECOND for n in (5, 15, 30, 60)),
        every=60 * _SECOND,
        unsent=2 * _MINUTE,
        unseen=5 * _MINUTE,
        next_rung=5 * _MINUTE,
        in_open_hours=False,
        remind=20 * _MINUTE,
        undo=30 * _MINUTE,
        late=60 * _SECOND,
        undelivered=35 * _SECOND,
        wait_at_most=60 * _SECOND,
    ),
    "concern": Timers(
        connect=5 * _SECOND,
        total=20 * _SECOND,
        retries=(5 * _SECOND, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR),
        every=None,
        unsent=_HOUR,
        unseen=None,
        next_rung=4 * _HOUR,
        in_open_hours=True,
        remind=_DAY,
        undo=2 * _DAY,
        late=10 * _MINUTE,
        undelivered=10 * _MINUTE,
        wait_at_most=_HOUR,
    ),
}


class Do(StrEnum):
    """`page` and `remind` make a page row; `post` tries one that stands; `undo` ends an acknowledgement; `again` starts the ladder anew."""

    page = "page"
    post = "post"
    remind = "remind"
    undo = "undo"
    again = "again"


@dataclass(frozen=True, slots=True)
class Paged:
    """A page so far. `held_until`: a worker is at it now. `jitter` (-1 to 1) is its own, so that asking twice gives one answer."""

    turn: int
    rung: int
    place: int
    created_at: datetime
    tries: int = 0
    tried_at: datetime | None = None
    delivered_at: datetime | None = None
    held_until: datetime | None = None
    not_before: datetime | None = None
    jitter: float = 0.0
    reminder: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """The acknowledgement in force."""

    at: datetime
    rung: int
    started: bool = False


@dataclass(frozen=True, slots=True)
class Climb:
    """The turn that is under way. `rungs` is how many channels each rung has; `first` the rung it begins with."""

    rungs: tuple[int, ...]
    turn: int
    started_at: datetime
    first: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What to do at `at`. `page` is the standing page of a `post`, as an index into the pages that were given."""

    do: Do
    at: datetime
    rung: int = 0
    place: int = 0
    page: int = field(default=-1)


def plainly(at: datetime, by: timedelta) -> datetime:
    """`by` after `at`, for a hub that never closes."""
    return at + by


def next_step(
    severity: str,
    climb: Climb,
    pages: Sequence[Paged],
    taken: Taken | None,
    *,
    timers: Timers | None = None,
    open_after: Callable[[datetime, timedelta], datetime] = plainly,
) -> Step | None:
    """The earliest step that is not done yet; its time may have passed. None: somebody has begun, and there is nothing left to say to them.

    `timers` are those that the escalation was raised with; without, the design's.
    """
    timers = timers or TIMERS[severity]
    mine = [(index, page) for index, page in enumerate(pages) if page.turn == climb.turn]
    if taken:
        steps = [_post(timers, index, page) for index, page in mine if page.reminder] + _after_taking(timers, climb, [page for _, page in mine], taken)
    else:
        asked = [(index, page) for index, page in mine if not page.reminder]
        steps = [_post(timers, index, page) for index, page in asked] + [_climb(timers, climb, [page for _, page in asked], open_after)]
    return min((step for step in steps if step), key=lambda step: step.at, default=None)


def _post(timers: Timers, index: int, page: Paged) -> Step | None:
    """The next attempt at a page that has not been taken in: on schedule, but not while another is under way or the receiver asked for a rest."""
    if page.delivered_at:
        return None
    at = page.created_at if page.tried_at is None else page.tried_at + pause(timers, page.tries, page.jitter)
    at = max([at, *(bound for bound in (page.held_until, page.not_before) if bound)])
    return Step(Do.post, at, page.rung, page.place, index)


def pause(timers: Timers, tries: int, jitter: float) -> timedelta:
    """How long after the start of attempt number `tries` the next one comes."""
    waits = timers.retries
    wait = waits[tries - 1] if tries <= len(waits) else timers.every or waits[-1]
    return wait * (1 + JITTER * jitter)


def _after_taking(timers: Timers, climb: Climb, pages: Sequence[Paged], taken: Taken) -> list[Step | None]:
    """A reminder when nothing follows, then back to the ladder."""
    if taken.started:
        return []
    since = max(taken.at, climb.started_at)
    steps: list[Step | None] = [Step(Do.undo, since + timers.undo, taken.rung)]
    if not any(page.reminder for page in pages) and taken.rung < len(climb.rungs) and climb.rungs[taken.rung]:
        steps.append(Step(Do.remind, since + timers.remind, taken.rung))
    return steps


def _climb(timers: Timers, climb: Climb, pages: Sequence[Paged], open_after: Callable[[datetime, timedelta], datetime]) -> Step:
    """The next channel or the next rung; after the last rung, all of them again."""
    count = len(climb.rungs)
    order = [rung for rung in ((climb.first + n) % count for n in range(count)) if climb.rungs[rung]]
    if not order:
        return Step(Do.again, climb.started_at + timers.next_rung)
    asked = [page for page in pages if page.rung in order]
    if not asked:
        return Step(Do.page, climb.started_at, order[0])
    rung = max((page.rung for page in asked), key=order.index)
    here = sorted((page for page in asked if page.rung == rung), key=lambda page: page.place)
    onward = open_after(here[0].created_at, timers.next_rung) if timers.in_open_hours else here[0].created_at + timers.next_rung
    following = order.index(rung) + 1
    up = Step(Do.page, onward, order[following]) if following < len(order) else Step(Do.again, onward)
    last = here[-1]
    if last.place + 1 >= climb.rungs[rung]:
        return up
    beside = _second_channel(timers, last)
    return Step(Do.page, beside, rung, last.place + 1) if beside and beside < up.at else up


def _second_channel(timers: Timers, last: Paged) -> datetime | None:
    if last.delivered_at is None:
        return last.created_at + timers.unsent
    return last.created_at + timers.unseen if timers.unseen else None
