"""Leaving quickly: at once, without a trace, and with a way back (FAULTS 111, 112)."""

from typing import TYPE_CHECKING

import httpx2
import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from tests.journeys.deployment import Hub
    from tests.journeys.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = "nobody at home may see this"
WHERE_THEY_STAND = """() => [...document.querySelectorAll('header > button')]
  .map((one) => [Math.round(one.getBoundingClientRect().top), one.getClientRects().length, Math.round(one.getBoundingClientRect().height)])"""
WHAT_IS_LEFT = "document.body.innerText + document.title + document.body.childElementCount"


async def test_the_button_leaves_nothing_behind(small_hub: "Hub") -> None:
    """The page is empty before anything else happens, the session is over, Back shows nothing; the code brings everything back (FAULTS 111, 112)."""
    await small_hub.makes_room("Tuesday evening")
    async with small_hub.visitor() as wren:
        code = await wren.arrives("Wren")
        await _says_something(wren)
        cookies = {each["name"]: each["value"] for each in await wren.page.context.cookies()}
        assert await _still_in(small_hub, cookies)

        button = wren.page.get_by_role("button", name="Leave quickly")
        assert "0" == await button.evaluate(f"button => {{ button.click(); return {WHAT_IS_LEFT} }}")
        await wren.page.wait_for_url("**/blank")
        await wren.sees("Mostly cloudy")
        assert [] == await wren.page.context.cookies()
        assert not await _still_in(small_hub, cookies)
        await wren.page.go_back()
        await wren.sees_no(WORDS)

        await wren.comes_back(code)
        await wren.follows("Groups", within=wren.page.get_by_role("navigation"))
        await wren.follows("Tuesday evening")
        await wren.sees_once(WORDS)


async def test_shift_three_times_leaves(small_hub: "Hub") -> None:
    """Three presses in a row, and not those that capital letters need."""
    await small_hub.makes_room("Tuesday evening")
    async with small_hub.member("Wren") as wren:
        await _says_something(wren)
        await wren.field("Your message").focus()
        for key in ("A", "B", "C"):
            await wren.page.keyboard.down("Shift")
            await wren.page.keyboard.press(key)
            await wren.page.keyboard.up("Shift")
        await expect(wren.field("Your message")).to_have_value("ABC")
        for _ in range(3):
            await wren.page.keyboard.press("Shift")
        await wren.page.wait_for_url("**/blank")
        await wren.sees_no(WORDS)


async def test_it_works_without_a_network(small_hub: "Hub") -> None:
    """The words are gone all the same, and Back does not bring them."""
    await small_hub.makes_room("Tuesday evening")
    async with small_hub.member("Wren") as wren:
        await _says_something(wren)
        await wren.page.context.set_offline(True)
        button = wren.page.get_by_role("button", name="Leave quickly")
        assert "0" == await button.evaluate(f"button => {{ button.click(); return {WHAT_IS_LEFT} }}")
        await wren.page.wait_for_url("about:blank")
        assert "" == await wren.page.inner_text("body")
        await wren.page.context.set_offline(False)
        await wren.goes_to("/blank")  # storage can be looked at only on an address of ours


async def _says_something(wren: "Person") -> None:
    await wren.joins("Tuesday evening")
    await wren.says(WORDS)
    await wren.sees_state("Sent")


async def _still_in(hub: "Hub", cookies: dict[str, str]) -> bool:
    """Whether somebody who kept these cookies is let in."""
    async with httpx2.AsyncClient(base_url=hub.url, cookies=cookies, trust_env=False, timeout=10) as thief:
        return (await thief.get("/api/me")).status_code == 200


@pytest.mark.parametrize("width", [390, 320])
async def test_both_ways_out_stand_on_one_line(small_hub: "Hub", width: int) -> None:
    """Urgent help and leaving quickly are in the same place on a telephone and on a page magnified four times, each as one line (FAULTS 111, 113)."""
    async with small_hub.visitor(size={"width": width, "height": 640}) as wren:
        await wren.goes_to("/")
        await expect(wren.page.get_by_role("button", name="Leave quickly")).to_be_visible()
        urgent, leave = await wren.page.evaluate(WHERE_THEY_STAND)
        assert urgent == leave
        assert 44 == leave[2]
        assert width == await wren.page.evaluate("document.documentElement.scrollWidth")
