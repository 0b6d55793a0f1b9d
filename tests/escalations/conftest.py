"""A scene on each database, without a ladder; and one with a single receiver on it."""

from collections.abc import AsyncIterator

import pytest

from beside.kit.house import House
from tests.escalations.scene import SECRET, Scene, make_scene
from tests.rig.receiver import OnCallReceiver


@pytest.fixture
async def receiver() -> AsyncIterator[OnCallReceiver]:
    """Takes everything in, unless the test scripts its replies."""
    async with OnCallReceiver(SECRET) as here:
        yield here


@pytest.fixture
async def scene(house: House, receiver: OnCallReceiver) -> Scene:
    """One rung, the clinician's, with one channel to the receiver."""
    return await make_scene(house, receiver)
