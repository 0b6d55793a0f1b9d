"""Journey 2: a member asks for support, is met, and they talk, whatever the connection does."""

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from beside.protocol.shapes import Role

if TYPE_CHECKING:
    from tests.journeys.deployment import Hub

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOST = "We’ve lost touch for a moment."
UNSENT = "Not sent yet."


async def test_they_ask_wait_are_met_and_talk(hub: "Hub") -> None:
    """The place is kept over a reload; the peer is given the next person; words arrive, are seen, and survive losing touch (FAULTS 17, 24)."""
    await hub.employs("Rowan", Role.peer)
    async with hub.member("Wren") as wren, hub.at_work("Rowan") as rowan:
        await wren.asks("to be heard for a while")
        await wren.sees("You’re next")
        await wren.reloads()
        await wren.sees("You’re next")

        await rowan.sees("would like to talk")
        await rowan.taps("I’m ready")
        await rowan.sees_heading("You’re talking with Wren")
        await rowan.sees("What would help: “to be heard for a while”")
        await wren.sees_heading("You’re talking with Rowan")

        await rowan.types("Hello Wren")
        await wren.sees("Rowan is writing…")
        await wren.sees_no("Hello Wren")
        await rowan.taps("Send")
        await wren.sees_once("Hello Wren")
        await rowan.sees_state("Seen")

        beside = await wren.opens_a_second_tab()
        await wren.says("hi. it has been a long week")
        for each in (wren, beside, rowan):
            await each.sees_once("hi. it has been a long week")
        await beside.says("I’m writing from my other tab")
        for each in (wren, beside, rowan):
            await each.sees_once("I’m writing from my other tab")
        await beside.page.close()

        await wren.page.context.set_offline(True)
        await wren.says("are you there")
        await wren.sees_state(UNSENT)
        await wren.sees(LOST)
        await rowan.says("Take your time.")
        await wren.page.context.set_offline(False)
        for each in (wren, rowan):
            await each.sees_once("are you there")
            await each.sees_once("Take your time.")
        await wren.sees_no(UNSENT)
        await wren.sees_no(LOST)

        await hub.at.turns.down()
        await wren.says("I think it stopped")
        await wren.sees_state(UNSENT)
        await rowan.sees(LOST)
        await rowan.says("I’m still here")
        await hub.at.turns.up()
        for each in (wren, rowan):
            await each.sees_once("I think it stopped")
            await each.sees_once("I’m still here")
            await each.sees_no(UNSENT)
            await each.sees_no(LOST)
        assert await wren.messages() == await rowan.messages()

        await rowan.taps("Close…")
        await rowan.taps("Close it", within=rowan.dialog)
        await wren.sees("This conversation has ended. You can still read it.")
        await expect(wren.field("Your message")).to_have_count(0)


async def test_nobody_on_shift_is_said_honestly(small_hub: "Hub") -> None:
    """Who asks while no peer is here keeps their place, is told so, sees whom to turn to, and can step out."""
    async with small_hub.member("Wren") as wren:
        await wren.follows("Ask for support")
        await wren.chooses("No")
        await wren.sees("These places can be with you sooner than we can:")
        await wren.sees("Emergency services")
        await wren.taps("Find me someone")
        await wren.sees("Your place is kept")
        await wren.sees("No peer is here at this moment")
        await wren.taps("Step out of the line")
        await wren.sees("You’re out of the line.")
