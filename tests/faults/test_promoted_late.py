"""The machine with PostgreSQL dies and its standby takes over, but is promoted late: for a while everything can be read, and nothing is stored."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg.sql import SQL

from beside.kit.ids import new_id
from beside.worker import run_worker
from tests.escalations.scene import SECRET, Scene, make_scene
from tests.faults.test_postgres_in_trouble import LONG, alarms, degraded, try_to_say
from tests.gateway.conftest import Here, serving, settings_for
from tests.rig.backup import back_up, is_recovering
from tests.rig.client import Refused, ScriptedClient
from tests.rig.oracle import complaints
from tests.rig.postgres import DURABLE, PostgresServer
from tests.rig.proxy import FaultProxy
from tests.rig.receiver import OnCallReceiver
from tests.rig.tables import make_tables
from tests.rig.wait import until, wait_until

FOUND_S = 60.0  # bounds the wait
LINES = 30  # said by each while the leader dies


@pytest.fixture
def leader() -> Iterator[PostgresServer]:
    server = PostgresServer(DURABLE)
    try:
        server.start()
        make_tables(server.url())
        yield server
    finally:
        server.close()


@pytest.fixture
def standby(leader: PostgresServer) -> Iterator[PostgresServer]:
    """It follows the leader by streaming, and the leader acknowledges nothing before the standby has it."""
    server = PostgresServer(DURABLE)
    try:
        back_up(leader, server, "-X", "stream", "-R")
        server.start()
        leader.run(SQL("ALTER SYSTEM SET synchronous_standby_names = '*'"))
        leader.run(SQL("SELECT pg_reload_conf()"))
        wait_until(lambda: _follows(leader), FOUND_S, "the standby to keep up")
        yield server
    finally:
        server.close()


def _follows(leader: PostgresServer) -> bool:
    with psycopg.connect(leader.url()) as asking:
        return asking.execute("SELECT sync_state FROM pg_stat_replication").fetchall() == [("sync",)]


@asynccontextmanager
async def node_on(folder: Path, url: str, scene: Scene | None = None) -> AsyncIterator[tuple[Here, Scene]]:
    folder.mkdir(exist_ok=True)
    settings = settings_for(folder, url)
    settings = settings.model_copy(update={"message_rate": "1000/second"})
    async with serving(settings) as (node, server):
        scene = scene or await make_scene(node.house)
        yield Here(node, server, scene.cast, settings.require_public_url()), scene


async def talk(client: ScriptedClient, chat: UUID) -> int:
    """Lines in turn until one is not taken; how many were."""
    for n in range(LINES):
        try:
            await client.send(chat, f"{client.name} {n}")
        except (Refused, ConnectionError, TimeoutError):
            return n
    return LINES


@pytest.mark.timeout(240)
async def test_a_standby_that_is_promoted_late_is_read_and_then_goes_on(tmp_path: Path, leader: PostgresServer, standby: PostgresServer) -> None:
    """Before its promotion sends are refused, all is read, the alarm is raised, a new node starts. After it: every word once, calls go out (FAULTS 51)."""
    async with FaultProxy(leader.port) as proxy, OnCallReceiver(SECRET) as receiver, node_on(tmp_path, leader.url(port=proxy.port)) as (here, scene):
        chat = scene.conversation
        await scene.ladder([receiver.url])
        async with here.client(here.cast.member) as wren, here.client(here.cast.peer) as alder:
            for each in (wren, alder):
                await each.connect()
                await each.subscribe(chat)
            await wren.send(chat, "before")
            talking = [asyncio.create_task(talk(each, chat)) for each in (wren, alder)]
            await until(lambda: len(wren.acknowledged) > LINES // 3, FOUND_S, "some lines")
            proxy.upstream = ("127.0.0.1", standby.port)
            await asyncio.to_thread(leader.kill)
            await proxy.cut()
            await asyncio.gather(*talking)
            assert is_recovering(standby)

            stored, alarmed, client_id = count(standby), alarms(), new_id()
            assert (503, "2", "unavailable") == await try_to_say(alder, chat, client_id)
            with pytest.raises(Refused, match="unavailable"):
                await wren.send(chat, "refused, and kept by its writer")
            assert "before" in str(await alder.call("GET", f"/api/conversations/{chat}/events?after=0&log=public"))
            assert alarms() > alarmed
            assert (200, ["storage"]) == await degraded(wren)
            async with node_on(tmp_path / "late", standby.url(), scene) as (there, _), there.client(here.cast.member) as again:
                said = {"type": "subscribe", "conversation": str(chat), "after_seq": 0}
                heard = await again.call("POST", "/api/exchange", {"said": [said], "wait": True})
                assert "before" in str(heard)
            assert stored == count(standby)

            standby.run(SQL("SELECT pg_promote()"))
            assert not is_recovering(standby)
            await alder.post(chat, LONG, client_id=client_id)
            for each in (wren, alder):
                await each.resume()
            await wren.send(chat, "after")
            stop = asyncio.Event()
            working = asyncio.create_task(run_worker(here.house, stop, [f"127.0.0.1:{receiver.port}"]))
            await scene.raise_it()
            await receiver.wait_for(1, FOUND_S)
            stop.set()
            await working
            for each in (wren, alder):
                await each.settle()
                assert not each.unsent
            assert (200, []) == await degraded(wren)
            assert [] == await complaints(here.house, [wren, alder])


def count(server: PostgresServer) -> int:
    """How many events there are."""
    with psycopg.connect(server.url()) as asking:
        return int((asking.execute("SELECT count(*) FROM event").fetchone() or [0])[0])
