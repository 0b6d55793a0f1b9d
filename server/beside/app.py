"""The web process: one node. Sockets, HTTP, pages and health over one house, and the worker inside where there is only one machine."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from socket import socket

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from beside.documents import documents
from beside.doors import DOORS
from beside.escalations.routes import link_routes
from beside.escalations.shifts.routes import feed_routes
from beside.foundation import standing
from beside.gateway.documents import document_routes
from beside.gateway.doors import DoorKeeper
from beside.gateway.drain import drain
from beside.gateway.endpoint import SocketDoor, SocketsFirst
from beside.gateway.headers import Headers
from beside.gateway.health import Health
from beside.gateway.heartbeat import keep_looking
from beside.gateway.http import HttpProtocol
from beside.gateway.no_door import no_door
from beside.gateway.pages import client_folder, page_routes
from beside.gateway.roster import Roster
from beside.gateway.wire import WireProtocol
from beside.kit.collector import settle
from beside.kit.house import House
from beside.protocol.shapes import FRAME_BYTES
from beside.settings import Settings
from beside.worker import looking_out, run_worker

KEEP_ALIVE_S = 75  # longer than a reverse proxy's, so that it never reuses a connection we are closing


class Node:
    """One node's parts, in the order in which they are opened."""

    def __init__(self, house: House, settings: Settings, *, extra: Sequence[BaseRoute] = ()) -> None:
        self.house, self.settings = house, settings
        self.roster = Roster(house)
        self.health = Health(self.roster)
        self.stop = asyncio.Event()
        keeper = DoorKeeper(house, settings.origins)
        self.app = Starlette(
            routes=[
                *keeper.routes(DOORS),
                *link_routes(house),
                *feed_routes(house),
                *self.health.routes(),
                *document_routes(documents(house.public_url)),
                *extra,
                *page_routes(client_folder()),
            ],
            exception_handlers={404: no_door, 405: no_door},
            middleware=[
                Middleware(Headers, hosts=settings.hosts, https=settings.is_https),
                Middleware(SocketsFirst, door=SocketDoor(self.roster, settings.origins)),
            ],
            lifespan=self._lifespan,
        )
        self.app.state.roster = self.roster  # for the door that stands in for a socket

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with standing(self.house):
            looking = asyncio.create_task(keep_looking(self.roster, self.stop), name="rounds")
            working = asyncio.create_task(self._work(), name="worker") if self.settings.runs_worker else None
            try:
                async with looking_out(self.house, self.stop, self.settings.allowed_private_hosts) as self.health.lookout:
                    yield
            finally:
                self.stop.set()
                self.roster.lists.stop()
                for task in filter(None, (looking, working)):
                    with suppress(asyncio.CancelledError, TimeoutError):
                        await asyncio.wait_for(task, self.settings.grace_seconds)

    async def _work(self) -> None:
        await run_worker(self.house, self.stop, self.settings.allowed_private_hosts, self.settings.heart)


class Server(uvicorn.Server):
    """uvicorn closes sockets before the application may say goodbye; here goodbye comes first."""

    def __init__(self, node: Node) -> None:
        settings = node.settings
        self.node = node
        super().__init__(
            uvicorn.Config(
                node.app,
                host=settings.host,
                port=settings.port,
                ws=WireProtocol,
                ws_max_size=FRAME_BYTES,
                ws_per_message_deflate=False,  # 60 KiB an idle socket against 25
                ws_ping_interval=20,
                ws_ping_timeout=20,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=settings.grace_seconds,
                http=HttpProtocol,
                loop="uvloop",
                server_header=False,
                proxy_headers=True,
                forwarded_allow_ips=settings.trusted_proxies,
                access_log=False,  # addresses and paths of people are nobody's business
                log_config=None,
            )
        )

    async def serve(self, sockets: list[socket] | None = None) -> None:
        settle()
        await super().serve(sockets)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self.node.health.draining = True
        await asyncio.sleep(self.node.settings.leave_seconds)  # a connection that is not accepted yet would be reset: first let nobody come any more
        for server in self.servers:
            server.close()
        with suppress(TimeoutError):
            await drain(self.node.roster)
        await super().shutdown(sockets)
