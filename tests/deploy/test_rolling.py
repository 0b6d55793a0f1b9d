"""A new version while people talk: two nodes behind the real proxy, a worker apart, one Redis, one PostgreSQL; each node is stopped and replaced in turn."""

import asyncio
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text
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


async def replace(premises: Premises, old: Node, tree: str = "") -> Node:
    """SIGTERM, and a new one in its place, of the version in `tree`; it counts once the proxy has sent it work."""
    assert await asyncio.to_thread(old.child.stop, seconds=STOP_S) is not None  # it ended by itself
    new = await asyncio.to_thread(lambda: premises.node(port=old.port, PYTHONPATH=tree or os.environ.get("PYTHONPATH", "")))
    await until(lambda: stored(new) > 0, TAKEN_UP_S, "the proxy to send it work")
    return new


class Deploy:
    """Two nodes behind the proxy, a worker, and people who talk all the while. Afterwards `wrong` is what no send should ever be told, and what the
    oracle complains of; `came_back` how often somebody's socket was sent away.
    """

    def __init__(self, premises: Premises, house: House, nodes: list[Node], worker: Child) -> None:
        self.premises, self.house, self.nodes, self.worker = premises, house, nodes, worker
        self.wrong: list[str] = ["not over yet"]
        self.came_back = 0


@asynccontextmanager
async def under_load(tmp_path: Path, postgres_url: str, redis_url: str) -> AsyncIterator[Deploy]:
    """Whatever is done meanwhile happens while they talk."""
    premises = Premises(tmp_path, postgres_url, redis_url, BESIDE_MESSAGE_RATE="1000/second", BESIDE_LEAVE_SECONDS="3")
    ports = [free_port(), free_port()]
    try:
        async with premises.house() as house, AsyncExitStack() as stack:
            cast = await make_cast(house)
            people = [cast.member, cast.peer, cast.moderator, cast.outsider]
            talkers = Talkers(await room(house, cast, people))
            nodes = [premises.node(wait=False, port=port) for port in ports]
            worker = premises.worker()
            for node in nodes:
                await asyncio.to_thread(node.wait_until_ready)
            await stack.enter_async_context(proxy(premises, ports))
            clients = [await stack.enter_async_context(ScriptedClient(premises.public_url, premises.public_url, one.token, one.name)) for one in people]
            posting, talking = clients[:2], clients[2:]
            for client in talking:
                await client.connect()
                await client.subscribe(talkers.chat)
            work = [*(asyncio.create_task(talkers.post(each)) for each in posting), *(asyncio.create_task(talkers.talk(each)) for each in talking)]
            deploy = Deploy(premises, house, nodes, worker)
            try:
                yield deploy
            finally:
                talkers.stop()
                await asyncio.wait_for(asyncio.gather(*work), END_S)
            for client in talking:
                await client.resume()
                await client.settle()
            deploy.wrong = [*talkers.failed, *await complaints(house, clients)]
            deploy.came_back = talkers.came_back
    finally:
        premises.close()


@pytest.mark.timeout(240)
async def test_a_deploy_while_people_talk_loses_nothing(tmp_path: Path, postgres_url: str, redis_server: RedisServer) -> None:
    """Both nodes are replaced one after the other under load: no send fails, none is lost, none is doubled, on any screen (FAULTS 34)."""
    async with under_load(tmp_path, postgres_url, redis_server.url) as deploy:
        for node in deploy.nodes:
            await replace(deploy.premises, node)
    assert [] == deploy.wrong
    assert deploy.came_back >= 2


REVISION = '''"""What a later version might add: a column that old nodes do not fill, an index, a table."""

import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("conversation", sa.Column("colour", sa.String(16), nullable=True))
    op.create_index("ix_event_pinned", "event", ["conversation_id"], postgresql_where=sa.text("pinned"))
    op.create_table("pin", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("about", sa.Uuid(), sa.ForeignKey("conversation.id"), nullable=False))
'''


def later_version(folder: Path) -> str:
    """This program with one revision more, in a tree of its own; where Python finds it."""
    tree = folder / "later"
    shutil.copytree(ROOT / "server" / "beside", tree / "beside", ignore=shutil.ignore_patterns("__pycache__"))
    versions = tree / "beside" / "migrations" / "versions"
    before = max(path.name[:4] for path in versions.glob("0*.py"))
    number = f"{int(before) + 1:04}"
    (versions / f"{number}_add_pins.py").write_text(REVISION.format(number=number, before=before))
    return str(tree)


async def migrate(premises: Premises, tree: str) -> None:
    """The later version's own command, as whoever deploys runs it."""
    environment = os.environ | premises.settings | {"PYTHONPATH": tree}
    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-m", "beside", "migrate"], env=environment, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr[-2000:]


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_a_deploy_over_a_change_of_tables_loses_nothing(tmp_path: Path, postgres_url: str, redis_server: RedisServer) -> None:
    """Under load the tables are changed, a node of the version before is restarted on them, and then nodes and worker are replaced by the later version:
    old and new write side by side, and no send fails, is lost or doubled (FAULTS 34)."""
    tree = later_version(tmp_path)
    async with under_load(tmp_path, postgres_url, redis_server.url) as deploy:
        await migrate(deploy.premises, tree)
        first = await replace(deploy.premises, deploy.nodes[0])  # still the version before
        later = [await replace(deploy.premises, first, tree)]
        assert await asyncio.to_thread(deploy.worker.stop, seconds=STOP_S) is not None
        deploy.premises.worker(PYTHONPATH=tree)
        later.append(await replace(deploy.premises, deploy.nodes[1], tree))
        async with deploy.house.database.read() as db:
            found = (await db.exec(text("SELECT count(*), count(pinned) FROM event"))).one()  # type: ignore[call-overload]  # the models do not know it
        assert found[0] == found[1] > 0
    assert [] == deploy.wrong
    assert deploy.came_back >= 2
    assert [True, True] == [node.child.said.count("Traceback") == 0 for node in later]
