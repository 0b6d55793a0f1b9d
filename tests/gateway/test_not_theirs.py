"""Whose mistake a refusal is."""

import pytest

from beside.gateway.connection import MISTAKES
from beside.kit.errors import Unavailable
from tests.gateway.conftest import Here
from tests.rig.client import Refused


async def test_trying_again_while_we_can_store_nothing_throws_nobody_out(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """More sends than mistakes are allowed, all refused because the database is away: the socket lives, and the last one is stored (FAULTS 46)."""

    def away(*_: object) -> None:
        raise Unavailable

    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        with monkeypatch.context() as database_gone:
            database_gone.setattr("beside.gateway.speak.ask", away)
            for _ in range(MISTAKES + 5):
                with pytest.raises(Refused):
                    await wren.send(chat, "are you there?")
        await wren.ask({"type": "ping"})
        assert wren.closed is None
        assert "are you there?" == (await wren.send(chat, "are you there?")).body
