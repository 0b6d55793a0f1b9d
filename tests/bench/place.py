"""A node to measure: a real `beside serve` on its own core where there is one to spare, with people in it."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from beside.accounts.actors import actor_for_token
from beside.accounts.open_account import open_account
from beside.accounts.sessions import start_session
from beside.conversations.about import About
from beside.conversations.join import join
from beside.conversations.open import open_room
from beside.hubs.make import make_hub
from beside.kit.context import command
from beside.kit.house import House
from beside.protocol.shapes import ConversationKind, Place, Role
from tests.rig.cast import Person
from tests.rig.nodes import Node, Premises
from tests.rig.tables import make_tables

NO_LIMIT = "1000000/second"  # a bench sends faster than any person may


@dataclass(slots=True)
class Measured:
    """One node, the house to make people with, and its address. `pid` is the node's."""

    house: House
    node: Node
    url: str
    hub: UUID

    @property
    def pid(self) -> int:
        return self.node.child.pid

    async def people(self, count: int, prefix: str = "Crowd") -> list[Person]:
        """So many members, signed in."""
        found = []
        for start in range(0, count, 100):
            async with command(self.house) as ctx:
                for n in range(start, min(count, start + 100)):
                    account = await open_account(ctx, self.hub, f"{prefix} {_letters(n)}", Role.member)
                    token = await start_session(ctx, account.id)
                    signed_in = await actor_for_token(ctx, token)
                    assert signed_in
                    found.append(Person(prefix, Role.member, account.id, self.hub, token, signed_in.actor))
        return found

    async def room(self, people: list[Person]) -> UUID:
        """A group with all of them in it."""
        async with command(self.house) as ctx:
            room = await open_room(ctx, self.hub, ConversationKind.group, About("Bench"), keeps_history=True, leads=[])
            for person in people:
                await join(ctx, room, person.account, Place.member)
            return room.id


@asynccontextmanager
async def a_node(database_url: str | None = None, *, core: int | None = 0) -> AsyncIterator[Measured]:
    """SQLite unless a database is given."""
    with tempfile.TemporaryDirectory(prefix="beside-bench-") as name:
        folder = Path(name)
        url = database_url or f"sqlite:///{folder / 'beside.db'}"
        await asyncio.to_thread(make_tables, url)
        premises = Premises(folder, url, BESIDE_MESSAGE_RATE=NO_LIMIT, BESIDE_WORKER_INSIDE="false", BESIDE_LOG_LEVEL="error")
        try:
            premises.public_url = premises.settings["BESIDE_PUBLIC_URL"]
            async with premises.house() as house:
                async with command(house) as ctx:
                    hub = (await make_hub(ctx, "bench", "Bench")).id
                port = int(premises.public_url.rsplit(":", 1)[1])
                node = await asyncio.to_thread(premises.node, port=port)
                if core is not None:
                    keep_to(node.child.pid, core)
                yield Measured(house, node, premises.public_url, hub)
        finally:
            premises.close()


def keep_to(pid: int, core: int) -> None:
    """The process and all its threads run on that core alone, where there is more than one."""
    if (os.cpu_count() or 1) > 1:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {core})


def _letters(number: int) -> str:
    """0 -> "aaa", 1 -> "aab" …: a pseudonym may not look like a telephone number."""
    return "".join(chr(97 + number // 26**n % 26) for n in (3, 2, 1, 0))
