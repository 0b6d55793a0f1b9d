"""The doors of the line."""

from beside.accounts.doorway import doorway
from beside.hubs.scope import hub_by_slug
from beside.kit.context import command, query
from beside.kit.web import Door, Visit
from beside.matching.ask import ask
from beside.matching.place import line_place
from beside.matching.ready import not_ready, ready
from beside.matching.step_out_of_line import step_out_of_line
from beside.matching.unstaffed import unstaffed_of
from beside.matching.waiting import waiting_in
from beside.presence import on_shift
from beside.protocol.account_snapshots import Doorway
from beside.protocol.desk_snapshots import Met
from beside.protocol.line_snapshots import LinePlace
from beside.protocol.requests import AskForSupport, SetReady
from beside.protocol.snapshots import Fine
from beside.protocol.staff_snapshots import LineWatch


async def public_doorway(visit: Visit) -> Doorway:
    """The public face of a hub: whether it is open, how many peers are here, where to turn at once, and a free pseudonym."""
    async with query(visit.house) as ctx:
        hub = await hub_by_slug(ctx, visit.request.query_params.get("hub"))
        return await doorway(ctx, hub, len(await on_shift.on_shift(visit.house, hub.id)))


async def ask_for_support(visit: Visit) -> LinePlace:
    """Ask for support: take a place in line. Asking again keeps the same place. While the hub is closed, the answer says when it opens.

    Asking while you are with a peer is asking for another one as well: `waiting` is true, and `conversation` is the one you are in, until you are met.
    """
    asked = visit.body(AskForSupport)
    async with command(visit.house, visit.me) as ctx:
        await ask(ctx, asked)
        return await line_place(ctx)


async def my_place(visit: Visit) -> LinePlace:
    """Where you are in line, and what to expect. Once you were met: the conversation."""
    async with query(visit.house, visit.me) as ctx:
        return await line_place(ctx)


async def step_out(visit: Visit) -> Fine:
    """Stop waiting. It may be done at any time, and twice."""
    async with command(visit.house, visit.me) as ctx:
        await step_out_of_line(ctx)
    return Fine()


async def watch_line(visit: Visit) -> LineWatch:
    """Whether people wait while nobody is at the desk: for all staff, whatever page is open. `changed` with `desk` tells."""
    async with query(visit.house, visit.me) as ctx:
        alarm = await unstaffed_of(ctx, ctx.me.hub)
        return LineWatch(since=alarm.since if alarm else None, waiting=len(await waiting_in(ctx, ctx.me.hub)) if alarm else 0)


async def set_ready(visit: Visit) -> Met:
    """Say that you are ready for one more person, or would rather have nobody new.

    `conversation` is one that begins now, with the person who was next; null where nobody waits: then `ready` is true, and the first who comes is
    given to you. `full`: you are with as many people as you have room for; nothing changed, and you say it again when one of them has ended.
    Each time you say it you are given one person.
    """
    wish = visit.body(SetReady)
    await on_shift.start(visit.house, visit.me.hub, visit.me.account)
    async with command(visit.house, visit.me) as ctx:
        return await ready(ctx) if wish.ready else await not_ready(ctx)


doors = [
    Door("GET", "/api/doorway", public_doorway, answer=Doorway, who="anyone", query=("hub",)),
    Door("POST", "/api/line", ask_for_support, body=AskForSupport, answer=LinePlace, tries="ask"),
    Door("GET", "/api/line", my_place, answer=LinePlace),
    Door("DELETE", "/api/line", step_out),
    Door("GET", "/api/line/watch", watch_line, answer=LineWatch, who="staff"),
    Door("PUT", "/api/desk/ready", set_ready, body=SetReady, answer=Met, who="staff"),
]
