"""PostgreSQL answers and cannot do it: full, read-only, locked, or with two commands in each other's way. Nobody is told *sent* who was not stored."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg.sql import SQL
from sqlmodel import select

from beside.kit.context import command
from beside.kit.ids import new_id
from beside.kit.metrics import REGISTRY
from beside.worker import run_worker
from tests.escalations.scene import SECRET, make_scene
from tests.gateway.conftest import Here, serving, settings_for
from tests.gateway.raw import open_raw
from tests.rig.client import Refused, ScriptedClient
from tests.rig.oracle import complaints
from tests.rig.postgres import PostgresServer
from tests.rig.receiver import OnCallReceiver
from tests.rig.small_disk import full_disk, way
from tests.rig.tables import make_tables
from tests.rig.wait import until, wait_until

FOUND_S = 30.0  # bounds the wait
LONG = "in trouble " + "x" * 3_900  # longer than what is left of a page that has begun: the disk must have room for it
KEPT = "kept by its writer " + LONG[100:]

Trouble = Callable[[PostgresServer], AbstractContextManager[None]]


@pytest.fixture
async def here(tmp_path: Path, own_postgres: PostgresServer) -> AsyncIterator[Here]:
    """A node on a PostgreSQL of this test's own, with a chat of the member and the peer, and a ladder that pages `receiver`."""
    make_tables(own_postgres.url())
    settings = settings_for(tmp_path, own_postgres.url())
    async with serving(settings) as (node, server):
        yield Here(node, server, (await make_scene(node.house)).cast, settings.require_public_url())


async def try_to_say(client: ScriptedClient, chat: UUID, client_id: UUID) -> tuple[int, str | None, str]:
    """A POST that is refused: its status, its Retry-After, its code."""
    headers = client._cookie() | {"content-type": "application/json"}
    content = f'{{"client_id":"{client_id}","body":"{LONG}"}}'
    answer = await client.http.post(f"/api/conversations/{chat}/messages", content=content, headers=headers)
    return answer.status_code, answer.headers.get("retry-after"), answer.json()["code"]


async def degraded(client: ScriptedClient) -> tuple[int, list[str]]:
    answer = await client.http.get("/readyz")
    return answer.status_code, list(answer.json()["degraded"])


def alarms() -> float:
    return REGISTRY.get_sample_value("beside_alarms_total", {"kind": "database_stores_nothing"}) or 0.0


@contextmanager
def no_room(server: PostgresServer) -> Iterator[None]:
    with full_disk(server, "event"):
        yield


@contextmanager
def read_only(server: PostgresServer) -> Iterator[None]:
    _set_read_only(server, "on")
    yield
    _set_read_only(server, "off")


