"""A door at which thousands may knock in the same second: a few at a time, some wait, the rest come later; the other doors stay open."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from msgspec import Struct
from starlette.applications import Starlette

from beside.accounts.routes import doors as of_accounts
from beside.gateway import turns
from beside.gateway.doors import DoorKeeper
from beside.kit.house import House
from beside.kit.web import Door, Visit
from beside.protocol.snapshots import Fine
from tests.rig.cast import Cast
from tests.rig.house import PUBLIC_URL
from tests.rig.knock import Knocker
from tests.rig.wait import until

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Hall:
    """What is behind the doors: whoever comes through the crowded one stays inside until it is emptied."""

    def __init__(self, house: House) -> None:
        self.inside, self.most = 0, 0
        self.emptied = asyncio.Event()
        self.knock = Knocker(house, [Door("POST", "/crowded", self._stay, who="anyone", crowded=True), Door("POST", "/other", _pass, who="anyone")])

    async def _stay(self, _: Visit) -> Struct:
        self.inside += 1
        self.most = max(self.most, self.inside)
        await self.emptied.wait()
        self.inside -= 1
        return Fine()


async def test_a_few_at_a_time_and_the_other_doors_stay_open(house: House) -> None:
    """However many knock, only a few are inside together, all of them have their turn, and another door is answered meanwhile (FAULTS 33)."""
    hall = Hall(house)
    knocking = [asyncio.create_task(hall.knock(None, "POST", "/crowded")) for _ in range(4 * turns.AT_ONCE)]
    await until(lambda: hall.inside == turns.AT_ONCE)
    assert 200 == (await hall.knock(None, "POST", "/other")).status
    hall.emptied.set()
    assert [200] * len(knocking) == [answer.status for answer in await asyncio.gather(*knocking)]
    assert turns.AT_ONCE == hall.most


async def test_who_finds_too_many_waiting_is_asked_to_come_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what may wait, the answer comes at once, and says when to come again; who leaves makes room for another (FAULTS 36)."""
    monkeypatch.setattr(turns, "WAITING", 3)
    hall = Hall(house)
    knocking = [asyncio.create_task(hall.knock(None, "POST", "/crowded")) for _ in range(turns.AT_ONCE + 3 + 2)]
    await until(lambda: sum(task.done() for task in knocking) == 2)
    refused = [task.result() for task in knocking if task.done()]
    assert [(503, "busy")] * 2 == [(answer.status, answer.body["code"]) for answer in refused]
    hall.emptied.set()
    assert [200] * (turns.AT_ONCE + 3) == sorted(answer.status for answer in await asyncio.gather(*knocking) if answer not in refused)
    assert 200 == (await hall.knock(None, "POST", "/crowded")).status


async def test_whoever_is_sent_away_is_given_a_time_of_their_own(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first who is sent away comes when those who wait have had their turn, each next one later, and nobody later than the bound (FAULTS 36)."""
    monkeypatch.setattr(turns, "WAITING", 0)
    monkeypatch.setattr(turns, "EACH_S", 6.0)
    hall = Hall(house)
    times = [(await hall.knock(None, "POST", "/crowded")).body["retry_after_ms"] for _ in range(6)]
    assert round(turns.LATER_S * 1000) == times[0]
    assert sorted(times) == times
    assert [True] * 4 == [times[0] + 5_000 < times[1], times[1] + 5_000 < times[2], times[2] + 2_000 < times[3], times[3] <= turns.LATEST_S * 1000]
    assert [times[3]] * 3 == times[3:]


async def test_who_sends_slowly_holds_no_turn(house: House) -> None:
    """However many begin a request and never end it, the next one has its turn."""

    async def never_ends() -> AsyncIterator[bytes]:
        yield b" "
        await asyncio.Event().wait()

    app = Starlette(routes=[*DoorKeeper(house, frozenset({PUBLIC_URL})).routes([Door("POST", "/crowded", _pass, who="anyone", crowded=True)])])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=PUBLIC_URL, headers={"origin": PUBLIC_URL}) as http:
        slow = [asyncio.create_task(http.post("/crowded", content=never_ends())) for _ in range(2 * turns.AT_ONCE)]
        await asyncio.sleep(0.1)  # all of them have begun
        assert 200 == (await asyncio.wait_for(http.post("/crowded"), 5.0)).status_code
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)


async def _pass(_: Visit) -> Struct:
    return Fine()


async def test_tickets_are_given_in_turns(house: House, cast: Cast) -> None:
    """The door that everybody asks first when their node has gone is such a one, and it gives tickets (FAULTS 33)."""
    assert ["/api/tickets"] == [door.path for door in of_accounts if door.crowded]
    answers = await asyncio.gather(*(Knocker(house, of_accounts)(cast.member, "POST", "/api/tickets") for _ in range(3)))
    assert [200, 200, 200] == [answer.status for answer in answers]
