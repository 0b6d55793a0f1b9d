"""A page that speaks a wire of long ago, at every door: told so in a typed answer, and nothing done; but never kept from leaving, or from an alarm."""

from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from beside.accounts.cookies import NAME
from beside.doors import DOORS
from beside.gateway.doors import DoorKeeper
from beside.gateway.too_old import FOR_ANY_PAGE
from beside.kit.house import House
from beside.kit.web import Door
from beside.protocol import versions
from tests.doors.access import ACCESS
from tests.doors.test_cross_site import everything
from tests.doors.town import Town
from tests.rig.house import PUBLIC_URL

SHUT = [door for door in DOORS if door.path not in FOR_ANY_PAGE]
OPEN = [door for door in DOORS if door.path in FOR_ANY_PAGE]


class Knocks:
    """By somebody who may do it; `speaks` is what their page says of itself."""

    def __init__(self, house: House, town: Town) -> None:
        self._town = town
        self._app = Starlette(routes=[*DoorKeeper(house, frozenset({PUBLIC_URL})).routes(DOORS)])

    async def __call__(self, door: Door, speaks: str | None) -> tuple[int, Any]:
        row = ACCESS[f"{door.method} {door.path}"]
        token = self._town.people[sorted(row.may)[0]].token if row.may else self._town.cast.member.token
        headers = {"origin": PUBLIC_URL, "cookie": f"{NAME}={token}"} | ({} if speaks is None else {versions.HEADER: speaks})
        body = row.body(self._town.real) if row.body else None
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(self._app), base_url=PUBLIC_URL) as http:
            answer = await http.request(door.method, self._town.path(door, self._town.real), json=body, headers=headers)
        return answer.status_code, answer.json().get("code")


@pytest.fixture
def knocks(house: House, town: Town) -> Knocks:
    return Knocks(house, town)


async def test_a_page_that_is_too_old_is_told_so_at_every_door(house: House, knocks: Knocks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it says an old version or none: 409 `upgrade_required`, and no row has changed (FAULTS 37)."""
    monkeypatch.setattr(versions, "OLDEST", versions.SPOKEN + 1)
    before = await everything(house)
    for door in SHUT:
        for speaks in (None, str(versions.SPOKEN)):
            assert (409, "upgrade_required") == await knocks(door, speaks), (door.method, door.path)
    assert before == await everything(house)


@pytest.mark.parametrize("door", OPEN, ids=lambda door: f"{door.method} {door.path}")
async def test_the_ways_out_and_the_alarm_are_open_to_any_page(knocks: Knocks, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaving, where else to turn, raising a call and taking one work from the oldest page there is (FAULTS 37)."""
    monkeypatch.setattr(versions, "OLDEST", versions.SPOKEN + 1)
    assert "upgrade_required" != (await knocks(door, None))[1]


def test_what_is_open_to_any_page_is_there() -> None:
    """Each name of the list is a door: one that is renamed is not forgotten."""
    assert set(FOR_ANY_PAGE) == {door.path for door in OPEN}


@pytest.mark.parametrize("speaks", ["", "two", "-1", "1.5", "99999"])
async def test_a_version_that_is_no_number_is_refused_in_words(knocks: Knocks, speaks: str) -> None:
    """Not a number, not from 0 to 9999: 400, and never a fault of ours (FAULTS 37)."""
    door = next(door for door in DOORS if door.path == "/api/me")
    assert (400, "bad_frame") == await knocks(door, speaks)


async def test_pages_of_today_and_tomorrow_come_in(knocks: Knocks) -> None:
    """Our own version, and one that is not known yet (FAULTS 34, 37)."""
    door = next(door for door in DOORS if door.path == "/api/me")
    for speaks in (None, str(versions.SPOKEN), str(versions.SPOKEN + 1)):
        assert 200 == (await knocks(door, speaks))[0]
