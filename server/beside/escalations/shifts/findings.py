"""Three days ahead: what the rota lacks is written down, told once, told again when it changes, and closed when it is mended (FAULTS 99)."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import col, select

from beside.audit.write import record
from beside.escalations.shifts.access import hold_rota
from beside.escalations.shifts.duty import Trouble, gaps_ahead
from beside.escalations.shifts.tables import Finding, Look
from beside.escalations.shifts.tell_gap import ask_to_tell
from beside.escalations.shifts.telling import tell_rota
from beside.hubs.tables import Hub
from beside.kit.context import Context, command
from beside.kit.house import House
from beside.kit.logs import log
from beside.kit.metrics import ALARMS
from beside.protocol.shapes import RotaTrouble

AHEAD = timedelta(hours=72)  # ESCALATION asks for 24 h; a gap on Monday morning must be known on Friday, while there is somebody to ask
EVERY = timedelta(minutes=10)  # whoever plans a week changes it twenty times: they are told what is left of it, not each step
PLAIN = frozenset({RotaTrouble.nobody, RotaTrouble.away})  # where the hours are what is wrong; of the others, it is the person


async def look_ahead(house: House) -> int:
    """Look at the rota of every hub that is due; return how much was told. Safe beside any number of other workers."""
    async with house.database.read() as db:
        due = select(Hub.id).outerjoin(Look, col(Look.hub_id) == col(Hub.id)).where(or_(col(Look.due_at).is_(None), col(Look.due_at) <= house.clock.now()))
        hubs = (await db.exec(due)).all()
    told = 0
    for hub in hubs:
        async with command(house) as ctx:
            if await _claim(ctx, hub):
                told += await compare(ctx, hub)
    return told


async def compare(ctx: Context, hub: UUID) -> int:
    """What is wrong now against what was written down. The rota is held."""
    standing = (await ctx.db.exec(select(Finding).where(Finding.hub_id == hub, col(Finding.mended_at).is_(None)).order_by(col(Finding.id)))).all()
    left = list(standing)
    told = 0
    for trouble in await gaps_ahead(ctx, hub, ctx.now, ctx.now + AHEAD):
        known = next((one for one in left if _is_it(one, trouble)), None)
        if known is None:
            told += await _found(ctx, hub, trouble)
            continue
        left.remove(known)
        if _changed(known, trouble, ctx.now):
            known.told_at = ctx.now
            told += await _tell(ctx, known, trouble)
        known.starts_at, known.ends_at = min(known.starts_at, trouble.starts) if trouble.starts <= ctx.now else trouble.starts, trouble.ends
    for mended in left:
        await _mended(ctx, mended)
    if told or left:
        tell_rota(ctx, hub)
    await ctx.db.flush()
    return told


async def _claim(ctx: Context, hub: UUID) -> bool:
    """Of all workers that saw it due, one changes the row; the others wait for the commit, and then find it no longer due."""
    await hold_rota(ctx, hub)
    won = await ctx.db.exec(update(Look).where(col(Look.hub_id) == hub, col(Look.due_at) <= ctx.now).values(due_at=ctx.now + EVERY))
    return bool(won.rowcount == 1)


def _is_it(known: Finding, trouble: Trouble) -> bool:
    """The same trouble, perhaps with other hours: of a gap, its hours touch those it had; of a person, it is the same person on the same line."""
    if (known.rung, known.kind, known.account_id) != (trouble.rung, trouble.kind, trouble.account):
        return False
    return known.kind not in PLAIN or (known.starts_at <= (trouble.ends or known.starts_at) and trouble.starts <= (known.ends_at or trouble.starts))


def _changed(known: Finding, trouble: Trouble, now: datetime) -> bool:
    """Time passing is no change: of a gap that has begun, less is left each minute, and an end that comes in sight is no news."""
    if known.kind not in PLAIN:
        return False
    begins_else = known.starts_at > now and known.starts_at != trouble.starts
    return begins_else or (known.ends_at is not None and known.ends_at != trouble.ends)


async def _found(ctx: Context, hub: UUID, trouble: Trouble) -> int:
    row = Finding(
        hub_id=hub,
        rung=trouble.rung,
        kind=trouble.kind,
        account_id=trouble.account,
        starts_at=trouble.starts,
        ends_at=trouble.ends,
        found_at=ctx.now,
        told_at=ctx.now,
    )
    ctx.db.add(row)
    await ctx.db.flush()
    return await _tell(ctx, row, trouble)


async def _tell(ctx: Context, row: Finding, trouble: Trouble) -> int:
    """To the duty manager, the ledger, the log and the metrics; the coordinator's page shows it as well."""
    await ask_to_tell(ctx, row)
    in_hours = int((trouble.starts - ctx.now) / timedelta(hours=1))
    ALARMS.labels("rota_gap").inc()
    log.error("rota.gap", finding=str(row.id), hub=str(row.hub_id), rung=row.rung, kind=row.kind.value, in_hours=in_hours)
    await record(ctx, "hub:rota:lacking", row.hub_id, finding=row.id, rung=row.rung, kind=row.kind, account=row.account_id, in_hours=in_hours)
    return 1


async def _mended(ctx: Context, row: Finding) -> None:
    """It is gone: somebody saw to it, or its hours are over."""
    row.mended_at = ctx.now
    log.info("rota.mended", finding=str(row.id), hub=str(row.hub_id), rung=row.rung, kind=row.kind.value)
    await record(ctx, "hub:rota:mended", row.hub_id, finding=row.id, rung=row.rung, kind=row.kind)
