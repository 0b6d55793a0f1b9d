"""Workers say that they are at work, as rows: by the database's clock, from within the very loop that takes the steps."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, update
from sqlmodel import col, select

from beside.escalations.watch_tables import WorkerBeat
from beside.kit.context import Context, command
from beside.kit.house import House

EVERY = timedelta(seconds=5)
UNSEEN = timedelta(seconds=20)  # three beats may be late: a restart takes five seconds
FORGOTTEN = timedelta(days=1)  # one that was killed and never came back under its name


async def beat(house: House) -> None:
    """This process looked for due steps just now."""
    async with command(house) as ctx:
        mine = col(WorkerBeat.worker) == house.node
        if not (await ctx.db.exec(update(WorkerBeat).where(mine).values(seen_at=ctx.now))).rowcount:
            ctx.db.add(WorkerBeat(worker=house.node, began_at=ctx.now, seen_at=ctx.now))
            await ctx.db.exec(delete(WorkerBeat).where(col(WorkerBeat.seen_at) < ctx.now - FORGOTTEN))


async def say_goodbye(house: House) -> None:
    """It stops because it was asked to: nobody need look for it."""
    async with command(house) as ctx:
        await ctx.db.exec(delete(WorkerBeat).where(col(WorkerBeat.worker) == house.node))


async def last_seen(ctx: Context) -> datetime | None:
    """When any worker was seen last."""
    return (await ctx.db.exec(select(func.max(WorkerBeat.seen_at)))).one()
