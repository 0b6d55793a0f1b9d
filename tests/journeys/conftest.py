"""The two deployments that every journey is walked on, started once; and a hub of its own for each journey."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.rig.postgres import PostgresServer
from tests.rig.redis import RedisServer
from tests.rig.tables import make_tables

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.journeys.deployment import Deployment, Hub


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def embedded(tmp_path_factory: pytest.TempPathFactory, browser: "Browser") -> AsyncIterator["Deployment"]:
    """One process on SQLite, with the worker inside."""
    from tests.journeys import deployment  # here, as elsewhere: it brings the whole house

    folder = tmp_path_factory.mktemp("embedded")
    make_tables(url := f"sqlite:///{folder / 'beside.db'}")
    async with deployment.embedded(folder, url, browser) as here:
        yield here


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def scaled(
    tmp_path_factory: pytest.TempPathFactory, browser: "Browser", postgres: PostgresServer, redis_server: RedisServer
) -> AsyncIterator["Deployment"]:
    """Two nodes and a worker on PostgreSQL and Redis, behind one address."""
    from tests.journeys import deployment

    make_tables(url := postgres.url(postgres.fresh_database()))
    async with deployment.scaled(tmp_path_factory.mktemp("scaled"), url, redis_server.url, browser) as here:
        yield here


@pytest.fixture(params=["embedded", "scaled"])
def deployment(request: pytest.FixtureRequest) -> "Deployment":
    """Each of them in turn."""
    chosen: Deployment = request.getfixturevalue(request.param)
    return chosen


@pytest_asyncio.fixture(loop_scope="session")
async def hub(deployment: "Deployment") -> "Hub":
    """A hub that nobody has been in, on each deployment."""
    return await deployment.open_hub()


@pytest_asyncio.fixture(loop_scope="session")
async def small_hub(embedded: "Deployment") -> "Hub":
    """A hub that nobody has been in, for what depends on the page and not on the deployment."""
    return await embedded.open_hub()


@pytest_asyncio.fixture(loop_scope="session")
async def no_sockets(scaled: "Deployment", monkeypatch: pytest.MonkeyPatch) -> AsyncIterator["Hub"]:
    """A hub behind a network that refuses sockets, where each request may come to the other node.

    News of a list that come between two requests are looked at within 25 s: people wait for that long here.
    """
    from playwright.async_api import expect

    from tests.journeys.person import SOON_MS

    monkeypatch.setattr("tests.rig.browser.WAIT_MS", 2 * SOON_MS)
    expect.set_options(timeout=2 * SOON_MS)
    scaled.turns.lets_sockets_through = False
    try:
        yield await scaled.open_hub()
    finally:
        scaled.turns.lets_sockets_through = True
        expect.set_options(timeout=SOON_MS)
