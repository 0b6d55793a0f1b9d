"""With a keyboard alone, and by ear (FAULTS 113)."""

from typing import TYPE_CHECKING

import pytest

from beside.protocol.shapes import Role

if TYPE_CHECKING:
    from tests.journeys.deployment import Hub
    from tests.journeys.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

FAR = 60  # presses of Tab that no page of ours may need
WHERE = """() => {
  const at = document.activeElement
  if (at === document.body) return ['', true]
  const called = at.labels?.[0]?.innerText ?? at.getAttribute('aria-label') ?? at.innerText ?? ''
  const shows = (one) => one && getComputedStyle(one).outlineStyle !== 'none' && parseFloat(getComputedStyle(one).outlineWidth) >= 2
  return [called.trim(), at.matches(':focus-visible') && (shows(at) || shows(at.closest('label')))]
}"""


async def test_a_keyboard_is_enough(small_hub: "Hub") -> None:
    """Journey 2 with Tab, Space and Enter; where one stands is seen at every step (FAULTS 113)."""
    await small_hub.employs("Rowan", Role.peer)
    async with small_hub.visitor() as wren, small_hub.visitor(size={"width": 1280, "height": 800}) as rowan:
        await wren.goes_to("/")
        await wren.sees("Suggest another")
        await _presses(wren, "Enter", "I’ve read this. Come in")
        await wren.sees_heading("Welcome, ")
        await _presses(wren, "Enter", "I’ve kept it")
        await wren.sees_heading("Hello, ")
        await _presses(wren, "Enter", "Ask for support")
        await wren.sees_heading("Ask for support")
        await _presses(wren, "Space", "Yes")
        await _goes_to(wren, "What would help right now?")
        await wren.page.keyboard.type("company")
        await _presses(wren, "Enter", "Find me someone")
        await wren.sees("You’re next")

        await rowan.goes_to("/desk")
        await rowan.sees_heading("Sign in")
        await _goes_to(rowan, "Your sign-in name")
        await rowan.page.keyboard.type("rowan")
        await _goes_to(rowan, "Your password")
        await rowan.page.keyboard.type(small_hub.staff["Rowan"].password)
        await rowan.page.keyboard.press("Enter")
        await rowan.sees("would like to talk")
        await rowan.page.keyboard.press("n")
        await rowan.sees_heading("You’re talking with")
        await _goes_to(rowan, "Your message")
        await rowan.page.keyboard.type("Hello there")
        await rowan.page.keyboard.press("Enter")

        await wren.sees_once("Hello there")
        await _goes_to(wren, "Your message")
        await wren.page.keyboard.type("hello")
        await wren.page.keyboard.press("Enter")
        await rowan.sees_once("hello")
        await rowan.page.keyboard.press("Escape")
        await _presses(rowan, "Enter", "I’m worried…")
        await rowan.sees_heading("I’m worried about somebody")
        await rowan.page.keyboard.press("Escape")
        assert "I’m worried…" == (await _where(rowan))[0].split("\n")[0]


async def test_a_new_message_takes_nobody_away_from_where_they_are(small_hub: "Hub") -> None:
    """It comes into a log that is read out politely; the cursor stays in the box, on a button, and in a dialog, with what was written (FAULTS 113)."""
    await small_hub.makes_room("Tuesday evening")
    async with small_hub.member("Wren") as wren, small_hub.member("Fern") as fern:
        await wren.joins("Tuesday evening")
        await fern.joins("Tuesday evening")
        await fern.says("one")
        await wren.sees_once("one")
        assert ["log", None, None] == [await wren.log.get_attribute(name) for name in ("role", "aria-live", "aria-hidden")]

        await _goes_to(wren, "Your message")
        await wren.page.keyboard.type("I was about to")
        await _stays_through(wren, fern, "two")
        await wren.page.keyboard.type(" say")
        assert "I was about to say" == await wren.field("Your message").input_value()

        await wren.page.get_by_role("button", name="Who can read this?").focus()
        await _stays_through(wren, fern, "three")
        await wren.page.keyboard.press("Enter")
        await wren.dialog.get_by_role("button", name="Close").focus()
        await _stays_through(wren, fern, "four")
        assert ["one", "two", "three", "four"] == await wren.messages()


async def _where(somebody: "Person") -> tuple[str, bool]:
    """What the focus is on, and whether that is to be seen."""
    called, seen = await somebody.page.evaluate(WHERE)
    return called, seen


async def _goes_to(somebody: "Person", name: str) -> None:
    """Tab, until there."""
    passed: list[str] = []
    for _ in range(FAR):
        await somebody.page.keyboard.press("Tab")
        called, seen = await _where(somebody)
        assert seen, f"no focus to be seen on {called}"
        passed.append(called)
        if called.startswith(name):
            return
    raise AssertionError(f"{name} is not reached, only {passed}")


async def _presses(somebody: "Person", key: str, name: str) -> None:
    await _goes_to(somebody, name)
    await somebody.page.keyboard.press(key)


async def _stays_through(somebody: "Person", other: "Person", words: str) -> None:
    before = await somebody.page.evaluate("(globalThis.stood = document.activeElement).tagName")
    await other.says(words)
    await somebody.log.get_by_text(words, exact=True).wait_for(state="attached")
    assert before != "BODY"
    assert await somebody.page.evaluate("globalThis.stood === document.activeElement")
