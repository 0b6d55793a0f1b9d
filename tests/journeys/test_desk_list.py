"""What the desk's list says of a conversation is so, in the moment it is so: who is on its page, and what has not been read."""

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from beside.protocol.shapes import Role

if TYPE_CHECKING:
    from playwright.async_api import Route

    from tests.journeys.deployment import Hub

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNREAD = re.compile(r"\d new")


async def _hold(_: "Route") -> None:
    """Never answered: whatever the list shows from now on was pushed to it."""


async def test_the_list_tells_who_is_here_and_what_is_unread(hub: "Hub") -> None:
    """Beside an open conversation the list says what its heading says; what is on the screen is not unread, and what is not is, without a single load."""
    await hub.employs("Rowan", Role.peer)
    async with hub.member("Wren") as wren, hub.at_work("Rowan") as rowan:
        await wren.asks("to be heard for a while")
        await rowan.taps("I’m ready")
        await rowan.sees_heading("You’re talking with Wren")
        listed, opened = rowan.page.locator("[data-list]"), rowan.page.locator("[data-item]")
        await rowan.sees("One-to-one", within=listed)
        await rowan.page.route("**/api/desk", _hold)

        await wren.sees_heading("You’re talking with Rowan")
        for words in ("one", "two", "three"):
            await wren.says(words)
            await rowan.sees_once(words)
        for pane in (listed, opened):
            await rowan.sees("here now", within=pane)
        await expect(listed.get_by_text(UNREAD)).to_have_count(0)

        talk = wren.page.url
        await wren.goes_to("about:blank")
        for pane in (listed, opened):
            await rowan.sees("away from the page", within=pane)
        await wren.goes_to(talk)
        for pane in (listed, opened):
            await rowan.sees("here now", within=pane)
        await rowan.sees_no("away from the page")

        await rowan.follows("Rooms")
        await wren.says("are you still there")
        await rowan.sees("1 new", within=listed)
        await rowan.follows("One-to-one", within=listed)
        await rowan.sees_once("are you still there")
        await expect(listed.get_by_text(UNREAD)).to_have_count(0)
        await rowan.sees("here now", within=listed)
