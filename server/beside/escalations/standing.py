"""Which alarms about the calls themselves stand now, for the people who would be called or who answer for them."""

from uuid import UUID

from sqlmodel import col, or_, select

from beside.escalations.watch_tables import Alarm
from beside.kit.context import Context
from beside.protocol.call_snapshots import StandingAlarm, StandingAlarms


async def standing_alarms(ctx: Context) -> StandingAlarms:
    """Of the whole house, and of the actor's hub."""
    mine = or_(col(Alarm.hub_id).is_(None), col(Alarm.hub_id) == ctx.me.hub)
    rows = (await ctx.db.exec(select(Alarm).where(col(Alarm.ended_at).is_(None), mine).order_by(col(Alarm.found_at)))).all()
    return StandingAlarms(alarms=[StandingAlarm(kind=row.kind, since=row.found_at, escalation=UUID(row.about) if row.about else None) for row in rows])
