"""The demo, as somebody tries it who has just cloned the house."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.deployment import Town, signings
from tests.rig.nodes import demo

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_demo_shows_what_a_pager_would_get(browser: "Browser", tmp_path: Path) -> None:
    """A peer is worried; the inbox page shows the message with its signature checked; its link leads to one button, and the peer sees that somebody has it."""
    with demo(tmp_path) as (_, ready):
        town = Town(browser, str(ready["address"]), signings(ready))
        async with town.at_work("Rowan") as rowan, town.visitor() as on_call:
            await rowan.follows("One-to-one")
            await rowan.taps("I’m worried…")
            await rowan.chooses("High")
            await rowan.chooses("I couldn’t ask")
            await rowan.writes("What you think is going on", "It has become heavier since Sunday.")
            await rowan.taps("Tell the clinician on call")
            await rowan.sees("first on the list")
            await on_call.goes_to("/demo/inbox")
            await on_call.sees("signature holds")
            await on_call.sees_no("heavier since Sunday")
            await on_call.follows("Open the link")
            await on_call.taps("I’m taking this")
            await on_call.sees_heading("You have this. The peer has been told.")
            await rowan.sees(re.compile("by (Sana|Tove)"))  # the one on weekdays, the other at weekends: the demo has a rota
