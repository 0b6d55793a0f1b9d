"""People wait and nobody is at the desk: after a minute the staff of the hub are told, and those who wait are told that they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy import func
from sqlmodel import col, select

from beside.audit.write import record
from beside.escalations.policy.tell_last import has_somebody
from beside.hubs.hours import is_open
from beside.hubs.scope import policy_of
from beside.kit.context import Context, command, query
from beside.kit.house import House
from beside.kit.logs import log
from beside.matching.tables import PlaceInLine, UnstaffedLine
from beside.matching.tell_unstaffed import JOB
from beside.matching.waiting import hold_line, waiting_in
from beside.presence.on_shift import on_shift
from beside.protocol import topics
from beside.protocol.events import Topic
from beside.protocol.signals import Moved

EVERY = timedelta(seconds=5)  # FAULTS 106 gives 60 s: looked at this often, it is told by then and a few seconds
AFTER = timedelta(seconds=55)

ALARMS = Counter("beside_unstaffed_lines_total", "Times that people waited for a minute while nobody was at the desk.")


@dataclass(frozen=True, slots=True)
class Alone:
    """A hub in which people have begun to wait with nobody there. `longest` asked first."""

    longest: datetime
    waiting: int


def is_alone(asked: Sequence[datetime], at_desk: int, is_open: bool, now: datetime) -> Alone | None:
    """Whether somebody has waited for `AFTER` in open hours with nobody at the desk. Pure."""
    if not asked or at_desk or not is_open or now - min(asked) < AFTER:
        return None
    return Alone(min(asked), len(asked))


async def unstaffed_of(ctx: Context, hub: UUID) -> UnstaffedLine | None:
    """The alarm that stands in this hub."""
    return (await ctx.db.exec(select(UnstaffedLine).where(UnstaffedLine.hub_id == hub, col(UnstaffedLine.ended_at).is_(None)))).first()


async def watch_lines(house: House) -> int:
    """Look at every hub where people wait or an alarm stands; how many alarms began. Any number of workers may look: one row is written."""
    async with query(house) as ctx:
        waits = select(PlaceInLine.hub_id).where(col(PlaceInLine.left_at).is_(None)).group_by(col(PlaceInLine.hub_id))
        late = (await ctx.db.exec(waits.having(func.min(col(PlaceInLine.asked_at)) <= ctx.now - AFTER))).all()
        standing = (await ctx.db.exec(select(UnstaffedLine.hub_id).where(col(UnstaffedLine.ended_at).is_(None)))).all()
    began = 0
    for hub in {*late, *standing}:
        async with command(house) as ctx:
            began += await _look_at(ctx, hub)
    return began


async def _look_at(ctx: Context, hub: UUID) -> int:
    await hold_line(ctx, hub)
    waiting = await waiting_in(ctx, hub)
    alone = is_alone([row.asked_at for row in waiting], len(await on_shift(ctx.house, hub)), is_open(await policy_of(ctx, hub), ctx.now), ctx.now)
    standing = await unstaffed_of(ctx, hub)
    if (alone is None) == (standing is None):
        return 0
    if standing:
        standing.ended_at = ctx.now
    elif alone:
        begun = UnstaffedLine(hub_id=hub, since=alone.longest, told_at=ctx.now)
        ctx.db.add(begun)
        if await has_somebody(ctx, hub):
            ctx.enqueue(JOB, {"line": str(begun.id)})
        ALARMS.inc()
        log.error("line.unstaffed", hub=str(hub), waiting=alone.waiting)
    await ctx.db.flush()
    for topic in (topics.desk(hub), topics.on_call(hub)):
        ctx.publish(topic, Moved(what=Topic.desk))
    for row in waiting:
        ctx.publish(topics.account(row.account_id), Moved(what=Topic.line))
    await record(ctx, "line:desk:staffed" if standing else "line:desk:unstaffed", hub, waiting=len(waiting))
    return int(standing is None)
