"""One suite for both databases: who shares a trip gets what they asked for and nothing of the others', and what fails, fails as it always does."""

import asyncio

import pytest
from sqlalchemy import Integer, bindparam, insert, literal, select, text
from sqlmodel import col
from sqlmodel import select as select_rows

from beside.kit import shared_trips
from beside.kit.context import glance, query, shared_command
from beside.kit.errors import Unavailable
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.kit.jobs import Job
from beside.kit.trip import Found, Step

NUMBER = select(bindparam("number", type_=Integer()))
JOBS = select(col(Job.name)).where(col(Job.name) == bindparam("wanted")).order_by(col(Job.name))
_NAMES = ("id", "name", "args", "due_at", "created_at", "attempts")
JOB = insert(Job).values({name: bindparam(name, type_=Job.metadata.tables["job"].c[name].type) for name in _NAMES})
BROKEN = select(literal(1) / bindparam("zero", type_=Integer()), text("no_such_column"))
END = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()")


def _job(house: House, name: str) -> Step:
    now = house.clock.now()
    return JOB, {"id": new_id(), "name": name, "args": {}, "due_at": now, "created_at": now, "attempts": 0}


async def _ask(house: House, *steps: Step) -> list[Found]:
    async with glance(house) as ctx:
        return await ctx.look(*steps)


async def _store(house: House, *steps: Step) -> list[Found]:
    async with shared_command(house) as ctx:
        return await ctx.look(*steps)


async def test_each_gets_their_own_answers(house: House) -> None:
    """Hundreds who ask at once, some of them several things, each get theirs, in their order."""
    asked = [tuple((NUMBER, {"number": 10 * n + place}) for place in range(n % 3 + 1)) for n in range(300)]
    found = await asyncio.gather(*(_ask(house, *steps) for steps in asked))
    assert [[[(10 * n + place,)] for place in range(n % 3 + 1)] for n in range(300)] == found


async def test_those_who_ask_at_once_share_their_trips(house: House) -> None:
    """While one trip is under way the others gather: a hundred more are one trip more."""
    trips: list[int] = []

    async def run(steps: object) -> list[Found]:
        assert isinstance(steps, list)
        trips.append(len(steps))
        await asyncio.sleep(0)
        return [[(step[1]["number"],)] for step in steps]

    shared = shared_trips.SharedTrips(run)
    await asyncio.gather(*(shared.look((NUMBER, {"number": n})) for n in range(shared_trips.AT_ONCE + 1)))
    assert [shared_trips.AT_ONCE, 1] == trips


async def test_what_was_written_is_there_when_it_returns(house: House) -> None:
    """Each writes and is told once it is stored; all of it is there, for any connection."""
    await asyncio.gather(*(_store(house, _job(house, f"job {n}")) for n in range(20)))
    async with query(house) as ctx:
        assert sorted(f"job {n}" for n in range(20)) == sorted((await ctx.db.exec(select_rows(Job.name))).all())


async def test_what_was_written_a_moment_ago_is_seen(house: House) -> None:
    """A question after a write finds it: a page asks for a ticket and brings it at once."""
    for n in range(5):
        await _store(house, _job(house, f"job {n}"))
        assert [[(f"job {n}",)]] == await _ask(house, (JOBS, {"wanted": f"job {n}"}))


async def test_what_breaks_is_said_and_stores_nothing_and_the_next_trip_goes(house: House) -> None:
    """A write of which one statement cannot be carried out is stored not at all, and whoever comes after it is answered."""
    with pytest.raises(Unavailable if house.database.is_sqlite else Exception):
        await _store(house, _job(house, "half"), (BROKEN, {"zero": 0}))
    assert [[]] == await _ask(house, (JOBS, {"wanted": "half"}))
    await _store(house, _job(house, "whole"))
    assert [[("whole",)]] == await _ask(house, (JOBS, {"wanted": "whole"}))


async def test_whoever_leaves_takes_nobody_elses_answer_along(house: House) -> None:
    """A page that is closed in the middle of its question changes nothing for those who share the trip."""
    leaving = [asyncio.create_task(_ask(house, (NUMBER, {"number": n}))) for n in range(10)]
    staying = [asyncio.create_task(_ask(house, (NUMBER, {"number": 100 + n}))) for n in range(10)]
    await asyncio.sleep(0)
    for task in leaving:
        task.cancel()
    assert [[[(100 + n,)]] for n in range(10)] == await asyncio.gather(*staying)
    assert [[(7,)]] == await _ask(house, (NUMBER, {"number": 7}))


async def test_when_too_many_wait_the_next_is_told_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a bound nobody is let wait: a database that answers slowly does not fill our memory with questions."""
    monkeypatch.setattr(shared_trips, "WAITING", 3)
    asking = [asyncio.create_task(_ask(house, (NUMBER, {"number": n}))) for n in range(5)]
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert [False] * 3 + [True] * 2 == [isinstance(answer, Unavailable) for answer in answers]


async def test_a_database_that_says_nothing_is_not_waited_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trip that takes too long is given up, told as unavailable, and the next one goes (FAULTS 49)."""
    monkeypatch.setattr(shared_trips, "TRIP_S", 0.2)
    quiet = True
    looking = house.database.lane()

    async def run(steps: object) -> list[Found]:
        assert isinstance(steps, list)
        if quiet:
            await asyncio.Event().wait()
        return await looking.glance(*steps)

    house.database.shared_looks = shared_trips.SharedTrips(run)
    with pytest.raises(Unavailable):
        await _ask(house, (NUMBER, {"number": 1}))
    quiet = False
    assert [[(1,)]] == await _ask(house, (NUMBER, {"number": 1}))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_connections_that_died_unnoticed_are_replaced(house: House) -> None:
    """PostgreSQL ended every connection: the next question and the next write are answered all the same (FAULTS 46)."""
    await _ask(house, (NUMBER, {"number": 1}))
    await _store(house, _job(house, "before"))
    async with query(house) as ctx:
        await ctx.db.exec(END)  # type: ignore[call-overload]  # a plain text
    await asyncio.sleep(0.1)
    assert [[(2,)]] == await _ask(house, (NUMBER, {"number": 2}))
    await _store(house, _job(house, "after"))
    assert [[("after",)]] == await _ask(house, (JOBS, {"wanted": "after"}))


async def test_nothing_that_is_staged_is_lost_in_silence(house: House) -> None:
    """What a command would release after its commit has no place where the write is stored at once: it is said, and not dropped."""

    async def stages() -> None:
        async with shared_command(house) as ctx:
            ctx.wake()

    with pytest.raises(AssertionError, match="stages nothing"):
        await stages()
