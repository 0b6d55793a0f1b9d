"""One suite for both databases: several statements in one trip, and many rows in one parameter, say what the long way says."""

from typing import Any
from uuid import UUID

import pytest
import sqlmodel
from sqlalchemy import Integer, Text, Uuid, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from beside.conversations.tables import Event
from beside.kit.context import command, query
from beside.kit.db import Table
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.kit.jobs import Job
from beside.kit.rows import given, insertion
from beside.kit.trip import in_one_trip
from beside.protocol.shapes import Log, Place
from tests.messages.test_send import talk
from tests.rig.cast import Cast

EVENT, JOB = Table.metadata.tables["event"], Table.metadata.tables["job"]
NAMES = ["plain", "it's", 'a "quoted" \\ one', "naïve ☕ 🫖", "%(name)s ? :x", "{}", ""]

_asked = given("asked", number=Integer(), id=Uuid(), name=Text())
_FOUND = select(_asked.c.number, col(Job.id), col(Job.name), col(Job.due_at), col(Job.done_at)).join_from(_asked, Job, col(Job.id) == _asked.c.id)
_ECHO = select(_asked.c.number, _asked.c.name, _asked.c.id).order_by(_asked.c.number)


def _jobs(house: House, names: list[str]) -> list[dict[str, Any]]:
    now = house.clock.now()
    return [{"id": new_id(), "name": name, "args": {"n": number}, "due_at": now, "created_at": now, "attempts": 0} for number, name in enumerate(names)]


async def test_what_goes_in_by_one_parameter_comes_back_as_it_was(house: House) -> None:
    """Ids, times, nothing, and text that would break a statement built of strings."""
    rows = _jobs(house, NAMES)
    async with command(house) as ctx:
        await in_one_trip(ctx.db, insertion(JOB, rows, sqlite=house.database.is_sqlite))
    async with query(house) as ctx:
        every = sqlmodel.select(Job)
        stored = {job.id: (job.name, job.args, job.due_at, job.done_at) for job in await ctx.db.exec(every)}
        asked = [{"number": number, "id": row["id"], "name": ""} for number, row in enumerate(rows)]
        ((found),) = await in_one_trip(ctx.db, (_FOUND, {"asked": asked}))
    assert {row["id"]: (row["name"], row["args"], row["due_at"], None) for row in rows} == stored
    assert [(number, row["id"], row["name"], row["due_at"], None) for number, row in enumerate(rows)] == sorted(found)


async def test_the_answers_are_in_the_order_of_the_questions(house: House) -> None:
    """Statements of one trip see what those before them wrote, and each gets its own rows; however many rows are asked about, none included."""
    rows = _jobs(house, ["a", "b"])
    for many in (0, 1, 500):
        asked = [{"number": number, "id": UUID(int=number), "name": f"{number}"} for number in range(many)]
        async with command(house) as ctx:
            first, nothing, second = await in_one_trip(
                ctx.db, (_ECHO, {"asked": asked}), insertion(JOB, rows, sqlite=house.database.is_sqlite), (_ECHO, {"asked": asked[:1]})
            )
            await ctx.db.rollback()
        assert [(number, f"{number}", UUID(int=number)) for number in range(many)] == first
        assert ([], first[:1]) == (nothing, second)


async def test_sealed_bytes_and_fixed_words_come_back_as_they_were(house: House, cast: Cast) -> None:
    """Every byte there is, in a column of bytes; a word of a fixed list as that word."""
    chat = await talk(house, cast)
    rows = [
        {"conversation_id": chat.id, "log": Log.staff, "seq": seq, "kind": "message.posted", "author_id": None, "author_place": place, "client_id": None}
        | {"target_seq": None, "sealed": sealed, "detail": {}, "created_at": house.clock.now()}
        for seq, (place, sealed) in enumerate([(Place.peer, bytes(range(256))), (None, None), (Place.member, b"")], start=1)
    ]
    async with command(house) as ctx:
        await in_one_trip(ctx.db, insertion(EVENT, rows, sqlite=house.database.is_sqlite))
    stored = select(col(Event.seq), col(Event.author_place), col(Event.sealed)).where(col(Event.log) == Log.staff).order_by(col(Event.seq))
    async with query(house) as ctx:
        ((found),) = await in_one_trip(ctx.db, (stored, {}))
        assert [tuple(row) for row in await (await ctx.db.connection()).execute(stored)] == found
    assert [(1, Place.peer, bytes(range(256))), (2, None, None), (3, Place.member, b"")] == found


async def test_a_refusal_is_the_same_as_always_and_leaves_nothing(house: House) -> None:
    """A row that stands already raises what SQLAlchemy would raise, and nothing of the trip or before it is stored."""
    rows = _jobs(house, ["a", "b"])
    twice = insertion(JOB, [rows[0], rows[0]], sqlite=house.database.is_sqlite)

    async def refused() -> None:
        async with command(house) as ctx:
            ctx.enqueue("before", {})
            await ctx.db.flush()
            await in_one_trip(ctx.db, insertion(JOB, [rows[1]], sqlite=house.database.is_sqlite), twice)

    with pytest.raises(IntegrityError):
        await refused()
    async with query(house) as ctx:
        assert [] == (await ctx.db.exec(sqlmodel.select(Job))).all()
