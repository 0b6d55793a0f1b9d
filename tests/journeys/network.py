"""A bad network for a journey: a fault proxy before each node of a deployment."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from tests.journeys.deployment import Deployment
from tests.rig.proxy import FaultProxy


@asynccontextmanager
async def between(deployment: Deployment) -> AsyncIterator[list[FaultProxy]]:
    """From now on connections to the deployment's nodes go through these, one for each node."""
    direct = deployment.turns.nodes
    async with AsyncExitStack() as stack:
        proxies = [await stack.enter_async_context(FaultProxy(port)) for port in direct]
        deployment.turns.nodes = [proxy.port for proxy in proxies]
        try:
            yield proxies
        finally:
            deployment.turns.nodes = direct
