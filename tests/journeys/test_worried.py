"""Journey 5: the peer is worried about somebody, and a clinician is told, takes it, and answers."""

import json
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from beside.protocol.shapes import Role

if TYPE_CHECKING:
    from tests.journeys.deployment import Hub

pytestmark = pytest.mark.asyncio(loop_scope="session")

VIEW = "There is a plan, and tonight is hard. I think they want to be stopped."
BACK = "You did well to say it. I’ll ring them again at nine."
WORDS = "I’m not sure I’ll get through tonight"


async def test_a_worried_peer_is_not_left_alone(hub: "Hub") -> None:
    """Three levels and consent; a signed webhook without a word of theirs; raised, told, seen, closed; a transcript for a reason, in sight (FAULTS 92, 104)."""
    await hub.employs("Rowan", Role.peer)
    await hub.employs("Sana", Role.clinician)
    await hub.calls("Sana")
    came_before = len(hub.at.receiver.received)
    async with hub.member("Wren") as wren, hub.at_work("Rowan") as rowan:
        await wren.asks()
        await rowan.sees("would like to talk")
        await rowan.taps("I’m ready")
        await wren.sees_heading("You’re talking with Rowan")
        await wren.says(WORDS)
        await rowan.sees_once(WORDS)

        await rowan.taps("I’m worried…")
        for level in ("Concern", "High", "Critical"):
            await expect(rowan.page.get_by_role("radio", name=level)).to_be_visible()
        await rowan.chooses("Critical")
        await rowan.chooses("I asked, and they agreed")
        await rowan.writes("What you think is going on", VIEW)
        await rowan.writes("What they agreed to pass on, if anything", "She lives alone; phone 0123.")
        await rowan.taps("Tell the clinician on call")
        status = rowan.page.locator("main")
        await rowan.sees("Raised", within=status)
        await rowan.sees("first on the list", within=status)
        await rowan.sees("Nobody has answered yet.", within=status)
        await wren.sees("We’re calling a clinician.")
        await wren.sees("A clinician is being told, so that nobody has to carry this alone. You’ll see here when one has looked.")

        told = (await hub.at.receiver.wait_for(came_before + 1))[came_before]
        assert told.signed
        assert [] == [word for word in ("Wren", "Rowan", VIEW, WORDS, "0123") if word in told.body.decode()]
        link = json.loads(told.body)["data"]["url"]

        async with hub.visitor() as sana:
            await sana.goes_to(link)
            await sana.sees_heading("Critical. A peer needs you with someone now.")
            await sana.reloads()
            await rowan.sees("Nobody has answered yet.", within=status)
            await sana.taps("I’m taking this")
            await sana.sees_heading("You have this. The peer has been told.")
            await rowan.sees("by Sana", within=status)
            await wren.sees("A clinician has seen it.")

            await sana.follows("Sign in to read what the peer thinks")
            await sana.signs_in("sana", hub.staff["Sana"].password)
            await sana.sees(VIEW)
            await sana.sees("She lives alone; phone 0123.")
            await sana.sees("It stays closed until you give a reason.")
            await sana.sees_no(WORDS)
            await sana.taps("Read it…")
            await sana.writes("Your reason", "Too short")
            await sana.taps("Open it")
            await sana.sees("At least 20 characters")
            await sana.sees_no(WORDS)
            await sana.writes("Your reason", "To know how soon somebody has to be there.")
            await sana.taps("Open it")
            await sana.sees(WORDS)
            await wren.sees("A clinician read this conversation, with a reason.")

            await sana.taps("I’ve started")
            await rowan.sees("Sana has started", within=status)
            await sana.taps("Join the conversation")
            await sana.follows("Go to the conversation")
            await wren.sees("A clinician has joined, and can read this conversation now.")
            await wren.sees("Sana is here, a clinician.")
            await sana.says("Hello, I’m Sana. I’m a clinician, and I’m here now.")
            await wren.sees_once("Hello, I’m Sana. I’m a clinician, and I’m here now.")

            await sana.follows("← Back to what it’s about")
            await sana.taps("Close it")
            await sana.chooses("I talked with them")
            await sana.writes("One line back to Rowan", BACK)
            await sana.taps("Close and tell them")
            await sana.sees("The peer has your line.")

        await rowan.sees("To you, from the clinician", within=status)
        await rowan.sees(BACK, within=status)
        await rowan.sees("A clinician talked with them", within=status)
        await wren.sees_no(BACK)

        await wren.taps("Who can read this?")
        await wren.follows("Who read your words")
        await wren.sees_heading("Who read your words")
        await wren.sees("Sana, a clinician")
        await wren.sees("Your conversation with Rowan")
