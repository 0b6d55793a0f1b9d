"""Acknowledged sends a second: on PostgreSQL against ejabberd with its archive in the same server, and embedded against bare inserts."""

import asyncio
import time

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert

from beside.kit.db import Database
from tests.bench.ejabberd import Ejabberd, installed
from tests.bench.honest import require_honest
from tests.bench.pairs import OurPairs, Stretch, stretch
from tests.bench.place import a_node, keep_to
from tests.bench.xmpp import TheirPairs
from tests.rig.postgres import DURABLE, PostgresServer

PAIRS = 100
SECONDS = 4.0
TURNS = 2  # of each, one after the other: what else the machine does falls on both
INSERTS = 400
WORDS = "It was a long day, and I wanted to come anyway."
CORE = 0


async def sends() -> list[str]:
    server = await asyncio.to_thread(PostgresServer, DURABLE)
    try:
        await asyncio.to_thread(server.start)
        missing = await asyncio.to_thread(installed)
        ours, theirs, archived = await _in_turn(server, reference=missing is None)
    finally:
        await asyncio.to_thread(server.close)
    lines = [f"acknowledged sends, PostgreSQL, synchronous_commit=on, {PAIRS} pairs, one core: {ours}"]
    if theirs is None:
        return [*lines, f"  no reference: {missing}"]
    return [
        *lines,
        f"  ejabberd on one core, its archive in the same PostgreSQL, in turn with ours: {theirs}",
        f"  ratio {ours.rate / theirs.rate:.2f}; aim: at least 2.0",
        f"  ours counts when it is committed; theirs when the other has it, its archive ({archived} rows, one of each side) tried before and not insisted on",
    ]


async def embedded() -> list[str]:
    async with a_node(core=CORE) as at:
        pairs = OurPairs(WORDS)
        await pairs.gather(at, PAIRS)
        ours = await stretch(pairs, at.pid, TURNS * SECONDS)
        await pairs.until_received()
        await require_honest(at.house, pairs.counted)
        bare = await _bare_inserts(at.house.database)
    return [
        f"acknowledged sends, embedded (SQLite, durable), {PAIRS} pairs, one core: {ours}; aim: at least 500",
        f"  a bare insert and commit through the same driver, one after the other: {bare:.0f} a second; ratio {ours.rate / bare:.2f}",
    ]


async def _in_turn(server: PostgresServer, *, reference: bool) -> tuple[Stretch, Stretch | None, int]:
    """Ours, theirs where there are any, and the rows in their archive."""
    async with a_node(server.url(server.fresh_database()), core=CORE) as at:
        ours, pairs = Stretch(), OurPairs(WORDS)
        await pairs.gather(at, PAIRS)
        if not reference:
            return await stretch(pairs, at.pid, TURNS * SECONDS), None, 0
        ejabberd = Ejabberd(server, 2 * PAIRS)
        try:
            await asyncio.to_thread(ejabberd.start)
            keep_to(ejabberd.child.pid, CORE)
            theirs, others = Stretch(), TheirPairs(WORDS)
            await others.gather(ejabberd.port, PAIRS)
            for _ in range(TURNS):
                ours += await stretch(pairs, at.pid, SECONDS)
                theirs += await stretch(others, ejabberd.child.pid, SECONDS)
            await pairs.until_received()
            await require_honest(at.house, pairs.counted)
            return ours, theirs, await asyncio.to_thread(ejabberd.archived)
        finally:
            await asyncio.to_thread(ejabberd.close)


async def _bare_inserts(database: Database) -> float:
    """Rows a second: one insert, one commit, nothing else."""
    table = Table("bench_row", MetaData(), Column("id", Integer, primary_key=True), Column("body", LargeBinary))
    async with database.write() as db:
        await (await db.connection()).run_sync(table.create)
        await db.commit()
    began = time.monotonic()
    for n in range(INSERTS):
        async with database.write() as db:
            await db.exec(insert(table).values(id=n, body=b"x" * 100))
            await db.commit()
    return INSERTS / (time.monotonic() - began)
