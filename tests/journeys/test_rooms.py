"""Journey 3: a member joins a group and the lounge."""

from typing import TYPE_CHECKING

import pytest

from beside.protocol.shapes import ConversationKind, Role

if TYPE_CHECKING:
    from tests.journeys.deployment import Hub

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_they_join_a_group_and_the_lounge(hub: "Hub") -> None:
    """Agreements before joining; who leads and who is here; what was said before is there, or is not, as the group chose."""
    await hub.employs("Ada", Role.moderator)
    await hub.makes_room("Tuesday evening", leads=["Ada"])
    await hub.makes_room("Carers’ hour", keeps_history=False, leads=["Ada"])
    await hub.makes_room("The lounge", kind=ConversationKind.lounge)
    async with hub.member("Fern") as fern, hub.member("Wren") as wren:
        await fern.joins("Tuesday evening")
        await fern.says("it was a long day")
        await fern.sees_state("Sent")
        await fern.follows("Beside")
        await fern.joins("Carers’ hour")
        await fern.says("nobody else is here yet")
        await fern.sees_state("Sent")

        await wren.follows("Groups", within=wren.page.get_by_role("navigation"))
        await wren.follows("Tuesday evening")
        await wren.sees("What Tuesday evening is for.")
        await wren.sees("Led by Ada.")
        await wren.sees("We speak about ourselves. What is said here stays here.")
        await wren.sees("People who come later can read what was said before, and so can you.")
        await wren.taps("I’ll keep to these. Join")
        await wren.sees_once("it was a long day")

        await wren.follows("Beside")
        await wren.follows("Groups", within=wren.page.get_by_role("navigation"))
        await wren.follows("Carers’ hour")
        await wren.sees("You see what is said from the moment you come in, and nothing from before.")
        await wren.taps("I’ll keep to these. Join")
        await wren.sees("You came in.")
        await wren.sees_no("nobody else is here yet")
        await fern.sees("Wren is here.")
        await wren.says("now I am")
        await fern.sees_once("now I am")
        await wren.sees("Two people here")
        await wren.taps("Who can read this?")
        await wren.sees("Fern · here now", within=wren.dialog)
        await wren.sees("Ada, leading this group", within=wren.dialog)
        await wren.taps("Close", within=wren.dialog)

        await wren.follows("Beside")
        await wren.joins("The lounge")
        await wren.sees("Reading along is welcome. You don’t have to say anything.")
