"""PostgreSQL is killed while people talk, or answers and is not heard: what was acknowledged is there once, everything else after a retry once."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import UUID

import pytest
from limits import parse
from sqlmodel import select

from beside.conversations.tables import Event
from beside.foundation import build, standing
from beside.kit.context import query
from beside.kit.ids import new_id
from tests.gateway.conftest import Here, serving, settings_for
from tests.rig.cast import make_cast
from tests.rig.client import Refused, ScriptedClient
from tests.rig.oracle import complaints
from tests.rig.postgres import DURABLE, PostgresServer
from tests.rig.proxy import FaultProxy
from tests.rig.tables import make_tables
from tests.rig.wait import until

KILLS = int(os.environ.get("BESIDE_KILLS", "100"))  # each costs a recovery of about a second; a night asks for more
BACK_S = 60.0
ANSWER_BYTES = 3_200  # what PostgreSQL says while one send is carried out, and a little more
EVERY = 160
CUTS = [*range(0, ANSWER_BYTES, EVERY), *[None] * 6]  # None: exactly the answer to COMMIT


@pytest.fixture
def durable() -> Iterator[PostgresServer]:
    """A PostgreSQL of this test's own, as safe as it comes."""
    server = PostgresServer(DURABLE)
    try:
        server.start()
        make_tables(server.url())
        yield server
    finally:
        server.close()


@asynccontextmanager
async def node_on(folder: Path, database_url: str) -> AsyncIterator[Here]:
    """A node where nobody writes too often."""
    settings = settings_for(folder, database_url)
    async with standing(build(settings)) as house:
        cast = await make_cast(house)
    async with serving(settings) as (node, server):
        node.house.limiter._named = node.house.limiter._named | {"message": parse("1000/second")}
        yield Here(node, server, cast, settings.require_public_url())


async def _talk(client: ScriptedClient, chat: UUID, stop: asyncio.Event) -> int:
    """Say one line after the other, whatever happens; how many were refused."""
    refused = said = 0
    while not stop.is_set():
        said += 1
        try:
            await client.send(chat, f"{client.name} {said}")
        except (Refused, ConnectionError, TimeoutError):
            refused += 1
            await asyncio.sleep(0.02)
    return refused


async def _come_back(client: ScriptedClient) -> None:
    """Until everything this client ever said is acknowledged."""
    async with asyncio.timeout(BACK_S):
        while True:
            try:
                await client.resume()
                return
            except (Refused, ConnectionError, TimeoutError):
                await asyncio.sleep(0.1)


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_what_was_acknowledged_survives_every_kill(tmp_path: Path, durable: PostgresServer) -> None:
    """kill -9 at random moments of sends: acknowledged is stored once; not acknowledged is refused, and stored once by the retry (FAULTS 46)."""
    rng = random.Random(20261122)
    async with node_on(tmp_path, durable.url()) as here:
        chat = await here.chat()
        async with here.client(here.cast.member) as wren, here.client(here.cast.peer) as alder, here.client(here.cast.member) as other:
            clients = [wren, alder, other]
            for client in clients:
                await client.connect()
                await client.subscribe(chat)
            stop = asyncio.Event()
            talking = [asyncio.create_task(_talk(client, chat, stop)) for client in clients]
            for _ in range(KILLS):
                await asyncio.sleep(rng.random() * 0.5)
                await asyncio.to_thread(durable.kill)
                await asyncio.sleep(rng.random() * 0.1)
                await asyncio.to_thread(durable.start)
            stop.set()
            refused = sum([await each for each in talking])
            for client in clients:
                await _come_back(client)
            end = max(said.seq or 0 for client in clients for said in client.acknowledged)
            for client in clients:
                await client.settle()
                assert not client.unsent
                assert client.timelines[chat, "public"].have >= end
            assert refused > 0
            assert [] == await complaints(here.house, clients)


def _cut_at_commit(proxy: FaultProxy) -> None:
    """The next answer that says COMMIT does not arrive, nor anything after it."""
    faults = proxy.to_client

    def change(chunk: bytes) -> bytes:
        if b"COMMIT\0" in chunk:
            faults.cut_after = 0
        return chunk

    faults.change = change


async def _stored(here: Here, client_id: UUID) -> list[int]:
    async with query(here.house) as ctx:
        return list((await ctx.db.exec(select(Event.seq).where(Event.client_id == client_id))).all())


async def test_a_commit_whose_answer_is_lost_is_found_by_the_retry(tmp_path: Path, postgres_url: str, postgres: PostgresServer) -> None:
    """PostgreSQL's answers are cut at every stretch of a send, its COMMIT's among them: the retry gets the first result, and one row (FAULTS 47)."""
    database = postgres_url.rsplit("/", 1)[1]
    async with FaultProxy(postgres.port) as proxy, node_on(tmp_path, postgres.url(database, port=proxy.port)) as here:
        chat = await here.chat()
        unheard = 0
        async with here.client(here.cast.member) as wren:
            await wren.connect()
            await wren.subscribe(chat)
            for cut in CUTS:
                client_id, words = new_id(), f"cut after {cut}"
                if cut is None:
                    _cut_at_commit(proxy)
                else:
                    proxy.to_client.cut_after, proxy.to_client.cut_with_reset = cut, cut % (2 * EVERY) == 0
                with suppress(Refused):
                    await wren.send(chat, words, client_id=client_id)
                proxy.heal()
                before = await _stored(here, client_id)
                unheard += bool(before) and client_id in wren.unsent
                if client_id in wren.unsent:
                    await wren.send(chat, words, client_id=client_id)
                assert [wren.acknowledged[-1].seq] == await _stored(here, client_id)
                assert before in ([], await _stored(here, client_id))
            await until(lambda: len(wren.bodies(chat)) == len(CUTS), BACK_S)  # found by the poll
            await wren.settle()
            assert unheard >= 6
            assert [] == await complaints(here.house, [wren])
