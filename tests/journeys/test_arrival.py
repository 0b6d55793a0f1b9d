"""Journey 1: a member arrives, keeps a code, and comes back on another device."""

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from tests.journeys.deployment import Hub

pytestmark = pytest.mark.asyncio(loop_scope="session")

FEW_TAPS = 5


async def test_a_member_arrives_and_comes_back(hub: "Hub") -> None:
    """One calm screen, a name, a code: in with five taps at most; the code or a password brings them back elsewhere (FAULTS 112)."""
    async with hub.visitor(permissions=["clipboard-read", "clipboard-write"]) as wren:
        await wren.goes_to("/")
        for told in ("This is Northside.", "Who can read what you write", "What is passed on, to whom, and why", "What never happens"):
            await wren.sees(told)
        await expect(wren.field("The name people will see")).not_to_have_value("")
        first = await wren.field("The name people will see").input_value()
        await wren.taps("Suggest another")
        await expect(wren.field("The name people will see")).not_to_have_value(first)
        name = await wren.field("The name people will see").input_value()

        await wren.taps("I’ve read this. Come in")
        await wren.sees_heading(f"Welcome, {name}")
        await wren.taps("Copy it")
        await wren.sees("Copied")
        code = await wren.page.evaluate("navigator.clipboard.readText()")
        await wren.sees(code)
        await wren.taps("I’ve kept it")
        await wren.sees_heading(f"Hello, {name}")
        assert wren.taps_made <= FEW_TAPS
        await wren.reloads()
        await wren.sees_heading(f"Hello, {name}")
        await wren.sees_no(code)

        async with hub.visitor() as tablet:
            await tablet.comes_back(f" {code.lower().replace('-', ' ')} ")
            await tablet.sees_heading(f"Hello, {name}")
            await tablet.follows("You", within=tablet.page.get_by_role("navigation"))
            await tablet.writes("Your password", "four lamps in a quiet lane")
            await tablet.taps("Keep this password")
            await tablet.sees("Your password is kept.")

        await wren.sees("You’re signed out on this page.")
        await wren.unfolds("I’ve been here before")
        await wren.taps("I have a name and password")
        await wren.writes("Your name here", name)
        await wren.writes("Your password", "four lamps in a quiet lane")
        await wren.taps("Come back in")
        await wren.sees_heading(f"Hello, {name}")


async def test_a_printed_code_says_nothing_else(small_hub: "Hub") -> None:
    """On paper stands the code, and nothing that says what it is for."""
    async with small_hub.visitor() as wren:
        await wren.goes_to("/")
        await expect(wren.field("The name people will see")).not_to_have_value("")
        await wren.taps("I’ve read this. Come in")
        code = await wren.page.locator("[data-code]").inner_text()
        await wren.page.emulate_media(media="print")
        words = (await wren.page.locator("body").inner_text()).splitlines()
        assert [code] == [line for line in words if line.strip() and line != "Your code"]  # which is for screen readers, and not printed


async def test_a_wrong_code_is_no_dead_end(small_hub: "Hub") -> None:
    """It is said in plain words, what was typed stays, and the right one still works."""
    async with small_hub.member("Wren") as wren, small_hub.visitor() as other:
        await other.comes_back("AAAA-BBBB-CCCC-DDDD")
        await expect(other.field("Your code")).to_have_attribute("aria-invalid", "true")
        await expect(other.field("Your code")).to_have_value("AAAA-BBBB-CCCC-DDDD")
        await wren.follows("You", within=wren.page.get_by_role("navigation"))
        await wren.taps("Give me a new code")
        await other.writes("Your code", await wren.page.locator("[data-code]").inner_text())
        await other.taps("Come back in")
        await other.sees_heading("Hello, Wren")
