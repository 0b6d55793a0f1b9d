"""Networks as people have them: slow, walled, asleep, or a hotel's. Words go once, in order, and the page says only what is so."""

import time
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from beside.protocol.shapes import Role
from tests.journeys.test_lost_touch import ZOMBIE
from tests.rig.wait import until

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.journeys.deployment import Hub

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOST = "We’ve lost touch for a moment."
UNSENT = "Not sent yet."
GROUP = "Tuesday evening"
ROOM = b"<html><title>Which room?</title></html>"
HOTEL = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%b" % (len(ROOM), ROOM)
# What a page would show if it forgot its conversation for a moment.
REMEMBER_EMPTY = """
globalThis.empty = 0
new MutationObserver(() => { if (!document.querySelector('[role=log] .bubble')) globalThis.empty += 1 })
  .observe(document.body, { childList: true, subtree: true })
"""
SEED = 26
LATE_S = 60.0  # as long as Firefox may take
GREETING = "Hello Wren, no hurry"


async def test_a_whole_conversation_without_sockets(hub: "Hub") -> None:
    """Where upgrades are refused: the line, being met, typing, Seen and the end all arrive by themselves, on each deployment (FAULTS 21)."""
    await hub.employs("Rowan", Role.peer)
    hub.at.turns.lets_sockets_through = False
    try:
        async with hub.member("Wren") as wren, hub.at_work("Rowan") as rowan:
            await wren.asks("to be heard for a while")
            await rowan.sees("would like to talk")
            await rowan.taps("I’m ready")
            await wren.sees_heading("You’re talking with Rowan")
            await rowan.sees_heading("You’re talking with Wren")
            await rowan.types(GREETING)
            await wren.sees("Rowan is writing…")
            await rowan.taps("Send")
            await wren.sees_once(GREETING)
            await rowan.sees_state("Seen")
            await wren.says("hi. it has been a long week")
            await rowan.sees_once("hi. it has been a long week")
            await wren.sees_no(LOST)
            assert await wren.messages() == await rowan.messages()
            await rowan.taps("Close…")
            await rowan.taps("Close it", within=rowan.dialog)
            await wren.sees("This conversation has ended. You can still read it.")
    finally:
        hub.at.turns.lets_sockets_through = True


async def test_words_do_not_wait_for_a_socket(small_hub: "Hub") -> None:
    """A browser that may wait a minute for its socket sends and reads over HTTPS meanwhile; here the socket never comes (FAULTS 22)."""
    await small_hub.makes_room(GROUP)
    small_hub.at.turns.holds_sockets = True
    try:
        async with small_hub.member("Wren") as wren, small_hub.member("Fern") as fern:
            await wren.joins(GROUP)
            await wren.says("no socket yet")
            await wren.sees_state("Sent")
            await fern.joins(GROUP)
            await fern.says("and still I read you")
            await wren.sees_once("and still I read you")
            assert ["no socket yet", "and still I read you"] == await wren.messages()
    finally:
        small_hub.at.turns.holds_sockets = False


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_a_socket_that_takes_a_minute_doubles_nothing(small_hub: "Hub") -> None:
    """Upgrades that reach the house after sixty seconds, when their pages have long gone on over HTTPS: each line is there once (FAULTS 22)."""
    await small_hub.makes_room(GROUP)
    turns = small_hub.at.turns
    turns.sockets_late_s, came_before = LATE_S, turns.came_late
    try:
        async with small_hub.member("Wren") as wren, small_hub.member("Fern") as fern:
            said = []

            async def both(words: str) -> None:
                said.extend([f"{words}, says Wren", f"{words}, says Fern"])
                await wren.says(said[-2])
                await fern.sees_once(said[-2])
                await fern.says(said[-1])
                await wren.sees_once(said[-1])

            await wren.joins(GROUP)
            await fern.joins(GROUP)
            await both("no socket yet")
            assert turns.came_late == came_before
            await until(lambda: turns.came_late >= came_before + 4, 2 * LATE_S, "two sockets of each have come after all")
            await both("and now")
            for each in (wren, fern):
                assert said == await each.messages()
                await each.sees_no(LOST)
    finally:
        turns.sockets_late_s = 0.0


async def test_a_hotels_page_is_no_house(small_hub: "Hub") -> None:
    """A network that answers everything with its own sign-in page counts as none: words are kept, and go once when it is gone (FAULTS 23)."""
    await small_hub.makes_room(GROUP)
    turns = small_hub.at.turns
    async with small_hub.member("Wren") as wren:
        await wren.joins(GROUP)
        turns.instead = HOTEL
        try:
            await turns.down()
            await turns.up()
            await wren.says("from the lobby")
            await wren.sees_state(UNSENT)
            await wren.sees(LOST)
            await wren.sees_no("Which room?")
        finally:
            turns.instead = None
        await wren.sees_state("Sent")
        await wren.sees_no(LOST)
        assert ["from the lobby"] == await wren.messages()


