"""Somebody before a browser, in verbs: what they tap, write and see. Found by role and name, as a person or a screen reader finds it."""

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright.async_api import Dialog, Locator, Page, expect

from beside.protocol.codes import REFUSALS
from tests.rig.browser import Screen, screen

if TYPE_CHECKING:
    from playwright.async_api import Browser

SOON_MS = 20_000  # on two busy cores; on quiet ones everything here takes a fraction of a second
expect.set_options(timeout=SOON_MS)

# Whatever would leave a trace on the device says so on the console, which a person's end looks through.
TELL_OF_STORING = """
const places = [["storage", globalThis.Storage, "setItem"], ["indexedDB", globalThis.IDBFactory, "open"], ["caches", globalThis.CacheStorage, "open"]]
for (const [name, place, verb] of places) if (place) place.prototype[verb] = () => console.error(`stored in ${name}`)
"""
LEFT_BEHIND = """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
  globalThis.caches ? (await caches.keys()).length : 0, (await navigator.serviceWorker?.getRegistrations() ?? []).length, document.cookie]"""
NOTHING = [0, 0, 0, 0, 0, ""]
# Chromium reports every answer of 4xx and every lost connection as an error of the page; those are the house's ordinary ways to say no.
ORDINARY = re.compile(r"Failed to load resource: (net::|the server responded with a status of 4)|WebSocket connection to|net::ERR_")


