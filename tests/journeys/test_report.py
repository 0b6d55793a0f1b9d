"""Journey 4: a message is reported, hidden and answered for; its author hears why, and somebody else looks at it."""

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from beside.protocol.shapes import Role

if TYPE_CHECKING:
    from tests.journeys.deployment import Hub

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNKIND = "you are all just pretending to care"
BEFORE = ["one", "two", "three", "four", "five", "six"]
AFTER = ["seven", "eight", "nine", "ten", "eleven", "twelve"]
HIDDEN = "This message was hidden by a moderator."


async def test_a_message_is_reported_judged_and_appealed(hub: "Hub") -> None:
    """Three taps and a receipt; five messages either side; every open screen follows, and so does a fresh load; another moderator decides the appeal."""
    await hub.employs("Ada", Role.moderator)
    await hub.employs("Ines", Role.moderator)
    await hub.makes_room("Tuesday evening", leads=["Ada"])
    async with hub.member("Wren") as wren, hub.member("Fern") as fern, hub.at_work("Ada") as ada:
        await fern.joins("Tuesday evening")
        await wren.joins("Tuesday evening")
        for words in BEFORE:
            await wren.says(words)
        await fern.sees_once("six")
        await fern.says(UNKIND)
        await wren.sees_once(UNKIND)
        for words in AFTER:
            await fern.says(words)
        await wren.sees_once("twelve")

        before = wren.taps_made
        await wren.taps("Tell a moderator about this message from Fern", within=wren.log.get_by_role("listitem").filter(has_text=UNKIND))
        await wren.chooses("It’s unkind, or it hurts")
        await wren.taps("Send", within=wren.dialog)
        assert 3 == wren.taps_made - before
        await wren.sees("Thank you. A moderator will look at it")
        await wren.follows("What you told us")
        await wren.sees("Waiting for a moderator to look.")

        await ada.follows("1 report")
        await ada.sees_heading("A message by Fern")
        shown = ada.page.get_by_role("main").locator("ol > li")
        await expect(shown).to_have_count(11)
        assert ["two", "three", "four", "five", "six", UNKIND, "seven", "eight", "nine", "ten", "eleven"] == await shown.locator(".words").all_inner_texts()
        await ada.taps("I have this")
        await wren.sees("A moderator is looking at it.")

        await wren.follows("Groups", within=wren.page.get_by_role("navigation"))
        await wren.follows("Tuesday evening")
        await wren.sees_once(UNKIND)
        await ada.taps("Hide the message…")
        await ada.writes("Why, in your own words", "It blames people who came for help.")
        await ada.taps("Hide it")
        await wren.sees(HIDDEN)
        await wren.sees_no(UNKIND)
        await wren.reloads()
        await wren.sees(HIDDEN)
        await wren.sees_no(UNKIND)
        await fern.sees("A moderator hid this from the others.")
        await fern.sees("The reason: It blames people who came for help.")

        await ada.taps("Step them out…")
        await ada.picks("How long", "an hour")
        await ada.writes("Why, in your own words", "A break, so that it can cool down.")
        await ada.taps("Step them out")
        await fern.sees("You’re taking a break from this group for now.")
        await fern.sees_no("twelve")
        await fern.reloads()
        await fern.sees("You’re taking a break from this group for now.")
        await wren.sees("Fern is taking a break from this group.")

        await ada.taps("Close…")
        await ada.chooses("We did something about it")
        await ada.taps("Close and tell them")
        await ada.sees("This is closed. Whoever reported it has heard back.")
        await wren.goes_to("/#/told")
        await wren.sees("A moderator looked, and did something about it.")

        await fern.follows("What happened, and why")
        break_ = fern.page.get_by_role("article").filter(has_text="You were asked to take a break from a group.")
        await fern.sees("A break, so that it can cool down.", within=break_)
        await fern.sees("In Tuesday evening", within=break_)
        await expect(break_.get_by_text(re.compile(r"^Until .*\d\d:\d\d"))).to_be_visible()
        await fern.taps("Ask somebody else to look at it", within=break_)
        await fern.writes("In your words", "I had a bad day and I’m sorry.")
        await fern.taps("Send it to them")
        await fern.sees("Somebody else will look at it.")

        async with hub.at_work("Ines") as ines:
            await ines.follows("Appeal")
            await ines.sees("I had a bad day and I’m sorry.")
            await ines.sees("A break, so that it can cool down.")
            await ines.chooses("Undo it")
            await ines.writes("What Fern will read", "Thank you for saying that. Come back when you like.")
            await ines.taps("Decide and tell them")
            await ines.sees("Decided. They’ve been told.")
        await fern.sees("Somebody else looked at it, and took the decision back.", within=break_)
        await fern.sees("Thank you for saying that. Come back when you like.", within=break_)
        await fern.joins("Tuesday evening")
        await fern.sees_once("twelve")
