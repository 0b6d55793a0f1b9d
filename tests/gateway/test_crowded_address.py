"""A thousand sockets of one address, which is a ward or a school; one more is a flood."""

import asyncio
from collections import Counter

import pytest

from beside.gateway.endpoint import SOCKETS_PER_ADDRESS, SocketDoor
from tests.bench.place import allow_many_files
from tests.gateway.conftest import Here
from tests.gateway.raw import RawSocket, open_raw
from tests.gateway.test_frames import answer, signed_in
from tests.rig.wait import until

AT_ONCE = 50  # handshakes under way together: a listening socket keeps so many waiting and more
ANOTHER = "127.0.0.2"


async def knock(here: Here, local: str | None = None) -> RawSocket:
    return await open_raw(here.url, here.cast.member.token, origin=here.url, local=local)


async def test_one_address_has_a_thousand_sockets_and_not_one_more(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the limit as it is, the next of that address is denied, other addresses come in, who is in is served, and one who goes makes room (FAULTS 63)."""
    monkeypatch.setattr("beside.gateway.endpoint.HELLO_S", 300.0)  # they say nothing, and must all be there at once
    allow_many_files()
    assert 1_000 == SOCKETS_PER_ADDRESS
    calm = await signed_in(here, here.cast.peer)
    raws: list[RawSocket] = []
    while (lacking := SOCKETS_PER_ADDRESS - 1 - len(raws)) > 0:
        raws += await asyncio.gather(*(knock(here) for _ in range(min(AT_ONCE, lacking))))
    assert {101} == {raw.status for raw in raws}
    refused, elsewhere = await knock(here), await knock(here, ANOTHER)
    assert (429, 101) == (refused.status, elsewhere.status)
    assert "pong" == (await answer(calm, b'{"type":"ping"}'))["type"]
    raws.pop().close()
    async with asyncio.timeout(10):
        while (again := await knock(here)).status != 101:  # until the node has seen it go
            again.close()
    full = await knock(here)
    assert 429 == full.status
    for raw in (*raws, calm, refused, elsewhere, again, full):
        raw.close()


class NeverWalked(Counter[str]):
    """A count that nobody may go through from end to end: a node may serve five thousand addresses."""

    def items(self) -> object:  # type: ignore[override]  # what would be walked
        raise AssertionError("every address was walked through for one of them")


async def test_an_address_is_counted_while_it_has_a_socket_and_forgotten_with_its_last(here: Here) -> None:
    """Each that goes is taken off its own address alone; once all have gone no address is kept (FAULTS 63)."""
    door = next(each.kwargs["door"] for each in here.node.app.user_middleware if "door" in each.kwargs)
    assert isinstance(door, SocketDoor)
    door._addresses = counted = NeverWalked()
    mine, other, same = await knock(here), await knock(here, ANOTHER), await knock(here, ANOTHER)
    assert {"127.0.0.1": 1, ANOTHER: 2} == dict.copy(counted)
    other.close()
    await until(lambda: counted[ANOTHER] == 1)
    mine.close()
    same.close()
    await until(lambda: not counted)
    assert counted is door._addresses
