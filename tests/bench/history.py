"""A page of history from a conversation of a million events in a database of ten million, against one from a conversation of a thousand."""

import asyncio
import http.client
import json
import random
import time
from uuid import UUID

import psycopg

from beside.accounts.cookies import NAME
from beside.conversations.log import key_of
from beside.conversations.tables import Conversation
from beside.kit.context import query
from beside.messages.history import PAGE
from tests.bench.fill import Filled, fill
from tests.bench.place import Measured, a_node, scaled
from tests.bench.steady import p99, percentiles
from tests.rig.cast import Person
from tests.rig.postgres import FAST, PostgresServer

EVENTS = 10_000_000
PAGES = 500
WARM = 20
SEED = 7
QUICK_TO_FILL = FAST | {"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "8GB", "shared_buffers": "512MB"}
BARE = "SELECT * FROM event WHERE conversation_id = %s AND log = 'public' AND seq < %s ORDER BY seq DESC LIMIT %s"


async def history() -> list[str]:
    server = await asyncio.to_thread(PostgresServer, QUICK_TO_FILL)
    try:
        await asyncio.to_thread(server.start)
        url = server.url(server.fresh_database())
        async with a_node(url) as at:
            return await _measured(at, url)
    finally:
        await asyncio.to_thread(server.close)


async def _measured(at: Measured, url: str) -> list[str]:
    reader = (await at.people(1))[0]
    large, small = await at.room([reader]), await at.room([reader])
    async with query(at.house) as ctx:
        rows = {room: await ctx.db.get(Conversation, room) for room in (large, small)}
        keys = {room: key_of(row) for room, row in rows.items() if row is not None}
    began = time.monotonic()
    filled = await asyncio.to_thread(fill, url, at.house.keyring, keys, large, small, reader.account, scaled(EVENTS))
    filling = time.monotonic() - began
    deep, shallow = await asyncio.to_thread(_read, at, reader, {large: filled.large, small: filled.small})
    bare = await asyncio.to_thread(_select, url, large, filled.large)
    return [
        f"a page of {PAGE} from a conversation of {filled.large}, anywhere in it, over HTTP: {percentiles(deep)}; aim: p99 at most 20 ms",
        f"  from one of {filled.small} in the same database: {percentiles(shallow)}; ratio of p99 {p99(deep) / p99(shallow):.2f}; aim: flat, about 1",
        f"  a bare SELECT of the same rows by one program: {percentiles(bare)}",
        f"  {_size(filled)}, filled in {filling:.0f} s, most of it in the memory of the machine",
    ]


def _read(at: Measured, reader: Person, ends: dict[UUID, int]) -> list[list[float]]:
    """Milliseconds of each page, for each conversation; they take turns."""
    connection = http.client.HTTPConnection("127.0.0.1", at.nodes[0].port)
    headers = {"Cookie": f"{NAME}={reader.token}", "Host": at.url.removeprefix("http://")}
    chance, took = random.Random(SEED), {room: list[float]() for room in ends}
    for n in range(WARM + PAGES):
        for room, end in ends.items():
            before = chance.randint(PAGE + 1, end)
            began = time.perf_counter()
            connection.request("GET", f"/api/conversations/{room}/events?before={before}&limit={PAGE}", headers=headers)
            answer = connection.getresponse()
            text = answer.read()
            if n >= WARM:
                took[room].append((time.perf_counter() - began) * 1000)
            _check(answer.status, text, before)
    connection.close()
    return list(took.values())


def _check(status: int, text: bytes, before: int) -> None:
    """What was timed is a page that opens, and the right one."""
    assert 200 == status, text[:300]
    events = json.loads(text)["events"]
    assert list(range(before - PAGE, before)) == [event["seq"] for event in events]
    assert all(event["body"] for event in events), events[0]


def _select(url: str, room: UUID, end: int) -> list[float]:
    chance, took = random.Random(SEED), []
    with psycopg.connect(url) as connection:
        for _ in range(PAGES):
            before = chance.randint(PAGE + 1, end)
            began = time.perf_counter()
            connection.execute(BARE, (room, before, PAGE)).fetchall()
            took.append((time.perf_counter() - began) * 1000)
    return took


def _size(filled: Filled) -> str:
    return f"{filled.total} events in all, {filled.rooms} conversations of {filled.small}"
