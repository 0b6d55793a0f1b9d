"""One town, built once; each test gets a copy of its file."""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from beside.doors import DOORS
from beside.kit.house import House
from tests.doors.town import Town, make_town
from tests.rig.house import open_house
from tests.rig.knock import Knocker


@pytest.fixture(scope="session")
def built(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Town]:
    """The file, and who and what is in it."""
    path = tmp_path_factory.mktemp("town") / "beside.db"
    shutil.copy(sqlite_template, path)

    async def build() -> Town:
        async with open_house(f"sqlite:///{path}") as house:
            return await make_town(house)

    with ThreadPoolExecutor(1) as aside:  # a loop of its own, away from the tests' loop
        return path, aside.submit(lambda: asyncio.run(build())).result()


@pytest.fixture
def database_url(built: tuple[Path, Town], tmp_path: Path) -> str:
    """The doors are the same on each database; what locks is tried on both elsewhere."""
    path = tmp_path / "beside.db"
    shutil.copy(built[0], path)
    return f"sqlite:///{path}"


@pytest.fixture
def town(built: tuple[Path, Town]) -> Town:
    return built[1]


@pytest.fixture
def knocker(house: House, monkeypatch: pytest.MonkeyPatch) -> Knocker:
    """Every door of that house. Nobody is connected to it, and no look at who should be told is cut off in the middle when a test ends."""
    monkeypatch.setattr("beside.gateway.lists.GATHER_S", 3_600.0)
    return Knocker(house, DOORS)
