"""One suite for both databases: a transaction of two trips keeps what a session's keeps, and nothing that it did not commit."""

import asyncio
from uuid import UUID

import pytest
import sqlmodel
from sqlalchemy import Integer, Text, bindparam, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, NotSupportedError
from sqlmodel import col

from beside.kit.context import command, command_on, query
from beside.kit.db import Table
from beside.kit.errors import Unavailable
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.kit.jobs import Job
from beside.kit.rows import given, insertion
from beside.kit.trip import Found, Step

JOB = Table.metadata.tables["job"]
_asked = given("asked", number=Integer())
_NAMES = select(_asked.c.number, col(Job.name)).join_from(_asked, Job, sqlmodel.true()).order_by(col(Job.name))
_END = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()")
_ECHO = select(bindparam("one", type_=Text()))
ALL = (_NAMES, {"asked": [{"number": 1}]})


def _job(house: House, name: str, job: UUID | None = None) -> Step:
    now = house.clock.now()
    row = {"id": job or new_id(), "name": name, "args": {}, "due_at": now, "created_at": now, "attempts": 0}
    return insertion(JOB, [row], sqlite=house.database.is_sqlite)


async def _names(house: House) -> list[str]:
    async with query(house) as ctx:
        return sorted((await ctx.db.exec(sqlmodel.select(Job.name))).all())


async def test_what_is_put_is_stored_by_the_commit_and_not_before(house: House) -> None:
    """Another connection sees nothing until the command has ended, and then everything, a job that was enqueued included."""
    async with command_on(house.database.lane(), house) as ctx:
        assert [[]] == await ctx.look(ALL)
        await ctx.put(_job(house, "one"), _job(house, "two"))
        ctx.enqueue("three", {"id": "3"})
        assert [] == await _names(house)
    assert ["one", "three", "two"] == await _names(house)


