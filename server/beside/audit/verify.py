"""Read a ledger from its beginning and name the first row that cannot be right; and say how far each ledger reaches, to be kept elsewhere."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col, select

from beside.audit.chain import Flaw, Head, Link, Walk
from beside.audit.tables import AuditEntry, AuditHead
from beside.kit.context import Context

PAGE = 1_000  # rows in memory at a time: a ledger of years is read in the memory of a minute


async def heads(ctx: Context) -> list[Head]:
    """How far each hub's ledger reaches now. Keep this outside the database: with it, `verify` finds a tail cut off or written anew."""
    rows = await ctx.db.exec(select(AuditHead).order_by(col(AuditHead.hub_id)))
    return [Head(row.hub_id, row.position, row.hash) for row in rows]


async def verify_all(ctx: Context, kept: Iterable[Head] = ()) -> list[Flaw]:
    """The first flaw of each ledger that has one. `kept` are heads exported earlier, at most one per hub."""
    exported = {head.hub: head for head in kept}
    written = set(await ctx.db.exec(select(AuditEntry.hub_id).distinct()))
    hubs = {head.hub for head in await heads(ctx)} | written | set(exported)
    found = [await verify(ctx, hub, exported.get(hub)) for hub in sorted(hubs)]
    return [flaw for flaw in found if flaw is not None]


async def verify(ctx: Context, hub: UUID, kept: Head | None = None) -> Flaw | None:
    """The first flaw of this hub's ledger, or None. Only an act that was never exported, and whose tail is gone, can hide."""
    walk = Walk(hub, kept)
    head: Head | None = None
    after: int | None = None
    while True:
        page = await _page(ctx, hub, after)
        for link in page:
            if flaw := walk.step(link):
                return flaw
        if page:
            after = page[-1].position
            continue
        seen, head = head, await _head(ctx, hub)
        if head == seen:  # nothing was appended while we read: what the head says and what the rows say must agree
            return walk.end(head)


async def _head(ctx: Context, hub: UUID) -> Head | None:
    row = (await ctx.db.exec(select(AuditHead.position, AuditHead.hash).where(col(AuditHead.hub_id) == hub))).first()
    return Head(hub, row[0], row[1]) if row else None


async def _page(ctx: Context, hub: UUID, after: int | None) -> list[Link]:
    wanted = select(AuditEntry).where(col(AuditEntry.hub_id) == hub).order_by(col(AuditEntry.position)).limit(PAGE)
    if after is not None:
        wanted = wanted.where(col(AuditEntry.position) > after)
    rows = await ctx.db.exec(wanted.execution_options(populate_existing=True))
    return [Link(r.hub_id, r.position, r.at, r.actor_id, r.session_id, r.action, r.about, r.prev_hash, r.hash) for r in rows]
