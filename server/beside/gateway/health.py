"""Is it alive, is it ready, and what is degraded: for a load balancer and for a person."""

import json

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from beside.escalations.lookout import Lookout
from beside.gateway.roster import Roster
from beside.kit.context import query
from beside.kit.errors import BesideError
from beside.kit.metrics import LOGS, REGISTRY, SOCKETS

TRIED_S = 1.0


class Health:
    """`draining` is set when the node is about to stop: it then says that it is not ready, and still serves who is here."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self.draining = False
        self.lookout: Lookout | None = None

    def routes(self) -> list[Route]:
        return [Route("/healthz", self.alive), Route("/readyz", self.ready), Route("/metrics", self.metrics)]

    async def alive(self, _: Request) -> Response:
        return _json({"alive": True})

    async def ready(self, _: Request) -> Response:
        """200 with what is degraded, or 503 where nothing can be stored."""
        degraded = dict(self.lookout.concerns) if self.lookout else {}
        if not self._roster.house.broker.well:
            degraded["bus"] = "Hints between nodes are away: messages arrive within five seconds instead of at once. Nothing is lost."
        elif not await self._facts_are_shared():
            degraded["presence"] = (
                "Redis answers and stores nothing: each node knows only its own of who is here, and counts limits for itself. Nothing is lost."
            )
        try:
            async with query(self._roster.house) as ctx:
                await ctx.db.exec(text("SELECT 1"))  # type: ignore[call-overload]  # SQLModel's stubs leave plain text out
        except BesideError:
            degraded["database"] = "The database does not answer: nothing can be stored, and nobody is told that it was."
        if (why := self._roster.house.database.refuses) is not None:
            degraded["storage"] = f"The database answers and stores nothing ({why}): people are told so, and what is there can be read."
        ready = "database" not in degraded and not self.draining
        return _json({"ready": ready, "draining": self.draining, "degraded": degraded}, 200 if ready else 503)

    async def _facts_are_shared(self) -> bool:
        """Where the last was not stored, it is tried again: a node with nobody on it has nothing else to put."""
        house = self._roster.house
        if not house.ephemeral.well:
            await house.ephemeral.put("readyz", house.node, "", TRIED_S)
        return house.ephemeral.well

    async def metrics(self, _: Request) -> Response:
        SOCKETS.set(len(self._roster.connections))
        LOGS.set(len(self._roster.logs))
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def _json(found: object, status: int = 200) -> Response:
    return Response(json.dumps(found), status, media_type="application/json")
