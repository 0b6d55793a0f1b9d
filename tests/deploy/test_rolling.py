"""A new version while people talk: two nodes behind the real proxy, a worker apart, one Redis, one PostgreSQL; each node is stopped and replaced in turn."""

import asyncio
import os
import shutil
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from websockets.exceptions import InvalidHandshake

from beside.conversations.about import About
from beside.conversations.join import join
from beside.conversations.open import open_room
from beside.kit.context import command
from beside.kit.house import House
from beside.protocol.shapes import ConversationKind, Place
from tests.architecture.tree import ROOT
from tests.rig.cast import Cast, Person, make_cast
from tests.rig.child import Child, free_port
from tests.rig.client import Refused, ScriptedClient
from tests.rig.nodes import Node, Premises
from tests.rig.oracle import complaints
from tests.rig.redis import RedisServer
from tests.rig.wait import until

TAKEN_UP_S = 60.0  # bounds the wait: the proxy looks at a node every second
PAUSE_S = 0.03  # between one person's lines
AGAIN_S = 0.1
END_S = 60.0
STOP_S = 60.0


@asynccontextmanager
async def proxy(premises: Premises, ports: list[int]) -> AsyncIterator[None]:
    """Caddy with our Caddyfile, at the address people type, without TLS."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(premises.folder),
        "BESIDE_SITE": premises.public_url,
        "BESIDE_NODES": " ".join(f"127.0.0.1:{port}" for port in ports),
        "CADDY_ADMIN": f"127.0.0.1:{free_port()}",
    }
    command_line = [shutil.which("caddy") or "caddy", "run", "--config", str(ROOT / "deploy" / "Caddyfile"), "--adapter", "caddyfile"]
    caddy = Child(command_line, log=premises.folder / "caddy.log", env=environment)
    caddy.start()
    try:
        await until(lambda: "serving initial configuration" in caddy.said, 20, "Caddy")
        yield
    finally:
        await asyncio.to_thread(caddy.kill)


class Talkers:
    """Everybody in one room, each through the public address and none with a node of their own. `failed` is what no send should ever be told."""

    def __init__(self, chat: UUID) -> None:
        self.chat = chat
        self.failed: list[str] = []
        self.came_back = 0
        self._stop = asyncio.Event()

    async def post(self, client: ScriptedClient) -> None:
        """Over HTTP, each line once: there is no second try."""
        said = 0
        while not self._stop.is_set():
            said += 1
            try:
                await client.post(self.chat, f"{client.name} posts {said}")
            except (Refused, httpx2.HTTPError) as refused:
                self.failed.append(f"{client.name} {said}: {refused!r} {getattr(refused, 'answer', '')}")
            await asyncio.sleep(PAUSE_S)

    async def talk(self, client: ScriptedClient) -> None:
        """Over a socket, which is told to come back: what was not acknowledged is sent again, as every client does."""
        said = 0
        while not self._stop.is_set():
            said += 1
            try:
                await client.send(self.chat, f"{client.name} says {said}")
            except ConnectionError:
                await self._come_back(client)
            except Refused as refused:
                self.failed.append(f"{client.name} {said}: {refused.answer}")
            await asyncio.sleep(PAUSE_S)

    def stop(self) -> None:
        self._stop.set()

    async def _come_back(self, client: ScriptedClient) -> None:
        self.came_back += 1
        while True:
            try:
                return await client.resume()
            except (ConnectionError, InvalidHandshake):
                await asyncio.sleep(AGAIN_S)
            except (Refused, httpx2.HTTPError) as refused:
                self.failed.append(f"{client.name} came back: {refused!r}")
                await asyncio.sleep(AGAIN_S)


async def room(house: House, cast: Cast, people: list[Person]) -> UUID:
    async with command(house) as ctx:
        made = await open_room(ctx, cast.hub, ConversationKind.group, About("Evening", "For all", "Be kind"), keeps_history=True, leads=[])
        for person in people:
            await join(ctx, made, person.account, Place.member)
        return made.id


def stored(node: Node) -> int:
    """How many messages came through this node. Only the proxy sends it any."""
    with urllib.request.urlopen(f"{node.url}/metrics", timeout=10) as answer:
        counted = [line.split()[1] for line in answer.read().decode().splitlines() if line.startswith("beside_messages_total ")]
    return int(float(counted[0]))


async def replace(premises: Premises, old: Node) -> Node:
    """SIGTERM, and a new one in its place; it counts once the proxy has sent it work."""
    assert await asyncio.to_thread(old.child.stop, seconds=STOP_S) is not None  # it ended by itself
    new = await asyncio.to_thread(lambda: premises.node(port=old.port))
    await until(lambda: stored(new) > 0, TAKEN_UP_S, "the proxy to send it work")
    return new


@pytest.mark.timeout(240)
async def test_a_deploy_while_people_talk_loses_nothing(tmp_path: Path, postgres_url: str, redis_server: RedisServer) -> None:
    """Both nodes are replaced one after the other under load: no send fails, none is lost, none is doubled, on any screen (FAULTS 34)."""
    premises = Premises(tmp_path, postgres_url, redis_server.url, BESIDE_MESSAGE_RATE="1000/second", BESIDE_LEAVE_SECONDS="3")
    ports = [free_port(), free_port()]
    try:
        async with premises.house() as house, AsyncExitStack() as stack:
            cast = await make_cast(house)
            people = [cast.member, cast.peer, cast.moderator, cast.outsider]
            talkers = Talkers(await room(house, cast, people))
            nodes = [premises.node(wait=False, port=port) for port in ports]
            premises.worker()
            for node in nodes:
                await asyncio.to_thread(node.wait_until_ready)
            await stack.enter_async_context(proxy(premises, ports))
            clients = [await stack.enter_async_context(ScriptedClient(premises.public_url, premises.public_url, one.token, one.name)) for one in people]
            posting, talking = clients[:2], clients[2:]
            for client in talking:
                await client.connect()
                await client.subscribe(talkers.chat)
            work = [*(asyncio.create_task(talkers.post(each)) for each in posting), *(asyncio.create_task(talkers.talk(each)) for each in talking)]
            try:
                for node in nodes:
                    await replace(premises, node)
            finally:
                talkers.stop()
                await asyncio.wait_for(asyncio.gather(*work), END_S)
            for client in talking:
                await client.resume()
                await client.settle()
            assert [] == talkers.failed
            assert talkers.came_back >= 2
            assert [] == await complaints(house, clients)
    finally:
        premises.close()
