"""One more try of a message, because a person asked for it: now, under the same id, whatever the schedule says."""

from uuid import UUID

from sqlmodel import col, select

from beside.accounts.permissions import Permission, require
from beside.audit.write import record
from beside.escalations.access import lock, require_still_open
from beside.escalations.deliver import outbound_of, send
from beside.escalations.deliveries import delivery_shown
from beside.escalations.holding import LEASE
from beside.escalations.outcomes import write_down
from beside.escalations.paging import Trying, prepare
from beside.escalations.tables import ASKING, Attempt, Channel, Escalation, Page
from beside.hubs.scope import require_in_hub
from beside.kit.context import Actor, Context, command, query
from beside.kit.crypto import Unreadable
from beside.kit.errors import Conflict, NotFound, Unavailable
from beside.kit.house import House
from beside.protocol.channel_snapshots import DeliveryShown

BUSY_MS = 2_000


async def send_again(house: House, actor: Actor, page: UUID, press: UUID) -> DeliveryShown:
    """The message, with this try. The same `press` again makes no other. Raises `NotAllowed`, `NotFound`, `Conflict` once the call is closed,
    `Unavailable` (`busy`) while a worker is at it.
    """
    async with command(house, actor) as ctx:
        trying = await _begin(ctx, page, press)
    if trying is not None:
        await write_down(house, (trying, await send(house, outbound_of(house), trying.kind, trying.message, trying.target)))
    async with query(house, actor) as ctx:
        row = await ctx.db.get_one(Page, page)
        tries = (await ctx.db.exec(select(Attempt).where(Attempt.page_id == page).order_by(col(Attempt.at), col(Attempt.id)))).all()
        return delivery_shown(ctx, row, await ctx.db.get_one(Escalation, row.escalation_id), await ctx.db.get_one(Channel, row.channel_id), tries)


async def _begin(ctx: Context, page_id: UUID, press: UUID) -> Trying | None:
    """The attempt, written down before it is made, under the press's own id."""
    me = require(ctx, Permission.channel_keep)
    found = await ctx.db.get(Page, page_id)
    escalation = await lock(ctx, found.escalation_id) if found else None
    escalation = require_in_hub(escalation, me.hub)
    page = await ctx.db.get_one(Page, page_id, populate_existing=True)
    if page.kind not in ASKING:
        raise NotFound
    made = await ctx.db.get(Attempt, press)
    if made is not None:
        if made.page_id != page.id:
            raise Conflict("client_id_conflict")
        return None
    require_still_open(escalation)
    if page.leased_until and page.leased_until > ctx.now:
        raise Unavailable("busy", retry_after_ms=BUSY_MS)
    attempt = Attempt(id=press, page_id=page.id, at=ctx.now)
    page.tries += 1
    page.tried_at, page.leased_until = ctx.now, ctx.now + LEASE
    ctx.db.add(attempt)
    await ctx.db.flush()
    await record(ctx, "account:page:sent_again", escalation.hub_id, escalation=escalation.id, page=page.id)
    asked = (await ctx.db.exec(select(Page).where(Page.escalation_id == escalation.id, col(Page.kind).in_(ASKING)))).all()
    try:
        return await prepare(ctx, escalation, page, asked, attempt.id)
    except Unreadable:
        attempt.ended_at, attempt.reason, page.leased_until = ctx.now, "channel", None
        await ctx.db.flush()
        return None
