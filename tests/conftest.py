"""What every test may ask for. Servers are started once, when the first test wants them; every test has a database of its own.

`database_url`, `house` and `broker` run a test on each engine. A test that has nothing to do with the engine says so:
`@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)`.
"""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import pytest_asyncio

from beside.kit import logs
from beside.kit.broker import Broker
from beside.kit.broker.memory import MemoryBroker
from beside.kit.broker.redis import RedisBroker
from beside.kit.house import Ephemeral, House
from beside.presence.memory import MemoryEphemeral
from beside.presence.redis import RedisEphemeral
from tests.rig.cast import Cast, make_cast
from tests.rig.house import open_house
from tests.rig.postgres import PostgresServer
from tests.rig.redis import RedisServer
from tests.rig.tables import make_tables

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.rig.nodes import Premises


logs.configure(as_json=True)  # as a server does: the default renders tracebacks for people, which takes seconds


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, whatever order chance gave the rest: nobody waits for it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running PostgreSQL that all tests share. Who wants to hurt one takes `own_postgres`."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A running PostgreSQL of this test's own, without tables: to be killed, restarted and set up badly."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A running Redis that all tests share. Who wants to hurt one takes `own_redis`."""
    server = RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis of this test's own, not started yet: to be killed, restarted and set up badly."""
    server = RedisServer()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty house in one file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "beside.db"
    make_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """An empty house in one database, to be copied."""
    name = postgres.fresh_database()
    make_tables(postgres.url(name))
    return name


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database with every table."""
    path = tmp_path / "beside.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: PostgresServer, postgres_template: str) -> Iterator[str]:
    """A fresh PostgreSQL database with every table."""
    name = postgres.fresh_database(postgres_template)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with every table, on each engine."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator["Browser"]:
    """One Chromium for all tests of pages. Such a module says `pytestmark = pytest.mark.asyncio(loop_scope="session")`, and opens `screen`s."""
    from tests.rig.browser import chromium  # here, so that a test of a pure rule does not load it

    async with chromium() as opened:
        yield opened


@pytest.fixture
def premises(sqlite_url: str, tmp_path: Path) -> Iterator["Premises"]:
    """A house of one machine, to start a real node of. For more than one: `Premises(tmp_path, postgres_url, redis_server.url)`."""
    from tests.rig.nodes import Premises  # as above: it brings the whole house

    place = Premises(tmp_path, sqlite_url)
    yield place
    place.close()


@pytest.fixture(params=["memory", "redis"])
async def broker(request: pytest.FixtureRequest) -> AsyncIterator[Broker]:
    """An open bus, on each engine."""
    engine: Broker = MemoryBroker() if request.param == "memory" else RedisBroker(request.getfixturevalue("redis_server").url, prefix=f"{uuid4()}:")
    await engine.open()
    yield engine
    await engine.close()


@pytest.fixture(params=["memory", "redis"])
async def ephemeral(request: pytest.FixtureRequest) -> AsyncIterator[Ephemeral]:
    """Facts that may be forgotten, on each engine."""
    engine: Ephemeral = MemoryEphemeral() if request.param == "memory" else RedisEphemeral(request.getfixturevalue("redis_server").url, prefix=f"{uuid4()}:")
    yield engine
    await engine.close()


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """A whole house in this process, on each database."""
    async with open_house(database_url) as here:
        yield here


@pytest.fixture
async def cast(house: House) -> Cast:
    """Everybody, signed in, in that house."""
    return await make_cast(house)
