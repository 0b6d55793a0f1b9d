"""The HTTP doors of messages: what the socket does, for those whose network refuses sockets, and reading back."""

from msgspec import Struct

from beside.conversations.access import require_participant
from beside.kit.context import command, query
from beside.kit.errors import BadInput
from beside.kit.web import Door, Visit
from beside.messages import history
from beside.messages.edit import edit
from beside.messages.together import say
from beside.protocol.conversation_snapshots import Accepted, EventPage
from beside.protocol.requests import EditMessage, PostMessage
from beside.protocol.shapes import Log
from beside.protocol.snapshots import Fine


async def post_message(visit: Visit) -> Struct:
    """Say something. The same verb as the socket's `message.send`: repeat it with the same `client_id` until it is answered."""
    said = visit.body(PostMessage)
    return await say(visit.house, visit.me, visit.id("conversation"), said.client_id, said.body, said.log)


async def edit_message(visit: Visit) -> Struct:
    """Change what you said, for a quarter of an hour (then `too_late`), while it is not `hidden`. Everybody's screen follows."""
    said = visit.body(EditMessage)
    seq = _seq(visit)
    async with command(visit.house, visit.actor) as ctx:
        await edit(ctx, visit.id("conversation"), seq, said.body)
    return Fine()


async def read_events(visit: Visit) -> Struct:
    """A page of the log: later than `after`, or earlier than `before`, or (neither) the newest. `log` is `public` or `staff`; `limit` at most 200."""
    after, before = visit.number("after"), visit.number("before")
    limit = visit.number("limit", at_least=1, at_most=history.PAGE_MOST) or history.PAGE
    if after is not None and before is not None:
        raise BadInput("not_usable", field="after")
    try:
        log = Log(visit.request.query_params.get("log", Log.public.value))
    except ValueError:
        raise BadInput("not_usable", field="log") from None
    async with query(visit.house, visit.actor) as ctx:
        standing = await require_participant(ctx, visit.id("conversation"))
        first, row = standing.first_readable(log), standing.conversation
        if after is not None:
            entries = await history.after(ctx, row, log, after, first=first, limit=limit)
        else:
            entries = await history.before(ctx, row, log, before, first=first, limit=limit)
        return await history.page(ctx, row, log, entries, ctx.me.account, first=first, limit=limit)


def _seq(visit: Visit) -> int:
    text = visit.request.path_params["seq"]
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise BadInput("not_usable", field="seq")
    return int(text)


doors = [
    Door("POST", "/api/conversations/{conversation}/messages", post_message, body=PostMessage, answer=Accepted),
    Door("PUT", "/api/conversations/{conversation}/messages/{seq}", edit_message, body=EditMessage),
    Door("GET", "/api/conversations/{conversation}/events", read_events, answer=EventPage, query=("after", "before", "log", "limit")),
]
