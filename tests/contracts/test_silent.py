"""A PostgreSQL that takes what we say and answers nothing: what a connection, a lane, a line of people and a patient worker make of it.

The black hole is a proxy's: the kernel at its end still acknowledges. Where the host itself is gone (`vanish`), nobody does.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from limits import parse
from sqlalchemy import Integer, bindparam, literal, select, text

from beside.kit import answering, db, shared_trips
from beside.kit.context import Context, command, command_on, query
from beside.kit.errors import NoAnswer, Unavailable
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.kit.trip import Found
from beside.messages import together
from beside.messages.together import Committer, say
from tests.messages.test_send import seqs, talk
from tests.rig.cast import make_cast
from tests.rig.house import open_house
from tests.rig.postgres import PostgresServer
from tests.rig.proxy import FaultProxy

NUMBER = select(bindparam("number", type_=Integer()))
ONE = select(literal(1))
PATIENCE_S = 20.0  # bounds the wait


@pytest.fixture
async def far(postgres: PostgresServer) -> AsyncIterator[FaultProxy]:
    async with FaultProxy(postgres.port) as proxy:
        yield proxy


@pytest.fixture
async def house(far: FaultProxy, postgres: PostgresServer, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A house whose database is behind `far`, and that waits a quarter of a second for an answer."""
    monkeypatch.setattr(answering, "ANSWER_S", 0.25)
    async with open_house(postgres.url(postgres_url.rsplit("/", 1)[1], port=far.port)) as here:
        yield here


async def _backend(ctx: Context) -> int:
    return int((await (await ctx.db.connection()).execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def test_a_session_that_gets_no_answer_leaves_no_connection_behind(house: House, far: FaultProxy) -> None:
    """It is told as no answer; the connection is not used again, and whoever comes next has a new one at once (FAULTS 44, 46)."""
    asked: list[int] = []

    async def asks() -> None:
        async with command(house) as ctx:
            asked.append(await _backend(ctx))
            far.black_hole()
            await _backend(ctx)

    with pytest.raises(NoAnswer):
        await asks()
    far.heal()
    async with query(house) as ctx:
        assert await _backend(ctx) not in asked
    assert 0 == house.database.engine.pool.checkedout()  # type: ignore[attr-defined]  # a queue


async def test_a_lane_that_gets_no_answer_does_not_ask_the_same_again(house: House, far: FaultProxy) -> None:
    """It is told as no answer after one wait, on no second connection; the next command has a new one (FAULTS 44, 46)."""
    lane = house.database.lane()

    async def asks() -> list[Found]:
        async with command_on(lane, house) as ctx:
            return await ctx.look((ONE, {}))

    assert [[(1,)]] == await asks()
    far.black_hole()
    made = far.accepted
    with pytest.raises(NoAnswer):
        await asks()
    assert made == far.accepted
    far.heal()
    assert [[(1,)]] == await asks()


async def test_who_waits_in_line_behind_a_silent_trip_fails_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three hundred ask and nothing is answered: one trip is waited for, and not three (FAULTS 49)."""
    monkeypatch.setattr(shared_trips, "TRIP_S", 0.2)
    trips = []

    async def run(steps: object) -> list[Found]:
        trips.append(steps)
        return await asyncio.Event().wait()  # type: ignore[return-value]  # never

    shared = shared_trips.SharedTrips(run)
    answers = await asyncio.gather(*(shared.look((NUMBER, {"number": n})) for n in range(3 * shared_trips.AT_ONCE)), return_exceptions=True)
    assert ({"TimeoutError"}, 1) == ({type(answer).__name__ for answer in answers}, len(trips))


async def test_who_waits_to_be_stored_behind_a_silent_commit_fails_with_it(house: House, far: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty things are said, one a commit, and nothing is answered: one commit is waited for; said again later, each is stored once (FAULTS 46)."""
    monkeypatch.setattr(together, "AT_ONCE", 1)
    house.limiter._named = house.limiter._named | {"message": parse("1000/second")}
    cast = await make_cast(house)
    chat = await talk(house, cast)
    await say(house, cast.member.actor, chat.id, new_id(), "before")
    tries, store = [], Committer._store

    async def counted(self: Committer, *batch: object) -> object:
        tries.append(batch)
        return await store(self, *batch)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(Committer, "_store", counted)
    ids = [new_id() for _ in range(30)]
    far.black_hole()
    refused = await asyncio.gather(*(say(house, cast.member.actor, chat.id, one, "hello") for one in ids), return_exceptions=True)
    assert ({"NoAnswer"}, 1) == ({type(each).__name__ for each in refused}, len(tries))
    far.heal()
    before = await seqs(house, chat)
    await asyncio.gather(*(say(house, cast.member.actor, chat.id, one, "hello") for one in ids))
    assert len(before) + 30 == len(await seqs(house, chat))


async def test_a_patient_connection_is_ended_by_the_kernel_where_the_host_is_gone(far: FaultProxy, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker's statement may take its time, but not behind a host that acknowledges nothing: a second here, ten in use (FAULTS 46)."""
    monkeypatch.setitem(db._CONNECT, "tcp_user_timeout", answering.KERNEL["tcp_user_timeout"] // 10)
    await house.database.close()
    house.database = db.Database(house.database.url.render_as_string(), patient=True)

    async def asks() -> None:
        async with query(house) as ctx:
            await _backend(ctx)
            far.vanish()
            await _backend(ctx)

    with pytest.raises(Unavailable) as ended:
        async with asyncio.timeout(PATIENCE_S):
            await asks()
    assert Unavailable is type(ended.value)  # not `NoAnswer`: that is said by those who do not wait for the kernel
