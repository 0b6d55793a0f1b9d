"""A real Chromium for tests of pages: one browser a session, a fresh context for each person, everything it asked for written down.

Our own fixtures and not pytest-playwright's: its synchronous loop breaks every asynchronous test after it.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, async_playwright

AXE = Path(__file__).parents[2] / "client_web/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
WAIT_MS = 10_000
CLOSE_S = 15.0


@dataclass(slots=True)
class Screen:
    """One person's browser: a page in a context of its own, and what went over its wires."""

    page: Page
    context: BrowserContext
    origin: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """What the page's console called an error, content-policy violations among them, and exceptions nobody caught."""

    @property
    def third_parties(self) -> list[str]:
        """Requests to anywhere but the house (FAULTS 83: none)."""
        ours = urlsplit(self.origin).netloc
        return [url for url in self.asked if urlsplit(url).scheme in ("http", "https", "ws", "wss") and urlsplit(url).netloc != ours]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The machine's own Chromium. Raises `FileNotFoundError`."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise FileNotFoundError("Chromium is not installed: on Debian, apt-get install chromium")
    playwright = await async_playwright().start()
    browser = await playwright.chromium.launch(executable_path=program, chromium_sandbox=False)
    try:
        yield browser
    finally:
        with suppress(TimeoutError):  # one that does not let go ends with its driver, as soon as this process does
            async with asyncio.timeout(CLOSE_S):
                await browser.close()
                await playwright.stop()


@asynccontextmanager
async def screen(browser: Browser, origin: str, *, size: dict[str, int] = PHONE, **context: Any) -> AsyncIterator[Screen]:
    """A browser nobody has used yet, on no page yet."""
    fresh = await browser.new_context(base_url=origin, viewport=size, reduced_motion="reduce", locale="en-GB", **context)  # type: ignore[arg-type]  # a TypedDict
    fresh.set_default_timeout(WAIT_MS)
    try:
        page = await fresh.new_page()
        shown = Screen(page, fresh, origin)
        fresh.on("request", lambda request: _asked(shown, request))
        page.on("websocket", lambda socket: shown.asked.append(socket.url))
        page.on("console", lambda message: _said(shown, message))
        page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        yield shown
    finally:
        await fresh.close()


async def axe(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands, one line each."""
    await page.evaluate(AXE.read_text())
    found = await page.evaluate(f"axe.run(document, {{runOnly: {RULES!r}}})")
    return [f"{each['id']} ({each['impact']}): {each['help']} {[node['target'] for node in each['nodes']]}" for each in found["violations"]]


async def snap(page: Page, name: str, *, whole: bool = True) -> Path:
    """A picture of the whole page (or of the window), for people to look at, in the folder that BESIDE_PICTURES names."""
    folder = Path(os.environ.get("BESIDE_PICTURES") or tempfile.gettempdir() + "/beside-pictures")
    path = folder / f"{name}.png"
    await page.screenshot(path=path, full_page=whole, animations="disabled")
    return path


def _asked(shown: Screen, request: Request) -> None:
    shown.asked.append(request.url)


def _said(shown: Screen, message: ConsoleMessage) -> None:
    if message.type == "error":
        shown.complaints.append(message.text)