def _set_read_only(server: PostgresServer, value: str) -> None:
    server.run(SQL("ALTER SYSTEM SET default_transaction_read_only = {}").format(SQL(value)))
    server.run(SQL("SELECT pg_reload_conf()"))
    wait_until(lambda: _is_read_only(server) == value, FOUND_S, "the new setting")
    server.run(SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'postgres'"))  # they may not know it yet


def _is_read_only(server: PostgresServer) -> str:
    with psycopg.connect(server.url()) as asking:
        return str((asking.execute("SHOW default_transaction_read_only").fetchone() or [""])[0])


@pytest.mark.parametrize("trouble", [pytest.param(no_room, id=f"no room: {way()}"), read_only])
async def test_a_database_that_stores_nothing_refuses_honestly_and_is_read(here: Here, own_postgres: PostgresServer, trouble: Trouble) -> None:
    """Full or read-only: sends are refused with a time to come back, what is there is read, the alarm is raised, the retry stored once (FAULTS 48, 51)."""
    chat = await here.chat()
    async with here.client(here.cast.member) as wren, here.client(here.cast.peer) as alder:
        for each in (wren, alder):
            await each.connect()
            await each.subscribe(chat)
        await wren.send(chat, "before")
        alarmed = alarms()
        with trouble(own_postgres):
            client_id = new_id()
            assert (503, "2", "unavailable") == await try_to_say(alder, chat, client_id)
            with pytest.raises(Refused, match="unavailable"):
                await wren.send(chat, KEPT)
            page = await alder.call("GET", f"/api/conversations/{chat}/events?after=0&log=public")
            assert "before" in str(page)
            assert (200, ["storage"]) == await degraded(wren)
            assert alarms() > alarmed
        await alder.post(chat, LONG, client_id=client_id)
        await wren.resume()
        await until(lambda: alder.bodies(chat) == ["before", LONG, KEPT], FOUND_S)
        assert (200, []) == await degraded(wren)
        for each in (wren, alder):
            await each.settle()
        assert [] == await complaints(here.house, [wren, alder])


async def test_a_long_lock_is_told_and_not_waited_for(here: Here, own_postgres: PostgresServer) -> None:
    """Somebody else holds the conversation's row: 503 with a time to come back, nothing stored, and the retry goes through (FAULTS 36, 49)."""
    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.subscribe(chat)
        client_id = new_id()
        with psycopg.connect(own_postgres.url()) as holder:
            holder.execute("SELECT FROM conversation WHERE id = %s FOR UPDATE", [chat])
            assert (503, "2", "unavailable") == await try_to_say(wren, chat, client_id)
        await wren.post(chat, LONG, client_id=client_id)
        await wren.settle()
        assert [LONG] == wren.bodies(chat)


async def test_an_alarm_goes_out_while_requests_queue_for_a_connection(tmp_path: Path, own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every connection of the node taken, doors answer 503 and when to come back; who knocks is let in, words are sent, and a clinician is paged
    all the same (FAULTS 36, 49)."""
    for name, value in (("POOL_SIZE", 1), ("POOL_OVERFLOW", 0), ("POOL_WAIT_S", 0.3)):
        monkeypatch.setattr(f"beside.kit.db.{name}", value)
    make_tables(own_postgres.url())
    settings = settings_for(tmp_path, own_postgres.url())
    async with OnCallReceiver(SECRET) as receiver, serving(settings) as (node, server):
        scene = await make_scene(node.house, receiver)
        here = Here(node, server, scene.cast, settings.require_public_url())
        await scene.raise_it()
        stop = asyncio.Event()
        async with here.client(here.cast.member) as wren, command(node.house) as holding:
            await holding.db.exec(select(1))
            working = asyncio.create_task(run_worker(node.house, stop, [f"127.0.0.1:{receiver.port}"]))
            refused = await wren.http.get("/api/conversations", headers=wren._cookie())
            assert (503, "2", "unavailable") == (refused.status_code, refused.headers["retry-after"], refused.json()["code"])
            await wren.post(scene.conversation, "hello")
            knocked = await open_raw(here.url, here.cast.member.token, origin=here.url)
            assert 101 == knocked.status
            knocked.close()
            await until(lambda: len(receiver.received) == 1, FOUND_S, "the page")
        stop.set()
        await working


async def test_a_deadlock_is_not_noticed_by_anybody(here: Here, own_postgres: PostgresServer) -> None:
    """A send and a stranger wait for each other; PostgreSQL ends the send, which is carried out again and acknowledged once (FAULTS 50)."""
    own_postgres.run(SQL("ALTER DATABASE postgres SET deadlock_timeout = '100ms'"))
    await here.house.database.engine.dispose()  # from here on with that setting
    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.subscribe(chat)
        async with await psycopg.AsyncConnection.connect(own_postgres.url()) as stranger:
            await stranger.execute("SET deadlock_timeout = '60s'")  # it is the send that finds out
            await stranger.execute("LOCK TABLE event IN SHARE MODE")
            sending = asyncio.create_task(wren.send(chat, "hello"))
            await until(lambda: waits(own_postgres), FOUND_S, "the send to wait")
            await stranger.execute("SELECT FROM conversation WHERE id = %s FOR UPDATE", [chat])  # returns once the send was ended
            assert not sending.done()
            await stranger.rollback()
        await sending
        await wren.settle()
        assert [] == await complaints(here.house, [wren])
        assert ([], ["hello"]) == (wren.refusals(), wren.bodies(chat))


@pytest.mark.parametrize(("crossings", "seen"), [(3, []), (4, ["busy"])])
async def test_what_crosses_is_tried_three_times_more(here: Here, own_postgres: PostgresServer, crossings: int, seen: list[str]) -> None:
    """Three failures to serialize in a row are invisible; after a fourth the writer is told to try again, and nothing was stored (FAULTS 50)."""
    chat = await here.chat()
    own_postgres.run(SQL("CREATE SEQUENCE crossing"))  # what a sequence counts is not undone by a rollback
    own_postgres.run(
        SQL(f"""
        CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF nextval('crossing') <= {crossings} THEN RAISE 'crossed' USING ERRCODE = 'serialization_failure'; END IF; RETURN NEW; END $$
    """)
    )
    own_postgres.run(SQL("CREATE TRIGGER meet BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION meet()"))
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.subscribe(chat)
        try:
            await wren.send(chat, "hello")
        except Refused:
            assert [] == wren.bodies(chat)
            await wren.resume()
        await until(lambda: wren.bodies(chat) == ["hello"], FOUND_S)
        assert seen == wren.refusals()
        assert [] == await complaints(here.house, [wren])


def waits(server: PostgresServer) -> bool:
    """Whether somebody waits for a lock."""
    with psycopg.connect(server.url()) as asking:
        return asking.execute("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone() is not None
