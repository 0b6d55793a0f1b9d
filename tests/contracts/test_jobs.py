"""Durable jobs on both databases: written with their cause, run at least once, by one worker at a time."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from beside.kit.clock import SetClock
from beside.kit.context import Context, command, query
from beside.kit.errors import BadInput
from beside.kit.house import House
from beside.kit.jobs import LEASE, RETRIES, Job, run_due
from tests.rig.house import MORNING, open_house
from tests.rig.wait import until


class Work:
    """What the jobs do here: remember, and fail as often as they are told."""

    def __init__(self, failures: int = 0) -> None:
        self.done: list[dict[str, Any]] = []
        self.tried = 0
        self._failures = failures

    async def __call__(self, house: House, args: Mapping[str, Any]) -> None:
        self.tried += 1
        await asyncio.sleep(0)
        if self.tried <= self._failures:
            raise ConnectionError("the words of somebody")
        self.done.append(dict(args))


async def enqueue(house: House, count: int = 1, **when: Any) -> None:
    async with command(house) as ctx:
        for n in range(count):
            ctx.enqueue("do", {"n": n}, **when)


async def jobs_of(house: House) -> list[Job]:
    async with query(house) as ctx:
        return list((await ctx.db.exec(select(Job).order_by(col(Job.id)))).all())


def forward(house: House, by: timedelta) -> None:
    assert isinstance(house.clock, SetClock)
    house.clock.forward(by)


async def test_a_job_runs_once_and_is_done(house: House) -> None:
    """What is due runs; what is done does not run again."""
    work = Work()
    await enqueue(house)
    ran = [await run_due(house, {"do": work}), await run_due(house, {"do": work})]
    [job] = await jobs_of(house)
    assert ([1, 0], [{"n": 0}], None, MORNING) == (ran, work.done, job.due_at, job.done_at)


async def test_a_job_waits_for_its_time(house: House) -> None:
    """Not before it is due, and then at once."""
    work = Work()
    await enqueue(house, due_at=MORNING + timedelta(seconds=60))
    early = await run_due(house, {"do": work})
    forward(house, timedelta(seconds=60))
    assert (0, 1) == (early, await run_due(house, {"do": work}))


async def test_a_job_falls_with_its_cause(house: House) -> None:
    """A command that is rolled back leaves no job behind."""
    work = Work()

    async def refused() -> None:
        async with command(house) as ctx:
            ctx.enqueue("do", {})
            raise BadInput

    with pytest.raises(BadInput):
        await refused()
    assert (0, []) == (await run_due(house, {"do": work}), await jobs_of(house))


async def test_a_job_is_there_though_its_process_ends_right_after_the_commit(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that comes after the commit is needed for it: whoever looks next finds it and runs it (FAULTS 85)."""

    async def dies(self: Context) -> None:
        raise ConnectionAbortedError

    monkeypatch.setattr(Context, "release", dies)
    with pytest.raises(ConnectionAbortedError):
        await enqueue(house)
    work = Work()
    assert (1, [{"n": 0}]) == (await run_due(house, {"do": work}), work.done)


async def test_of_two_workers_one_runs_each_job(database_url: str) -> None:
    """Two workers that see the same fifty jobs run fifty between them, each once (FAULTS 87)."""
    async with open_house(database_url) as one, open_house(database_url) as two:
        work = Work()
        await enqueue(one, 50)
        while sum(await asyncio.gather(run_due(one, {"do": work}), run_due(two, {"do": work}))):
            pass
        assert list(range(50)) == sorted(done["n"] for done in work.done)


async def test_a_worker_killed_in_the_middle_is_not_missed(house: House) -> None:
    """A job whose worker died is run by another once the lease has run out, and not before (FAULTS 86, 87)."""
    work = Work()
    await enqueue(house)

    async def dies(house: House, args: Mapping[str, Any]) -> None:
        raise asyncio.CancelledError

    killed = asyncio.create_task(run_due(house, {"do": dies}))
    await asyncio.wait([killed])
    forward(house, LEASE - timedelta(seconds=1))
    before = await run_due(house, {"do": work})
    forward(house, timedelta(seconds=1))
    assert (0, 1, [{"n": 0}]) == (before, await run_due(house, {"do": work}), work.done)


async def test_a_job_that_goes_wrong_is_tried_again_later_and_for_ever(house: House) -> None:
    """Each time a little later, up to an hour apart; it is never given up, and the reason kept is a type and no words."""
    work = Work(failures=len(RETRIES) + 3)
    await enqueue(house)
    waits = []
    while not work.done:
        before = house.clock.now()
        assert 1 == await run_due(house, {"do": work})
        [job] = await jobs_of(house)
        if job.due_at is not None:
            waits.append(int((job.due_at - before).total_seconds()))
            assert "ConnectionError" == job.last_problem
            forward(house, job.due_at - before)
    assert [*RETRIES, RETRIES[-1], RETRIES[-1], RETRIES[-1]] == waits


async def test_jobs_that_nobody_here_knows_are_left_alone(house: House) -> None:
    """An older worker beside a newer one leaves it its jobs."""
    await enqueue(house)
    assert 0 == await run_due(house, {"other": Work()})
    assert [0] == [job.attempts for job in await jobs_of(house)]


async def test_a_fact_becomes_one_job_for_each_reaction(database_url: str) -> None:
    """`react` writes what the table says, with ids as text; a fact without reactions writes nothing."""
    async with open_house(database_url, reactions={"person.left": ("tell", "count")}) as house:
        async with command(house) as ctx:
            ctx.react("person.left", account=7)
            ctx.react("unheard.of", account=8)
        assert [("count", {"account": "7"}), ("tell", {"account": "7"})] == sorted((job.name, job.args) for job in await jobs_of(house))


async def test_the_worker_in_this_process_is_woken_for_what_is_due_now(house: House) -> None:
    """After the commit, and only where something is due: a job for later wakes nobody."""
    woken: list[int] = []
    house.woken.append(lambda: woken.append(len(woken)))
    await enqueue(house, due_at=MORNING + timedelta(hours=1))
    later = len(woken)
    await enqueue(house)
    assert (0, 1) == (later, len(woken))


async def test_one_that_hangs_holds_up_nobody(house: House) -> None:
    """A provider that does not answer in one job: the others are done meanwhile (FAULTS 88)."""
    hung, others = asyncio.Event(), Work()

    async def hangs(_: House, __: Mapping[str, Any]) -> None:
        await hung.wait()

    async with command(house) as ctx:
        ctx.enqueue("hang", {})
    await enqueue(house, 6)
    running = asyncio.create_task(run_due(house, {"hang": hangs, "do": others}))
    await until(lambda: len(others.done) == 6, 10.0, "the others to be done")
    assert not running.done()
    hung.set()
    assert 7 == await running