@dataclass
class Person:
    """`taps` counts what they have tapped so far."""

    screen: Screen
    page: Page
    taps_made: int = 0
    asked_to_stay: int = 0
    """How often the browser asked whether to leave a page with unsent words; they stayed."""

    # --- what they do

    async def goes_to(self, address: str) -> None:
        await self.page.goto(address)

    async def reloads(self) -> None:
        await self.page.reload()

    async def taps(self, name: str, *, within: Locator | None = None) -> None:
        """A button of exactly this name (the key printed on it left out)."""
        self.taps_made += 1
        await (within or self.page).get_by_role("button", name=name, exact=True).click()

    async def follows(self, name: str, *, within: Locator | None = None) -> None:
        """A link by the words it begins with."""
        self.taps_made += 1
        await (within or self.page).get_by_role("link", name=_beginning(name)).first.click()

    async def chooses(self, name: str) -> None:
        """One of several, by the words it begins with."""
        self.taps_made += 1
        await self.page.get_by_role("radio", name=_beginning(name)).check()

    async def picks(self, label: str, option: str) -> None:
        """From a list that unfolds."""
        self.taps_made += 1
        await self.page.get_by_label(label).select_option(label=option)

    async def writes(self, label: str, words: str) -> None:
        await self.field(label).fill(words)

    async def types(self, words: str) -> None:
        """Into the message box, key by key, without sending."""
        await self.field("Your message").press_sequentially(words)

    async def says(self, words: str) -> None:
        """A message, written and sent."""
        await self.field("Your message").fill(words)
        await self.taps("Send")

    async def unfolds(self, words: str) -> None:
        self.taps_made += 1
        await self.page.locator("summary", has_text=words).click()

    async def grows_old(self) -> None:
        """From now on the house answers this page as it answers one that is too old; its socket is cut, so that it finds out."""
        refusal = {"code": "upgrade_required", "message": REFUSALS["upgrade_required"], "field": None, "retry_after_ms": None}
        await self.page.route("**/api/**", lambda route: route.fulfill(status=409, json=refusal))
        await self.page.context.set_offline(True)
        await self.page.context.set_offline(False)
        await self.sees("This page is from before an update")

    async def is_young_again(self) -> None:
        """As a page is that was just loaded."""
        await self.page.unroute("**/api/**")

    async def opens_a_second_tab(self) -> "Person":
        """The same browser, the same page, once more."""
        other = await self.page.context.new_page()
        await other.goto(self.page.url)
        return Person(self.screen, other)

    # --- ways that most journeys begin with

    async def arrives(self, pseudonym: str) -> str:
        """Comes in under that name and keeps the code, which is returned."""
        await self.goes_to("/")
        code = await self.is_welcomed(pseudonym)
        await self.taps("I’ve kept it")
        await self.sees_heading(f"Hello, {pseudonym}")
        return code

    async def is_welcomed(self, pseudonym: str) -> str:
        """From the page of arrival to that of the code, which is returned."""
        await expect(self.field("The name people will see")).not_to_have_value("")
        await self.writes("The name people will see", pseudonym)
        await self.taps("I’ve read this. Come in")
        await self.sees_heading(f"Welcome, {pseudonym}")
        return await self.page.locator("[data-code]").inner_text()

    async def comes_back(self, code: str) -> None:
        await self.goes_to("/")
        await self.unfolds("I’ve been here before")
        await self.writes("Your code", code)
        await self.taps("Come back in")

    async def signs_in(self, name: str, password: str) -> None:
        """On a staff page; six numbers, where they are asked for, come after."""
        await self.writes("Your sign-in name", name)
        await self.writes("Your password", password)
        await self.taps("Sign in")

    async def asks(self, what_would_help: str = "") -> None:
        await self.follows("Ask for support")
        await self.writes("What would help right now?", what_would_help)
        await self.taps("Find me someone")
        await self.sees("We’ve got you. Someone will be with you.")

    async def joins(self, room: str) -> None:
        """From the member's list of rooms, agreements read."""
        await self.follows("Groups", within=self.page.get_by_role("navigation"))
        await self.follows(room)
        await self.taps("I’ll keep to these. Join")
        await expect(self.log).to_be_visible()

    # --- what they see

    @property
    def log(self) -> Locator:
        """The conversation that is open."""
        return self.page.get_by_role("log")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=True)

    async def sees(self, words: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """These words, somewhere on the screen, now or in a moment."""
        await expect((within or self.page).get_by_text(words).filter(visible=True).first).to_be_visible()

    async def sees_heading(self, words: str) -> None:
        await expect(self.page.get_by_role("heading", name=words).first).to_be_visible()

    async def sees_no(self, words: str) -> None:
        """Not any more, and not hidden in the page either."""
        await expect(self.page.get_by_text(words)).to_have_count(0)

    async def sees_once(self, words: str) -> None:
        """A message of these words, once."""
        await expect(self.log.get_by_text(words, exact=True)).to_have_count(1)

    async def messages(self) -> list[str]:
        """The words of every message in the log, in order."""
        return await self.log.locator(".bubble .words, .bubble > p").all_inner_texts()

    async def sees_state(self, state: str, within_ms: float | None = None) -> None:
        """Under their own last words: Sending…, Sent, Seen."""
        await expect(self.log.get_by_text(_beginning(state)).last).to_be_visible(timeout=within_ms)

    # --- what their browser tells about itself

    async def is_asked(self, dialog: Dialog) -> None:
        """By the browser itself. No page of ours opens such a dialog, except through words that were run."""
        if dialog.type == "beforeunload":
            self.asked_to_stay += 1
        else:
            self.screen.complaints.append(f"a dialog: {dialog.message}")
        await dialog.dismiss()

    @property
    def complaints(self) -> list[str]:
        """What the page said went wrong, the ordinary refusals left out."""
        return [text for text in self.screen.complaints if not ORDINARY.match(text)]

    async def left_no_trace(self) -> None:
        """Nothing stored, nothing asked of a third party, nothing refused by the content policy (FAULTS 77, 83)."""
        assert [] == self.screen.third_parties
        assert [] == self.complaints
        assert NOTHING == await self.page.evaluate(LEFT_BEHIND)


@asynccontextmanager
async def person(browser: "Browser", origin: str, **context: Any) -> AsyncIterator[Person]:
    """A fresh browser at an address of its own. However the journey went, it must have left no trace."""
    address = ".".join(str(random.randint(1, 250)) for _ in range(3))
    headers = {"x-forwarded-for": f"10.{address}"}  # as a proxy in front says it: limits that count addresses count people here
    async with screen(browser, origin, extra_http_headers=headers, **context) as shown:
        await shown.context.add_init_script(TELL_OF_STORING)
        one = Person(shown, shown.page)
        shown.page.on("dialog", one.is_asked)
        yield one
        await one.left_no_trace()


def _beginning(words: str) -> re.Pattern[str]:
    return re.compile("^" + re.escape(words))