async def test_a_line_that_only_looks_whole_is_noticed_by_a_send(small_hub: "Hub") -> None:
    """Bytes go nowhere and nobody says so: the page does, and what was written goes once when the network is back (FAULTS 19, the client's half)."""
    from tests.journeys.network import between  # here, as elsewhere: it brings the whole house

    await small_hub.makes_room(GROUP)
    async with between(small_hub.at) as (proxy,), small_hub.member("Wren") as wren:
        await wren.joins(GROUP)
        proxy.black_hole()
        await wren.says("are you there")
        await wren.sees_state(UNSENT)
        await wren.sees(LOST)
        proxy.heal()
        await proxy.cut()
        await wren.sees_state("Sent")
        await wren.sees_no(LOST)
        assert ["are you there"] == await wren.messages()


async def test_a_slow_telephone_says_everything_once(small_hub: "Hub", capsys: pytest.CaptureFixture[str]) -> None:
    """With 400 ms, 50 kB/s and a fiftieth lost, words are stored one after another, each once, in order; how soon is printed (FAULTS 26)."""
    from tests.journeys.network import between
    from tests.rig.telephone import third_generation

    await small_hub.makes_room(GROUP)
    said = [f"from the bus, {n}" for n in range(8)]
    waits = []
    async with between(small_hub.at) as proxies, third_generation(proxies, SEED), small_hub.member("Wren") as wren, small_hub.member("Fern") as fern:
        await wren.joins(GROUP)
        await fern.joins(GROUP)
        for words in said:
            began = time.monotonic()
            await wren.says(words)
            await wren.sees_once(words)
            await expect(wren.log.locator(".pending")).to_have_count(0)
            waits.append(time.monotonic() - began)
        await fern.sees_once(said[-1])
        assert said == await wren.messages()
        assert said == await fern.messages()
    with capsys.disabled():
        print(f"\nsend to Sent on a slow telephone (seed {SEED}): {', '.join(f'{wait:.1f}' for wait in sorted(waits))} s")  # noqa: T201  # a figure, not a log


async def test_a_laptop_that_slept_shows_what_it_missed(small_hub: "Hub") -> None:
    """Eight hours by its clock, with a socket that only looks open: everything is there, the page was never empty, and asked a few times only (FAULTS 18)."""
    await small_hub.makes_room(GROUP)
    async with small_hub.visitor() as wren, small_hub.member("Fern") as fern:
        await wren.page.add_init_script(ZOMBIE)
        await wren.page.clock.install()
        await wren.arrives("Wren")
        await wren.joins(GROUP)
        await wren.says("good night")
        await wren.sees_state("Sent")
        await fern.joins(GROUP)
        await wren.page.evaluate("fallAsleep()")
        for n in range(6):
            await fern.says(f"in the night, {n}")
            await fern.sees_once(f"in the night, {n}")
        await wren.page.evaluate(REMEMBER_EMPTY)
        before = len(wren.screen.asked)
        await wren.page.clock.fast_forward("08:00:00")
        await wren.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await wren.sees_once("in the night, 5")
        assert await fern.messages() == await wren.messages()
        assert 0 == await wren.page.evaluate("globalThis.empty")
        assert len(wren.screen.asked) - before < 30


@pytest.mark.parametrize("hours", [-24, 24])
async def test_a_wrong_clock_changes_nothing(small_hub: "Hub", hours: int) -> None:
    """A device a day early or late shows the same order, and the house's day (FAULTS 25)."""
    await small_hub.makes_room(GROUP)
    async with small_hub.visitor() as wren, small_hub.member("Fern") as fern:
        await wren.page.clock.install(time=time.time() + hours * 3600)
        await wren.arrives("Wren")
        await wren.joins(GROUP)
        await fern.joins(GROUP)
        for n in range(3):
            await wren.says(f"mine, {n}")
            await fern.sees_once(f"mine, {n}")
            await fern.says(f"theirs, {n}")
            await wren.sees_once(f"theirs, {n}")
        assert await fern.messages() == await wren.messages()
        assert await _rules(fern.page) == await _rules(wren.page)


async def _rules(page: "Page") -> list[str]:
    """The days and times that stand between the messages."""
    return await page.get_by_role("log").locator(".rule, time").all_inner_texts()
