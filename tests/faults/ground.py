"""The ground that faults are made on: two nodes, a worker, PostgreSQL and Redis as child processes, a bad network before each, one house to ask."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from beside.kit.house import House
from tests.rig.child import Child
from tests.rig.nodes import Node, Premises
from tests.rig.postgres import DURABLE, PostgresServer
from tests.rig.proxy import FaultProxy
from tests.rig.redis import RedisServer
from tests.rig.tables import make_tables

NODES = ("node-0", "node-1")
PARTS = (*NODES, "worker", "postgres", "redis")
NO_LIMIT = "1000000/second"  # a storm speaks faster than any person may


@dataclass(slots=True)
class Ground:
    """Parts by name. `ways` are the ports that clients come in by: the nodes', or those of the proxies before them."""

    premises: Premises
    house: House
    postgres: PostgresServer
    redis: RedisServer
    nodes: dict[str, Node]
    worker: Child
    proxies: dict[str, FaultProxy]
    ways: list[int]
    kills: list[str] = field(default_factory=list)
    """What was alive, and killed; in order."""

    async def kill(self, part: str) -> None:
        """kill -9, with everything it started."""
        if self._child(part).alive:
            self.kills.append(part)
        await asyncio.to_thread(self._child(part).kill)

    async def kill_while_stopping(self, part: str, after_s: float) -> None:
        """SIGTERM, and kill -9 so much later, wherever it is by then."""
        if await asyncio.to_thread(self._child(part).stop, seconds=after_s) is None:
            self.kills.append(part)

    async def start(self, part: str) -> None:
        """Start it, on the port it had, and wait until it answers. Nodes and the worker wait by themselves for a database that is not there yet."""
        await asyncio.to_thread(self._start(part))

    def _start(self, part: str) -> Callable[[], None]:
        if part in self.nodes:
            return lambda: _start_node(self.nodes[part])
        if part == "worker":  # it has no door to knock at
            return self.worker.start
        return self.postgres.start if part == "postgres" else self.redis.start

    def _child(self, part: str) -> Child:
        if part in self.nodes:
            return self.nodes[part].child
        return {"worker": self.worker, "postgres": self.postgres.child, "redis": self.redis.child}[part]


@asynccontextmanager
async def ground(folder: Path, *, proxied: bool = False, **settings: str) -> AsyncIterator[Ground]:
    """Everything started and ready. `proxied`: with a fault proxy before each part, for faults other than killing. `settings` are BESIDE_… for all."""
    async with AsyncExitStack() as stack:
        postgres = await asyncio.to_thread(PostgresServer, DURABLE)
        stack.callback(postgres.close)
        redis = RedisServer()
        stack.callback(redis.close)
        await asyncio.gather(asyncio.to_thread(postgres.start), asyncio.to_thread(redis.start))
        await asyncio.to_thread(make_tables, postgres.url())
        proxies: dict[str, FaultProxy] = {}

        async def before(part: str, port: int) -> int:
            if not proxied:
                return port
            proxies[part] = await stack.enter_async_context(FaultProxy(port))
            return proxies[part].port

        database = postgres.url(port=await before("postgres", postgres.port))
        chosen = {"BESIDE_MESSAGE_RATE": NO_LIMIT, "BESIDE_LOG_LEVEL": "error", "BESIDE_UNSAFE_COMMITS": "false"} | settings
        premises = Premises(folder, database, redis.url_by(await before("redis", redis.port)), **chosen)
        stack.callback(premises.close)
        started = [premises.node(wait=False) for _ in NODES]
        worker = premises.worker()
        for node in started:
            await asyncio.to_thread(node.wait_until_ready)
        nodes = dict(zip(NODES, started, strict=True))
        ways = [await before(name, node.port) for name, node in nodes.items()]
        direct = Premises(folder, postgres.url(), redis.url)  # the oracle is asked past the bad network
        direct.settings["BESIDE_PUBLIC_URL"] = premises.public_url
        house = await stack.enter_async_context(direct.house())
        yield Ground(premises, house, postgres, redis, nodes, worker, proxies, ways)


@contextmanager
def alongside(work: Coroutine[None, None, None]) -> Iterator[None]:
    """A task that ends with the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()


def _start_node(node: Node) -> None:
    node.child.start()
    node.wait_until_ready()
