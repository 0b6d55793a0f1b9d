"""One suite for both databases: what a command may rely on, whichever stands below."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import col, select, update

from beside.accounts.tables import SocketTicket
from beside.kit.context import command, query
from beside.kit.db import require_aware
from beside.kit.errors import BadInput, Unavailable
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.kit.jobs import Job
from tests.rig.house import MORNING, open_house
from tests.rig.postgres import PostgresServer


async def job_names(house: House) -> list[str]:
    async with query(house) as ctx:
        return list((await ctx.db.exec(select(Job.name).order_by(col(Job.name)))).all())


async def test_a_command_is_stored_whole_when_it_ends(house: House) -> None:
    """What one command wrote, the next one reads, from another connection."""
    async with command(house) as ctx:
        ctx.enqueue("a", {})
        ctx.enqueue("b", {})
    assert ["a", "b"] == await job_names(house)


async def test_a_command_that_raises_leaves_nothing(house: House) -> None:
    """Neither rows nor signals nor a wake-up: all or nothing."""
    woken: list[bool] = []
    house.woken.append(lambda: woken.append(True))

    async def refused() -> None:
        async with command(house) as ctx:
            ctx.enqueue("a", {})
            await ctx.db.flush()
            raise BadInput

    with pytest.raises(BadInput):
        await refused()
    assert ([], []) == (await job_names(house), woken)


async def test_a_cancelled_command_leaves_nothing(house: House) -> None:
    """Whoever hangs up in the middle has stored nothing, and the next writer is not kept waiting."""

    async def slow() -> None:
        async with command(house) as ctx:
            ctx.enqueue("a", {})
            await ctx.db.flush()
            await asyncio.Event().wait()

    cancelled = asyncio.create_task(slow())
    await asyncio.sleep(0.05)
    cancelled.cancel()
    await asyncio.wait([cancelled])
    async with command(house) as ctx:
        ctx.enqueue("b", {})
    assert ["b"] == await job_names(house)


async def test_a_reader_sees_nothing_that_is_not_committed(house: House) -> None:
    """A reader is never kept waiting by a writer, and never shown half of what it does."""
    async with command(house) as ctx:
        ctx.enqueue("a", {})
        await ctx.db.flush()
        during = await job_names(house)
    assert ([], ["a"]) == (during, await job_names(house))


async def test_concurrent_counting_loses_nothing(house: House) -> None:
    """Fifty commands that count up the same row at once: fifty more, and each saw a number of its own."""
    async with command(house) as ctx:
        ctx.enqueue("counter", {})

    async def count() -> int:
        async with command(house) as ctx:
            counted = await ctx.db.exec(update(Job).values(attempts=Job.attempts + 1).returning(col(Job.attempts)))
            return int(counted.scalar_one())

    assert list(range(1, 51)) == sorted(await asyncio.gather(*(count() for _ in range(50))))


async def test_two_nodes_on_one_database_take_turns(database_url: str) -> None:
    """Writers in two processes' worth of pools wait for each other: nobody is refused, nothing is lost."""
    async with open_house(database_url) as one, open_house(database_url) as two:
        async with command(one) as ctx:
            ctx.enqueue("counter", {})

        async def count(house: House) -> None:
            async with command(house) as ctx:
                await ctx.db.exec(update(Job).values(attempts=Job.attempts + 1))

        await asyncio.gather(*(count(house) for house in (one, two) * 20))
        async with query(one) as ctx:
            assert 40 == (await ctx.db.exec(select(Job.attempts))).one()


async def test_times_come_back_aware_and_in_utc(house: House) -> None:
    """A time written in any zone is the same moment when it is read, in UTC."""
    helsinki = timezone(timedelta(hours=2))
    async with command(house) as ctx:
        ctx.enqueue("a", {}, due_at=datetime(2026, 3, 2, 12, 30, 15, 250_000, tzinfo=helsinki))
    async with query(house) as ctx:
        due = (await ctx.db.exec(select(Job.due_at))).one()
    assert (datetime(2026, 3, 2, 10, 30, 15, 250_000, tzinfo=UTC), timedelta(0)) == (due, due.utcoffset() if due else None)


async def test_a_time_without_a_zone_is_refused(house: House) -> None:
    """A naive time is a programming mistake, found where it is made."""
    naive = datetime(2026, 3, 2, 10, 0)  # noqa: DTZ001  # that is the mistake

    async def mistaken() -> None:
        async with command(house) as ctx:
            ctx.enqueue("a", {}, due_at=naive)

    with pytest.raises((StatementError, TypeError, ValueError)):
        await mistaken()
    with pytest.raises(TypeError):
        require_aware(naive)
    assert (MORNING, []) == (require_aware(MORNING), await job_names(house))


