"""A mistake put in on purpose: the check of where a request comes from is off, and the test of it must fail."""

import pytest

from beside.kit.house import House
from tests.doors import test_cross_site
from tests.doors.town import Town


async def test_a_door_that_asks_nobody_where_they_come_from_is_caught(house: House, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form of another site gets as far as the door (FAULTS 129)."""
    monkeypatch.setattr("beside.gateway.doors.is_ours", lambda method, headers, origins: True)
    with pytest.raises(AssertionError, match="a form of another site"):
        await test_cross_site.test_another_site_cannot_act(house, town, test_cross_site.UNSAFE[0])
