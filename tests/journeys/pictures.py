"""Pictures of every page and state, for people to look at: `python -m tests.journeys.pictures DIR`.

The demo runs in a folder that is thrown away. Each state is taken as a telephone and as a desk show it, by day and by night.
"""

import asyncio
import os
import sys
import tempfile
from contextlib import aclosing
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.journeys.deployment import Town, signings
from tests.journeys.states import every_state
from tests.rig.browser import DESK, PHONE, chromium, snap
from tests.rig.nodes import demo

GROUP = "Carers' hour"
SIZES = {"phone": PHONE, "desk": DESK}
TOO_LONG = {"docs"}  # hundreds of screens: its top is enough


async def take_pictures(address: str, ready: dict[str, Any]) -> int:
    """All of them, into the folder that BESIDE_PICTURES names. How many there are."""
    taken = 0
    async with chromium() as browser:
        async with aclosing(every_state(Town(browser, address, signings(ready)), GROUP)) as states:
            async for state, somebody in states:
                taken += await _take(somebody.page, f"{taken // 4:02}-{state}", whole=state not in TOO_LONG)
        page = await browser.new_page()
        await page.goto(f"{address}/demo/inbox")
        taken += await _take(page, f"{taken // 4:02}-inbox")
        await page.goto(await page.get_by_role("link", name="Open the link").first.get_attribute("href") or "")
        taken += await _take(page, f"{taken // 4:02}-on-call-link")
    return taken


async def _take(page: Page, name: str, *, whole: bool = True) -> int:
    before = page.viewport_size
    for light in ("light", "dark"):
        await page.emulate_media(color_scheme="dark" if light == "dark" else "light")
        for size, pixels in SIZES.items():
            await page.set_viewport_size(pixels)  # type: ignore[arg-type]  # a TypedDict
            await snap(page, f"{name}-{size}-{light}", whole=whole)
    await page.emulate_media(color_scheme="light")
    if before:
        await page.set_viewport_size(before)
    return len(SIZES) * 2


def main() -> None:
    os.environ["BESIDE_PICTURES"] = sys.argv[1]
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as (_, ready):
        taken = asyncio.run(take_pictures(str(ready["address"]), ready))
    sys.stdout.write(f"{taken} pictures\n")


if __name__ == "__main__":
    main()
