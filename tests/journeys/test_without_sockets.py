"""The journeys that matter most, walked once more where a network refuses sockets: the same steps, the same words on the screen."""

import re
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from beside.protocol.shapes import Role
from tests.journeys import test_report, test_worried
from tests.journeys.test_desk_list import UNREAD

if TYPE_CHECKING:
    from tests.journeys.deployment import Hub

pytestmark = pytest.mark.asyncio(loop_scope="session")

Journey = Callable[["Hub"], Awaitable[None]]
JOURNEYS = {
    "a report, hiding, a break, an appeal": test_report.test_a_message_is_reported_judged_and_appealed,
    "a worried peer, the call, the clinician who joins": test_worried.test_a_worried_peer_is_not_left_alone,
    "an alarm that reaches nobody": test_worried.test_nothing_gets_through_and_the_page_says_so_by_itself,
}
ANSWERED = re.compile(r'beside_http_answers_total\{method="POST",route="/api/exchange",status="(\d+)"\} (\d+)')


def exchanges(hub: "Hub") -> Counter[str]:
    """How many of the requests that stand for sockets were answered so far, by status."""
    counted: Counter[str] = Counter()
    for port in hub.at.turns.nodes:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            counted.update({status: int(count) for status, count in ANSWERED.findall(answer.read().decode())})
    return counted


@pytest.mark.parametrize("journey", JOURNEYS.values(), ids=JOURNEYS)
async def test_a_journey_goes_the_same_way_without_sockets(no_sockets: "Hub", journey: Journey) -> None:
    """Reporting, hiding on every open screen, the moderator's desk, the worried button, the call and its alarm work without one socket (FAULTS 21)."""
    sockets, before = no_sockets.at.turns.sockets, exchanges(no_sockets)
    await journey(no_sockets)
    assert sockets == no_sockets.at.turns.sockets  # none was let through
    assert {"200"} == (exchanges(no_sockets) - before).keys()  # and nobody fell back further, on looking every few seconds


async def test_the_desk_knows_what_is_unread_without_sockets(no_sockets: "Hub") -> None:
    """The list tells who is here, counts what was not read, and nothing that is on the screen; who left is seen within a minute, not tried here (FAULTS 21)."""
    await no_sockets.employs("Rowan", Role.peer)
    async with no_sockets.member("Wren") as wren, no_sockets.at_work("Rowan") as rowan:
        await wren.asks("to be heard for a while")
        await rowan.taps("I’m ready")
        await rowan.sees_heading("You’re talking with Wren")
        await wren.sees_heading("You’re talking with Rowan")
        listed = rowan.page.locator("[data-list]")
        await rowan.sees("here now", within=listed)
        await wren.says("one")
        await rowan.sees_once("one")
        await rowan.follows("Rooms")
        await wren.says("are you still there")
        await rowan.sees("1 new", within=listed)
        await rowan.follows("One-to-one", within=listed)
        await rowan.sees_once("are you still there")
        await expect(listed.get_by_text(UNREAD)).to_have_count(0)
        await wren.sees_state("Seen")
