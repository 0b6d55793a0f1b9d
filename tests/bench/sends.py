"""Acknowledged sends a second: a hundred pairs with one message in flight each, against a bare insert loop through the same driver."""

import asyncio
import json
import time
from uuid import UUID

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert

from beside.kit.db import Database
from beside.kit.ids import new_id
from tests.bench.crowd import Member, gather_crowd
from tests.bench.place import Measured, a_node
from tests.bench.usage import cpu_seconds
from tests.rig.postgres import DURABLE, PostgresServer

PAIRS = 100
SECONDS = 6.0
INSERTS = 400
WORDS = "It was a long day, and I wanted to come anyway."


async def sends() -> list[str]:
    lines = []
    async with a_node() as at:
        lines += await _measured("embedded (SQLite, durable)", at)
    server = await asyncio.to_thread(PostgresServer, DURABLE)
    try:
        await asyncio.to_thread(server.start)
        name = await asyncio.to_thread(server.fresh_database)
        async with a_node(server.url(name)) as at:
            lines += await _measured("PostgreSQL, synchronous_commit=on", at)
    finally:
        await asyncio.to_thread(server.close)
    return lines


async def _measured(kind: str, at: Measured) -> list[str]:
    people = await at.people(PAIRS)
    rooms = [await at.room([person]) for person in people]
    sent = 0
    going = True

    def answered(member: Member, payload: bytes) -> None:
        nonlocal sent
        if payload.startswith(b'{"type":"message.accepted"'):
            sent += 1
            if going:
                say(member, UUID(json.loads(payload)["conversation"]))

    def say(member: Member, room: UUID) -> None:
        member.say({"type": "message.send", "conversation": room, "client_id": new_id(), "body": WORDS})

    crowd = await gather_crowd(at.house, at.url, people, answered)
    before, began = cpu_seconds(at.pid), time.monotonic()
    for member, room in zip(crowd, rooms, strict=True):
        say(member, room)
    await asyncio.sleep(SECONDS)
    going = False
    took, used, counted = time.monotonic() - began, cpu_seconds(at.pid) - before, sent
    bare = await _bare_inserts(at.house.database)
    rate = counted / took
    return [
        f"acknowledged sends, {kind}, {PAIRS} at once, one core: {rate:.0f} a second, {used / max(1, counted) * 1e6:.0f} us of CPU each",
        f"  a bare insert and commit through the same driver, one after the other: {bare:.0f} a second; ratio {rate / bare:.2f}",
    ]


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