async def test_foreign_keys_hold(house: House) -> None:
    """A row cannot point at what is not there, on either engine."""

    async def dangling() -> None:
        async with command(house) as ctx:
            ctx.db.add(SocketTicket(ticket_hash="x", session_id=new_id(), expires_at=ctx.now))

    with pytest.raises(IntegrityError):
        await dangling()


async def test_what_is_acknowledged_is_on_the_disk(house: House) -> None:
    """SQLite syncs at every commit and keeps readers free; an acknowledged message survives the power going."""
    asked = ("PRAGMA journal_mode", "PRAGMA synchronous") if house.database.is_sqlite else ("SHOW timezone", "SHOW lock_timeout")
    async with query(house) as ctx:
        answers = [str((await (await ctx.db.connection()).execute(text(each))).scalar()) for each in asked]
    assert (["wal", "2"] if house.database.is_sqlite else ["UTC", "2s"]) == answers


async def test_a_database_that_is_gone_is_unavailable(own_postgres: PostgresServer) -> None:
    """Commands and questions are refused in words a caller can act on, and work again once it is back (FAULTS 46)."""
    async with open_house(own_postgres.url()) as house:
        async with query(house) as ctx:
            await ctx.db.exec(select(1))
        own_postgres.kill()
        with pytest.raises(Unavailable) as of_command:
            async with command(house) as ctx:
                await ctx.db.exec(select(1))
        with pytest.raises(Unavailable):
            async with query(house) as ctx:
                await ctx.db.exec(select(1))
        own_postgres.start()
        async with command(house) as ctx:
            again = (await ctx.db.exec(select(1))).one()
    assert (503, 2_000, 1) == (of_command.value.status, of_command.value.retry_after_ms, again)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_file_held_by_another_is_unavailable(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite locked by another process for longer than we wait: refused, nothing stored, and fine afterwards."""
    monkeypatch.setattr("beside.kit.db._PRAGMAS", ("busy_timeout=50",))
    async with open_house(database_url) as house, open_house(database_url) as holder:
        async with command(holder) as held:
            held.enqueue("held", {})
            await held.db.flush()
            with pytest.raises(Unavailable):
                async with command(house) as ctx:
                    ctx.enqueue("refused", {})
        async with command(house) as ctx:
            ctx.enqueue("after", {})
        assert ["after", "held"] == await job_names(house)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_file_that_cannot_grow_is_said_to_be_full(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite on a full disk: refused, nothing stored, said why, and what is there can be read (FAULTS 48; the file is capped, not the disk)."""
    async with open_house(database_url) as house, command(house) as ctx:
        ctx.enqueue("before", {})
    monkeypatch.setattr("beside.kit.db._PRAGMAS", ("max_page_count=1",))  # SQLite makes of it: no page more than there are
    async with open_house(database_url) as house:
        with pytest.raises(Unavailable):
            async with command(house) as ctx:
                ctx.enqueue("refused", {"more": "x" * 100_000})
        assert ("disk_full", ["before"]) == (house.database.refuses, await job_names(house))


async def test_when_every_connection_is_taken_the_next_is_told_so(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that gets no connection in time is refused, not left hanging (FAULTS 49)."""
    monkeypatch.setattr("beside.kit.db.POOL_SIZE", 1)
    monkeypatch.setattr("beside.kit.db.POOL_OVERFLOW", 0)
    monkeypatch.setattr("beside.kit.db.POOL_WAIT_S", 0.1)
    async with open_house(postgres_url) as house:
        async with command(house) as holding:
            await holding.db.exec(select(1))
            with pytest.raises(Unavailable):
                async with command(house) as ctx:
                    await ctx.db.exec(select(1))
        async with command(house) as ctx:
            assert 1 == (await ctx.db.exec(select(1))).one()


async def test_a_read_only_database_takes_no_command(postgres: PostgresServer, postgres_url: str) -> None:
    """A standby promoted late still reads, and nothing is acknowledged that was not stored (FAULTS 51)."""
    async with open_house(postgres_url) as writable, command(writable) as ctx:
        ctx.enqueue("before", {})
    name = postgres_url.rsplit("/", 1)[1]
    postgres.run(SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(Identifier(name)))
    async with open_house(postgres_url) as standby:
        with pytest.raises(Unavailable):
            async with command(standby) as ctx:
                ctx.enqueue("refused", {})
        assert ["before"] == await job_names(standby)


async def test_ids_sort_by_the_time_they_were_made() -> None:
    """Rows made one after the other stand one after the other."""
    made = [new_id() for _ in range(1000)]
    assert made == sorted(made)
