"""Ask for support: a place in line, and only one however often somebody asks."""

from beside.accounts.permissions import Permission, require
from beside.hubs.hours import is_open
from beside.hubs.scope import policy_of
from beside.kit.context import Context
from beside.kit.text import clean_optional
from beside.matching.meet import meet
from beside.matching.shared import seal_shared
from beside.matching.tables import PlaceInLine
from beside.matching.waiting import hold_line, in_line, place_row, waiting_in
from beside.protocol.requests import AskForSupport

SHARED_CHARACTERS = 500  # two or three sentences: enough to begin with


async def ask(ctx: Context, asked: AskForSupport) -> None:
    """The actor waits, and is met at once where a peer is ready. Asking again keeps the place; it can only add that one is not safe, or new words.

    While the hub is closed nobody is put in line: `place.line_place` says when it opens. Raises `NotAllowed`, `BadInput`, `TooLarge`.
    """
    require(ctx, Permission.line_ask)
    me = ctx.me
    wants = clean_optional(asked.wants, SHARED_CHARACTERS, field="wants")
    who = clean_optional(asked.who, SHARED_CHARACTERS, field="who")
    await hold_line(ctx, me.hub)
    before = [in_line(each) for each in await waiting_in(ctx, me.hub)]
    row = await place_row(ctx, me.account)
    if row is None:
        if not is_open(await policy_of(ctx, me.hub), ctx.now):
            return
        row = PlaceInLine(hub_id=me.hub, account_id=me.account, asked_at=ctx.now)
        ctx.db.add(row)
    row.unsafe = row.unsafe or asked.unsafe
    await seal_shared(ctx, row, wants, who)
    await meet(ctx, me.hub, before)
