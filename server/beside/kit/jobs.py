"""Durable jobs: rows written in the transaction that causes them, leased by a conditional UPDATE, run at least once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import JSON, Index, or_, update
from sqlmodel import Field, col, select

from beside.kit.db import Table
from beside.kit.ids import new_id
from beside.kit.logs import log

if TYPE_CHECKING:
    from beside.kit.house import House

LEASE = timedelta(seconds=30)  # longer than the slowest step (10 s); short enough that a killed worker is not missed
BATCH = 20
AT_ONCE = 4  # of one worker: a provider that hangs in one of them (5 s) does not hold up the others
RETRIES = (1, 5, 15, 60, 300, 900, 3600)  # seconds; then every hour for ever: a job is never given up in silence

Run = Callable[["House", Mapping[str, Any]], Awaitable[None]]


class Job(Table, table=True):
    """`due_at` is null once it is done. `args` holds ids only."""

    __table_args__ = (Index("ix_job_due_at_partial", "due_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=80)
    args: dict[str, Any] = Field(sa_type=JSON)
    due_at: datetime | None
    created_at: datetime
    leased_until: datetime | None = None
    attempts: int = 0
    done_at: datetime | None = None
    last_problem: str | None = Field(default=None, max_length=80)


async def run_due(house: "House", work: Mapping[str, Run], batch: int = BATCH) -> int:
    """Run what is due and free; return how many were run. Safe beside any number of other workers."""
    now = house.clock.now()
    async with house.database.read() as db:
        due = (
            await db.exec(
                select(Job)
                .where(col(Job.due_at) <= now, or_(col(Job.leased_until).is_(None), col(Job.leased_until) <= now), col(Job.name).in_(list(work)))
                .order_by(col(Job.due_at))
                .limit(batch)
            )
        ).all()
    free = asyncio.Semaphore(AT_ONCE)

    async def one(job: Job) -> bool:
        async with free:
            return await _run(house, work, job)

    return sum(await asyncio.gather(*(one(job) for job in due)))


async def _run(house: "House", work: Mapping[str, Run], job: Job) -> bool:
    if not await _lease(house, job):
        return False
    problem: str | None = None
    try:
        await work[job.name](house, job.args)
    except Exception as failure:  # the job stays due; the reason is a type, never a text
        problem = type(failure).__name__
        log.warning("job.put_off", job=str(job.id), name=job.name, attempts=job.attempts + 1, error=problem, exc_info=failure)
    now = house.clock.now()
    async with house.database.write() as db:
        again = now + timedelta(seconds=RETRIES[min(job.attempts, len(RETRIES) - 1)])
        fields: dict[str, Any] = {"last_problem": problem, "leased_until": None}
        fields |= {"due_at": None, "done_at": now} if problem is None else {"due_at": again}
        await db.exec(update(Job).where(col(Job.id) == job.id).values(**fields))
        await db.commit()
    return True


async def _lease(house: "House", job: Job) -> bool:
    """Compare and set: of all who saw the job due, one changes the row."""
    now = house.clock.now()
    free = col(Job.leased_until).is_(None) if job.leased_until is None else col(Job.leased_until) == job.leased_until
    async with house.database.write() as db:
        won = await db.exec(
            update(Job).where(col(Job.id) == job.id, col(Job.due_at) == job.due_at, free).values(leased_until=now + LEASE, attempts=Job.attempts + 1)
        )
        await db.commit()
    return bool(won.rowcount == 1)
