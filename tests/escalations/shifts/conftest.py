"""A hub in London with two lines on the rota, three clinicians and a coordinator, on one engine unless a test says otherwise."""

import pytest

from beside.kit.house import House
from tests.escalations.shifts.rota_scene import RotaScene, make_rota


@pytest.fixture
async def rota(house: House) -> RotaScene:
    return await make_rota(house)
