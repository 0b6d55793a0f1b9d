"""The HTTP doors of the rota."""

from datetime import date

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from beside.escalations.shifts.asked import read_day
from beside.escalations.shifts.bring_in import bring_in, look_at_calendar
from beside.escalations.shifts.change_day import change_day
from beside.escalations.shifts.end_shift import end_shift
from beside.escalations.shifts.feed import FEED_PATH, read_feed, renew_feed
from beside.escalations.shifts.leave import end_leave, take_leave
from beside.escalations.shifts.plan_shift import plan_shift, replan_shift
from beside.escalations.shifts.swap import agree_swap, ask_swap, end_swap
from beside.escalations.shifts.week import week_of
from beside.kit.context import command, query
from beside.kit.errors import BadInput, NotFound
from beside.kit.house import House
from beside.kit.web import Door, Visit
from beside.protocol.rota import (
    AgreeSwap,
    AskSwap,
    BringCalendarIn,
    CalendarKept,
    CalendarRead,
    ChangeDay,
    EndShift,
    PlanShift,
    ReadCalendar,
    RenewFeed,
    RotaFeed,
    RotaWeek,
    TakeLeave,
)
from beside.protocol.snapshots import Fine


async def get_week(visit: Visit) -> RotaWeek:
    """Who is on call in one week, what is missing in the next three days, and what is asked of whom. For coordinators and clinicians."""
    async with query(visit.house, visit.me) as ctx:
        return await week_of(ctx, _week(visit))


async def post_shift(visit: Visit) -> Fine:
    """Plan a shift: once, or again and again. For coordinators."""
    asked = visit.body(PlanShift)
    async with command(visit.house, visit.me) as ctx:
        await plan_shift(ctx, asked)
    return Fine()


async def put_shift(visit: Visit) -> Fine:
    """From today on, the shift is this instead. Swaps and changes of days to come stay, where it is the same person's. For coordinators."""
    asked = visit.body(PlanShift)
    async with command(visit.house, visit.me) as ctx:
        await replan_shift(ctx, visit.id("shift"), asked)
    return Fine()


async def post_end(visit: Visit) -> Fine:
    """From some day on there is no such shift. For coordinators."""
    asked = visit.body(EndShift)
    async with command(visit.house, visit.me) as ctx:
        await end_shift(ctx, visit.id("shift"), asked.from_day)
    return Fine()


async def post_change(visit: Visit) -> Fine:
    """One occurrence falls out, has other hours, or is as usual again. For coordinators."""
    asked = visit.body(ChangeDay)
    async with command(visit.house, visit.me) as ctx:
        await change_day(ctx, visit.id("shift"), asked)
    return Fine()


async def post_swap(visit: Visit) -> Fine:
    """Ask who would take a turn of yours. A coordinator asks for anybody, and can say at once that it is agreed."""
    asked = visit.body(AskSwap)
    async with command(visit.house, visit.me) as ctx:
        await ask_swap(ctx, asked)
    return Fine()


async def post_agree(visit: Visit) -> Fine:
    """Take the turn. The first one wins. A coordinator says it for somebody."""
    asked = visit.body(AgreeSwap)
    async with command(visit.house, visit.me) as ctx:
        await agree_swap(ctx, visit.id("swap"), asked.who)
    return Fine()


async def delete_swap(visit: Visit) -> Fine:
    """Take back what you asked, or turn down what was asked of you. A coordinator also undoes what was agreed."""
    async with command(visit.house, visit.me) as ctx:
        await end_swap(ctx, visit.id("swap"))
    return Fine()


async def post_leave(visit: Visit) -> Fine:
    """Say when you are away. A coordinator says it for anybody."""
    asked = visit.body(TakeLeave)
    async with command(visit.house, visit.me) as ctx:
        await take_leave(ctx, asked)
    return Fine()


async def delete_leave(visit: Visit) -> Fine:
    """You are there after all."""
    async with command(visit.house, visit.me) as ctx:
        await end_leave(ctx, visit.id("leave"))
    return Fine()


async def post_feed(visit: Visit) -> RotaFeed:
    """A secret address for a calendar: of your own turns, or (for coordinators) of the whole rota. It is shown this once, and ends the one before."""
    asked = visit.body(RenewFeed)
    async with command(visit.house, visit.me) as ctx:
        return await renew_feed(ctx, whole=asked.whole)


async def post_look(visit: Visit) -> CalendarRead:
    """What a calendar would mean as shifts, and what of it we cannot keep. Nothing is kept. For coordinators."""
    asked = visit.body(ReadCalendar)
    async with query(visit.house, visit.me) as ctx:
        return await look_at_calendar(ctx, asked.text)


async def post_calendar(visit: Visit) -> CalendarKept:
    """Put the shifts of a calendar on one line of the rota: all that were shown and whose people are named, or none. For coordinators."""
    asked = visit.body(BringCalendarIn)
    async with command(visit.house, visit.me) as ctx:
        return CalendarKept(kept=await bring_in(ctx, asked))


def _week(visit: Visit) -> date | None:
    text = visit.request.query_params.get("week")
    if text is None:
        return None
    try:
        return read_day(date.fromisoformat(text), "week")
    except ValueError:
        raise BadInput("not_usable", field="week") from None


doors: list[Door] = [
    Door("GET", "/api/rota", get_week, answer=RotaWeek, who="staff", query=("week",)),
    Door("POST", "/api/rota/shifts", post_shift, body=PlanShift, who="staff"),
    Door("PUT", "/api/rota/shifts/{shift}", put_shift, body=PlanShift, who="staff"),
    Door("POST", "/api/rota/shifts/{shift}/end", post_end, body=EndShift, who="staff"),
    Door("POST", "/api/rota/shifts/{shift}/change", post_change, body=ChangeDay, who="staff"),
    Door("POST", "/api/rota/swaps", post_swap, body=AskSwap, who="staff"),
    Door("POST", "/api/rota/swaps/{swap}/agree", post_agree, body=AgreeSwap, who="staff"),
    Door("DELETE", "/api/rota/swaps/{swap}", delete_swap, who="staff"),
    Door("POST", "/api/rota/feed", post_feed, body=RenewFeed, answer=RotaFeed, who="staff"),
    Door("POST", "/api/rota/calendar/look", post_look, body=ReadCalendar, answer=CalendarRead, who="staff"),
    Door("POST", "/api/rota/calendar", post_calendar, body=BringCalendarIn, answer=CalendarKept, who="staff"),
    Door("POST", "/api/rota/leave", post_leave, body=TakeLeave, who="staff"),
    Door("DELETE", "/api/rota/leave/{leave}", delete_leave, who="staff"),
]


def feed_routes(house: House) -> list[Route]:
    """What calendars read: no session, only the secret in the address."""

    async def show(request: Request) -> Response:
        try:
            async with query(house) as ctx:
                text = await read_feed(ctx, request.path_params["token"])
        except NotFound:
            return PlainTextResponse("We can't find that here.", 404, headers=_UNKEPT)
        return Response(text, media_type="text/calendar; charset=utf-8", headers=_UNKEPT)

    return [Route(FEED_PATH + "{token}.ics", show, methods=["GET"])]


_UNKEPT = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
