"""Whatever people write stays words: in messages, names, reasons, notes and titles (FAULTS 77, 78, 83)."""

import json
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from beside.protocol.shapes import Role

if TYPE_CHECKING:
    from tests.journeys.deployment import Hub

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALERT = "<img src=x onerror=alert(1)>"
CORPUS = [
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "{{constructor.constructor('alert(1)')()}}",
    "</textarea></title><script>alert(1)</script>",
    "<a href=javascript:alert(1)>here</a>",
    "<style>body{display:none}</style>",
]
ALIVE = """Array.from(document.querySelectorAll('iframe, object, embed, base, style, img, [onload], [onerror], script:not([src^="/assets/"])'))
  .map((one) => one.outerHTML)"""


async def test_what_people_write_is_never_run(small_hub: "Hub") -> None:
    """Each string of the corpus is shown as it was written, wherever it is shown; nothing runs and the content policy is never asked (FAULTS 77)."""
    await small_hub.employs("Ada", Role.moderator)
    await small_hub.employs("Rowan", Role.peer)
    await small_hub.employs("Sana", Role.clinician)
    await small_hub.employs("Juno", Role.coordinator)
    await small_hub.calls("Sana")
    await small_hub.makes_room(f"Evening {ALERT}", leads=["Ada"])
    came_before = len(small_hub.at.receiver.received)
    async with small_hub.member("Wren") as wren, small_hub.member("Fern") as fern, small_hub.at_work("Ada") as ada:
        await wren.joins("Evening")
        await wren.sees_heading(f"Evening {ALERT}")
        await fern.joins("Evening")
        for words in CORPUS:
            await fern.says(words)
        for words in CORPUS:
            await wren.sees_once(words)
        await wren.taps("Tell a moderator about this message from Fern", within=wren.log.get_by_role("listitem").filter(has_text=CORPUS[-1]))
        await wren.chooses("Something else")
        await wren.writes("Anything you’d like to add", ALERT)
        await wren.taps("Send", within=wren.dialog)
        await wren.sees("Thank you.")
        await ada.follows("1 report")
        await ada.sees(ALERT)
        await ada.taps("I have this")
        await ada.taps("Hide the message…")
        await ada.writes("Why, in your own words", ALERT)
        await ada.sees(f"Why: {ALERT}", within=ada.dialog)
        await ada.taps("Hide it")
        await fern.sees(f"The reason: {ALERT}")
        for one in (wren, fern, ada):
            assert [] == await one.page.evaluate(ALIVE)
    async with small_hub.member("Lark") as lark, small_hub.at_work("Rowan") as rowan:
        await lark.asks(ALERT)
        await rowan.sees("would like to talk")
        await rowan.taps("I’m ready")
        await rowan.sees(ALERT)
        await rowan.taps("I’m worried…")
        await rowan.chooses("Concern")
        await rowan.chooses("I couldn’t ask")
        await rowan.writes("What you think is going on", ALERT)
        await rowan.taps("Tell the clinician on call")
        told = (await small_hub.at.receiver.wait_for(came_before + 1))[came_before]
    async with small_hub.at_work("Sana", f"/on-call#/e/{json.loads(told.body)['data']['escalation']}") as sana:
        await sana.sees(ALERT)
    async with small_hub.at_work("Juno", "/coordinate") as juno:
        await juno.follows("Invitations")
        await juno.writes("A note for yourself, if you like", ALERT)
        await juno.taps("Make a link")
        await juno.sees(ALERT, within=juno.page.get_by_role("table"))
        await juno.follows("Groups")
        await juno.sees(f"Evening {ALERT}")


async def test_a_name_of_markup_is_words_or_is_refused(small_hub: "Hub") -> None:
    """Nobody comes in under a name that does anything."""
    async with small_hub.visitor() as somebody:
        await somebody.goes_to("/")
        await expect(somebody.field("The name people will see")).not_to_have_value("")
        await somebody.writes("The name people will see", "<b onclick=x>Wren</b>")
        await somebody.taps("I’ve read this. Come in")
        await expect(somebody.page.get_by_role("heading", name="Welcome, <b onclick=x>Wren</b>").or_(somebody.page.get_by_role("alert"))).to_be_visible()
        await expect(somebody.page.locator("b[onclick]")).to_have_count(0)


async def test_links_lead_out_and_tell_nothing(small_hub: "Hub") -> None:
    """An address in a message can be tapped, opens apart without saying where from, and nothing is fetched to look at it (FAULTS 78, 83)."""
    await small_hub.makes_room("Tuesday evening")
    async with small_hub.member("Wren") as wren:
        await wren.joins("Tuesday evening")
        await wren.says("see https://example.org/path?q=1. and javascript:alert(1) and https://me:secret@example.org/")
        link = wren.log.get_by_role("link")
        await expect(link).to_have_count(1)
        assert ["https://example.org/path?q=1", "_blank", "noopener noreferrer"] == [await link.get_attribute(name) for name in ("href", "target", "rel")]
