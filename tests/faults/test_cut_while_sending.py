"""The line is cut at any byte of a send or of its answer: after coming back it stands in the log once, and both sides agree where."""

from uuid import UUID

import pytest
from limits import parse

from tests.gateway.conftest import Here
from tests.rig.client import ScriptedClient
from tests.rig.oracle import complaints
from tests.rig.proxy import FaultProxy
from tests.rig.wait import until

EVERY = 23  # bytes between two cuts: some in the frame's head, in its mask, in each field, and behind it
SEND_BYTES = 300  # a little more than a send of these words takes
ANSWER_BYTES = 700  # the pushed event and the answer, either of which may come first


async def _send_and_be_cut(wren: ScriptedClient, chat: UUID, words: str) -> bool:
    """Whether it was acknowledged before the cut."""
    try:
        await wren.send(chat, words)
    except ConnectionError:
        return False
    return True


@pytest.mark.parametrize("way", ["to_server", "to_client"])
async def test_a_send_that_is_cut_anywhere_is_stored_once(here: Here, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever part of the send or of its answer got through, the retry gets one place in the log, and the words stand there once (FAULTS 1)."""
    monkeypatch.setattr(here.house.limiter, "_named", here.house.limiter._named | {"message": parse("1000/second")})
    chat = await here.chat()
    async with (
        FaultProxy(here.server.node.settings.port) as proxy,
        here.client(here.cast.member, f"http://127.0.0.1:{proxy.port}") as wren,
        here.client(here.cast.peer) as alder,
    ):
        await alder.connect()
        await alder.subscribe(chat)
        await wren.connect()
        await wren.subscribe(chat)
        outcomes = []
        for cut in range(0, SEND_BYTES if way == "to_server" else ANSWER_BYTES, EVERY):
            getattr(proxy, way).cut_after = cut
            outcomes.append(await _send_and_be_cut(wren, chat, f"cut after {cut}"))
            proxy.heal()
            await wren.resume()
        said = len(outcomes)
        await until(lambda: len(alder.bodies(chat)) == len(wren.bodies(chat)) == said)
        assert False in outcomes
        assert said == len(wren.acknowledged)
        assert [] == await complaints(here.house, [wren, alder])