async def test_what_breaks_leaves_nothing_behind(house: House) -> None:
    """A command that raises stores nothing, and the lane serves the next one."""
    lane = house.database.lane()

    async def breaks() -> None:
        async with command_on(lane, house) as ctx:
            await ctx.look(ALL)
            await ctx.put(_job(house, "lost"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await breaks()
    async with command_on(lane, house) as ctx:
        await ctx.look(ALL)
        await ctx.put(_job(house, "kept"))
    assert ["kept"] == await _names(house)


async def test_a_commit_that_is_refused_stores_nothing_of_it(house: House) -> None:
    """Of two rows with one id neither is stored; the error is the one that a session raises, and the lane goes on."""
    lane, twice = house.database.lane(), new_id()

    async def writes_twice() -> None:
        async with command_on(lane, house) as ctx:
            await ctx.look(ALL)
            await ctx.put(_job(house, "first", twice), _job(house, "second", twice))

    with pytest.raises(IntegrityError):
        await writes_twice()
    assert [] == await _names(house)
    async with command_on(lane, house) as ctx:
        assert [[]] == await ctx.look(ALL)


async def test_a_command_that_only_looks_holds_nothing(house: House) -> None:
    """After it others may write."""
    async with command_on(house.database.lane(), house) as ctx:
        await ctx.look(ALL)
    async with command(house) as ctx:
        ctx.enqueue("after", {})
    assert ["after"] == await _names(house)


async def test_somebody_who_goes_away_in_the_middle_takes_nothing_along(house: House) -> None:
    """Cancelled at any moment of it, a command stores all or nothing, and whoever comes next gets answers of their own (FAULTS 44)."""
    lane = house.database.lane()

    async def once(name: str) -> None:
        async with command_on(lane, house) as ctx:
            await ctx.look(ALL)
            await ctx.put(_job(house, name))

    for turns in range(12):
        task = asyncio.create_task(once(f"job {turns:02}"))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with command_on(lane, house) as ctx:
            ((found),) = await ctx.look(ALL)
            assert [(1, name) for name in await _names(house)] == found


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_connection_that_died_unnoticed_is_replaced(house: House) -> None:
    """A database that was restarted between two commands costs the second of them nothing (FAULTS 46)."""
    lane = house.database.lane()
    async with command_on(lane, house) as ctx:
        await ctx.look(ALL)
    await _end_every_other(house)
    async with command_on(lane, house) as ctx:
        await ctx.look(ALL)
        await ctx.put(_job(house, "after all"))
    assert ["after all"] == await _names(house)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_connection_that_dies_in_the_middle_stores_nothing(house: House) -> None:
    """It is said as unavailable, and the next command has a new connection (FAULTS 46)."""
    lane = house.database.lane()

    async def loses_it() -> None:
        async with command_on(lane, house) as ctx:
            await ctx.look(ALL)
            await _end_every_other(house)
            await ctx.put(_job(house, "lost"))

    with pytest.raises(Unavailable):
        await loses_it()
    async with command_on(lane, house) as ctx:
        assert [[]] == await ctx.look(ALL)


async def _end_every_other(house: House) -> None:
    async with command(house) as ctx:
        await (await ctx.db.connection()).execute(_END)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_table_that_changes_under_a_lane_costs_it_one_command(house: House) -> None:
    """A plan that was made before a migration is refused once, and made anew: the command stores nothing, and the next one goes (FAULTS 52)."""
    lane, attempts = house.database.lane(), select(JOB.c.attempts)

    async def looks() -> list[Found]:
        async with command_on(lane, house) as ctx:
            await ctx.put(_job(house, "a job"))
            return await ctx.look((attempts, {}))

    assert [[]] == await looks()
    async with command(house) as ctx:
        await (await ctx.db.connection()).execute(text("ALTER TABLE job ALTER COLUMN attempts TYPE bigint"))
    with pytest.raises(NotSupportedError):
        await looks()
    assert [[(0,)]] == await looks()
    assert ["a job", "a job"] == await _names(house)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_server_that_knows_no_statement_any_more_costs_a_lane_one_trip(house: House) -> None:
    """As behind a pooler that goes on with another server: refused once, and prepared anew."""
    lane = house.database.lane()
    assert [[]] == await lane.glance(ALL)
    await lane.glance((text("DEALLOCATE ALL"), {}))
    with pytest.raises(DBAPIError):
        await lane.glance(ALL)
    assert [[]] == await lane.glance(ALL)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_cannot_be_carried_leaves_nothing_for_the_next_asker(house: House) -> None:
    """A value that the driver refuses in the middle of a trip: none of it is asked, and the next one gets answers of their own (FAULTS 44)."""
    lane = house.database.lane()
    assert [[("one",)]] == await lane.glance(_echo("one"))
    for bad in ("half \ud800", "\0"):
        with pytest.raises((DBAPIError, UnicodeError)):
            await lane.glance(_echo("theirs"), _echo(bad), _echo("theirs too"))
        assert [[("mine",)], [("mine too",)]] == await lane.glance(_echo("mine"), _echo("mine too"))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_is_refused_at_the_very_end_of_a_trip_is_not_taken_for_stored(house: House) -> None:
    """A rule that is looked at with the commit alone: the trip fails, and the lane serves the next one with a new connection."""
    lane, job = house.database.lane(), new_id()
    async with command(house) as ctx:
        await (await ctx.db.connection()).execute(text("ALTER TABLE job ADD CONSTRAINT twice UNIQUE (name) DEFERRABLE INITIALLY DEFERRED"))
    await lane.glance(_job(house, "once", job))
    with pytest.raises(DBAPIError):
        await lane.glance(_job(house, "once"))
    assert [[("mine",)]] == await lane.glance(_echo("mine"))
    assert ["once"] == await _names(house)


def _echo(words: str) -> Step:
    return _ECHO, {"one": words}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_more_than_a_socket_holds_is_written_and_read(house: House) -> None:
    """Eight megabytes of it each way: while the one is being written, the other is being read."""
    lane, much = house.database.lane(), "x" * 8_000_000
    found = await lane.glance(_echo(much), (select(bindparam("one", type_=Text()), text("'100%'")), {"one": "after"}))
    assert [[(much,)], [("after", "100%")]] == found
