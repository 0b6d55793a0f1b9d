"""A node of the test's own, in the test's own process, on a real socket: what a browser would meet, and the roster behind it in reach."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from beside.app import Node, Server
from beside.conversations.about import About
from beside.conversations.join import join
from beside.conversations.open import open_one_to_one, open_room
from beside.foundation import build, standing
from beside.kit.context import command
from beside.kit.house import House
from beside.protocol.shapes import ConversationKind, Place
from beside.settings import Settings
from tests.rig.cast import Cast, Person, make_cast
from tests.rig.child import free_port
from tests.rig.client import ScriptedClient

STOP_S = 15.0


@dataclass(slots=True)
class Here:
    """One node, the house behind it, and everybody in it."""

    node: Node
    server: Server
    cast: Cast
    url: str

    @property
    def house(self) -> House:
        return self.node.house

    def client(self, who: Person, url: str | None = None) -> ScriptedClient:
        return ScriptedClient(url or self.url, self.url, who.token, who.name)

    async def chat(self) -> UUID:
        """A one-to-one between the member and the peer."""
        async with command(self.house) as ctx:
            return (await open_one_to_one(ctx, self.cast.hub, self.cast.member.account, self.cast.peer.account)).id

    async def group(self, *people: Person, keeps_history: bool = True) -> UUID:
        async with command(self.house) as ctx:
            room = await open_room(ctx, self.cast.hub, ConversationKind.group, About("Evening", "For all", "Be kind"), keeps_history=keeps_history, leads=[])
            for person in people:
                await join(ctx, room, person.account, Place.member)
            return room.id


def settings_for(folder: Path, database_url: str, redis_url: str | None = None) -> Settings:
    """What `serve` would be given, on a free port, with the worker left out: a test that wants it runs it."""
    (folder / "keys").write_text(f"1:{base64.b64encode(b'k' * 32).decode()}\n")
    (folder / "secret").write_text("s" * 48)
    port = free_port()
    return Settings(
        data=folder,
        database_url=database_url,
        redis_url=redis_url,
        public_url=f"http://127.0.0.1:{port}",
        key_file=folder / "keys",
        secret_file=folder / "secret",
        host="127.0.0.1",
        port=port,
        worker_inside=False,
        cheap_hashing=True,
        grace_seconds=2,
    )


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[Node, Server]]:
    """`beside serve` in this loop."""
    node = Node(build(settings), settings)
    server = Server(node)
    task = asyncio.create_task(server._serve(), name="node")  # `serve` would take the test's signals
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.01)
    try:
        yield node, server
    finally:
        server.should_exit = True
        await asyncio.wait_for(task, STOP_S)


@pytest.fixture
async def here(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Here]:
    """A node on SQLite with the cast in it."""
    settings = settings_for(tmp_path, sqlite_url)
    async with standing(build(settings)) as house:
        cast = await make_cast(house)
    async with serving(settings) as (node, server):
        yield Here(node, server, cast, settings.require_public_url())


@pytest.fixture
async def there(database_url: str, tmp_path: Path) -> AsyncIterator[Here]:
    """A node with the cast in it, on each database."""
    settings = settings_for(tmp_path, database_url)
    async with standing(build(settings)) as house:
        cast = await make_cast(house)
    async with serving(settings) as (node, server):
        yield Here(node, server, cast, settings.require_public_url())
