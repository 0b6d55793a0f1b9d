"""Nodes to measure: a real `beside serve`, on a core of its own where there is one to spare, or two over Redis; with people in them."""

import asyncio
import os
import resource
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from beside.accounts.actors import actor_for_token
from beside.accounts.open_account import open_account
from beside.accounts.sessions import start_session
from beside.conversations.about import About
from beside.conversations.open import open_room
from beside.conversations.tables import Participant
from beside.hubs.make import make_hub
from beside.kit.context import command
from beside.kit.house import House
from beside.protocol.shapes import ConversationKind, Place, Role
from tests.rig.cast import Person
from tests.rig.nodes import Node, Premises
from tests.rig.postgres import DURABLE, PostgresServer
from tests.rig.redis import RedisServer
from tests.rig.tables import make_tables

NO_LIMIT = "1000000/second"  # a bench sends faster than any person may


@dataclass(slots=True)
class Measured:
    """The nodes, the house to make people with, and the address that all of them answer to. `pid` is the first node's."""

    house: House
    nodes: list[Node]
    url: str
    hub: UUID
    made: int = 0

    @property
    def pid(self) -> int:
        return self.nodes[0].child.pid

    async def people(self, count: int) -> list[Person]:
        """So many more members, signed in."""
        found = []
        for start in range(0, count, 100):
            async with command(self.house) as ctx:
                for n in range(start, min(count, start + 100)):
                    account = await open_account(ctx, self.hub, f"Crowd {_letters(self.made + n)}", Role.member)
                    token = await start_session(ctx, account.id)
                    signed_in = await actor_for_token(ctx, token)
                    assert signed_in
                    found.append(Person("Crowd", Role.member, account.id, self.hub, token, signed_in.actor))
        self.made += count
        return found

    async def room(self, people: Sequence[Person]) -> UUID:
        """A group with all of them in it, written as rows: nobody is announced, so that its log is empty and a room of thousands is there in a moment."""
        async with command(self.house) as ctx:
            room = (await open_room(ctx, self.hub, ConversationKind.group, About("Bench"), keeps_history=True, leads=[])).id
            ctx.db.add_all(Participant(conversation_id=room, account_id=person.account, place=Place.member, joined_at=ctx.now) for person in people)
            return room


@asynccontextmanager
async def a_node(database_url: str | None = None, *, core: int | None = 0) -> AsyncIterator[Measured]:
    """One node, SQLite unless a database is given, on a core of its own."""
    async with nodes(1, database_url, core=core) as at:
        yield at


@asynccontextmanager
async def two_nodes() -> AsyncIterator[Measured]:
    """Over one PostgreSQL that keeps its promises, and one Redis. Where each runs is left to the machine."""
    postgres, redis = await asyncio.to_thread(PostgresServer, DURABLE), RedisServer()
    try:
        await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(redis.start)
        async with nodes(2, postgres.url(postgres.fresh_database()), redis.url) as at:
            yield at
    finally:
        await asyncio.to_thread(postgres.close)
        await asyncio.to_thread(redis.close)


@asynccontextmanager
async def nodes(count: int, database_url: str | None = None, redis_url: str | None = None, *, core: int | None = None) -> AsyncIterator[Measured]:
    allow_many_files()
    with tempfile.TemporaryDirectory(prefix="beside-bench-") as name:
        folder = Path(name)
        url = database_url or f"sqlite:///{folder / 'beside.db'}"
        await asyncio.to_thread(make_tables, url)
        premises = Premises(folder, url, redis_url, BESIDE_MESSAGE_RATE=NO_LIMIT, BESIDE_WORKER_INSIDE="false", BESIDE_LOG_LEVEL="error")
        try:
            async with premises.house() as house:
                async with command(house) as ctx:
                    hub = (await make_hub(ctx, "bench", "Bench")).id
                ports = [int(premises.public_url.rsplit(":", 1)[1])] + [None] * (count - 1)
                started = [await asyncio.to_thread(premises.node, port=port) for port in ports]
                if core is not None:
                    for node in started:
                        keep_to(node.child.pid, core)
                yield Measured(house, started, premises.public_url, hub)
        finally:
            premises.close()


def scaled(size: int) -> int:
    """The real size, or a part of it where a machine is small: `BESIDE_BENCH_SCALE=0.1`. Every figure says the size it was taken at."""
    return max(1, int(size * float(os.environ.get("BESIDE_BENCH_SCALE", "1"))))


def allow_many_files() -> None:
    """As many sockets as the system lets this process have; a node that it starts may have as many."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def keep_to(pid: int, core: int) -> None:
    """The process and all its threads run on that core alone, where there is more than one."""
    if (os.cpu_count() or 1) > 1:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {core})


def _letters(number: int) -> str:
    """0 -> "aaa", 1 -> "aab" …: a pseudonym may not look like a telephone number."""
    return "".join(chr(97 + number // 26**n % 26) for n in (3, 2, 1, 0))
