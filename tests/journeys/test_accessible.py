"""Every page and state, for people who see, move or read otherwise (FAULTS 83, 113)."""

from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Page

from beside.protocol.shapes import ConversationKind, Role
from tests.journeys.states import every_state
from tests.rig.browser import axe

if TYPE_CHECKING:
    from tests.journeys.deployment import Hub

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400), pytest.mark.long]

NARROW = {"width": 320, "height": 640}  # what 400 % leaves of a window of 1280
WIDER_THAN_THE_SCREEN = """() => [document.documentElement, ...document.querySelectorAll('dialog[open]')]
  .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.tagName)"""
CUT_OFF = """() => [...document.querySelectorAll('button, a, input, textarea, select, h1')]
  .filter((one) => one.checkVisibility() && (one.closest('dialog[open]') || !document.querySelector('dialog[open]')))
  .filter((one) => { const at = one.getBoundingClientRect(); return at.right > innerWidth + 1 || at.left < -1 })
  .filter((one) => !one.closest('.unseen') && getComputedStyle(one).position !== 'absolute')
  .map((one) => one.outerHTML.slice(0, 80))"""

CONTRAST = """async () => (await axe.run(document, { runOnly: { type: 'rule', values: ['color-contrast'] } })).violations
  .flatMap((each) => each.nodes.map((node) => `${node.target} ${node.failureSummary}`))"""


async def test_every_page_is_for_everybody(small_hub: "Hub") -> None:
    """axe finds nothing in any state, by day or by night; at 400 % nothing is cut off or scrolls sideways (FAULTS 113)."""
    for name, role in (("Rowan", Role.peer), ("Ada", Role.moderator), ("Ines", Role.moderator), ("Sana", Role.clinician), ("Juno", Role.coordinator)):
        await small_hub.employs(name, role)
    await small_hub.calls("Sana")
    await small_hub.makes_room("Tuesday evening", leads=["Ada"])
    await small_hub.makes_room("The lounge", kind=ConversationKind.lounge)
    found: dict[str, list[str]] = {}
    async with aclosing(every_state(small_hub, "Tuesday evening")) as states:
        async for state, somebody in states:
            faults = await _faults(somebody.page)
            if faults:
                found[state] = faults
    assert {} == found


async def _faults(page: Page) -> list[str]:
    size = page.viewport_size
    assert size
    found = await axe(page)
    await page.emulate_media(color_scheme="dark")
    found += [f"by night: {fault}" for fault in await page.evaluate(CONTRAST)]
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a TypedDict
    found += [f"wider than the screen: {one}" for one in await page.evaluate(WIDER_THAN_THE_SCREEN)]
    found += [f"cut off: {one}" for one in await page.evaluate(CUT_OFF)]
    await page.set_viewport_size(size)
    return found
