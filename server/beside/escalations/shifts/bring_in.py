"""A calendar brought into the rota: looked at first, then kept whole or not at all. The names in it mean people here; they are not kept."""

from uuid import UUID
from zoneinfo import ZoneInfo

from beside.accounts.names import names_of
from beside.accounts.permissions import Permission, require
from beside.audit.write import record
from beside.escalations.shifts.access import hold_rota, require_answerer
from beside.escalations.shifts.calendar_read import Read, read_calendar
from beside.escalations.shifts.layout import Shift, days_of
from beside.escalations.shifts.plan import who_can_answer
from beside.escalations.shifts.plan_shift import require_room, write_shift
from beside.escalations.shifts.tables import ChangeRow
from beside.escalations.shifts.telling import tell_rota
from beside.escalations.shifts.wall import write_wall
from beside.hubs.scope import policy_of
from beside.kit.context import Context
from beside.kit.errors import BadInput
from beside.kit.ids import new_id
from beside.protocol.rota import BringCalendarIn, CalendarEntry, CalendarLeft, CalendarName, CalendarRead


async def look_at_calendar(ctx: Context, text: str) -> CalendarRead:
    """What it would mean. Nothing is kept. Raises `NotAllowed`."""
    require(ctx, Permission.rota_plan)
    kept, left = read_calendar(text, await _zone(ctx))
    people = await names_of(ctx, await who_can_answer(ctx, ctx.me.hub))
    called = {name.casefold(): account for account, name in people.items()}
    return CalendarRead(
        entries=[_shown(one) for one in kept],
        left=[CalendarLeft(entry=one.entry, name=one.name, note=one.note) for one in left],
        names=[CalendarName(name=name, account=_who(name, called)) for name in dict.fromkeys(one.name for one in kept)],
    )


async def bring_in(ctx: Context, asked: BringCalendarIn) -> int:
    """How many shifts it made. Raises `NotAllowed`, `BadInput`, `Conflict` (`rota_full`)."""
    require(ctx, Permission.rota_plan)
    policy = await policy_of(ctx, ctx.me.hub)
    if asked.rung > len(policy.escalation_rungs):
        raise BadInput("not_usable", field="rung")
    who = {one.name: await require_answerer(ctx, one.account, "people") for one in asked.people if one.account}
    kept = [one for one in read_calendar(asked.text, ZoneInfo(policy.timezone))[0] if one.name in who]
    if not kept:
        raise BadInput("not_usable", field="people")
    await hold_rota(ctx, ctx.me.hub)
    await require_room(ctx, len(kept))
    for one in kept:
        await _write(ctx, one, asked.rung - 1, who[one.name])
    await record(ctx, "hub:rota:brought_in", ctx.me.hub, shifts=len(kept), rung=asked.rung - 1)
    tell_rota(ctx, ctx.me.hub)
    return len(kept)


async def _write(ctx: Context, one: Read, rung: int, account: UUID) -> None:
    shift = Shift(new_id(), rung, account, one.starts, one.ends, ctx.now, one.every_weeks, one.weekdays, one.until)
    await write_shift(ctx, shift)
    for day in one.off:
        if day in days_of(shift, day, day):
            ctx.db.add(ChangeRow(shift_id=shift.id, day=day, off=True, made_by=ctx.me.account, made_at=ctx.now))
    await ctx.db.flush()


async def _zone(ctx: Context) -> ZoneInfo:
    return ZoneInfo((await policy_of(ctx, ctx.me.hub)).timezone)


def _who(name: str, called: dict[str, UUID]) -> UUID | None:
    """Whoever is called just so; else the only one whose name is a word of it."""
    if name.casefold() in called:
        return called[name.casefold()]
    found = {called[word] for word in name.casefold().replace(":", " ").replace(",", " ").split() if word in called}
    return found.pop() if len(found) == 1 else None


def _shown(one: Read) -> CalendarEntry:
    return CalendarEntry(
        name=one.name,
        starts=write_wall(one.starts),
        ends=write_wall(one.ends),
        every_weeks=one.every_weeks,
        weekdays=list(one.weekdays),
        until=one.until,
        off=list(one.off),
    )
