"""Journey 5: the peer is worried about somebody, and a clinician is told, takes it, and answers."""

import json
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from beside.escalations.channels.add import add_webhook
from beside.escalations.rota import set_rungs
from beside.hubs.policy import Rung
from beside.kit.context import command
from beside.kit.webhooks import new_secret
from beside.protocol.shapes import Role

if TYPE_CHECKING:
    from tests.journeys.deployment import Hub
    from tests.journeys.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

VIEW = "There is a plan, and tonight is hard. I think they want to be stopped."
BACK = "You did well to say it. I’ll ring them again at nine."
THANKS = "You came quickly, and you asked them what they wanted."
LESSON = "Asking before calling made it easier to stay."
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
        await rowan.taps("Ask in the chat: may a clinician know?")
        await rowan.sees("You asked them at")
        await wren.sees("Rowan asks: may I let a clinician on call know?")
        await wren.taps("Yes")
        await wren.sees_no("Rowan asks: may I let a clinician on call know?")
        await wren.sees("The answer was yes: a clinician on call may know.")
        await rowan.sees("They said yes at")
        await expect(rowan.page.get_by_role("radio", name="I asked, and they agreed")).to_be_checked()
        await rowan.chooses("Critical")
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
            await sana.sees("They answered yes in the chat")
            await sana.sees("In the conversation now")
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
            await sana.taps("It’s less urgent…")
            await sana.taps("Make it less urgent")
            await sana.sees("Choose how urgent it is now.")
            await sana.chooses("High")
            await sana.writes("What has changed", "Her sister is with her now.")
            await sana.taps("Make it less urgent")
            await sana.sees_heading("High. A peer needs you with someone soon.")
            await sana.sees("Her sister is with her now.")
            await rowan.sees("Call for a clinician: high", within=status)
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

            await rowan.writes("A line to the clinician, if you like", THANKS)
            await rowan.taps("It helped a little")
            await rowan.sees("You told the clinician: It helped a little.")
            await sana.sees("What Rowan says of your answer")
            await sana.sees(THANKS)
            await _they_look_back(rowan, sana)

        await wren.taps("Who can read this?")
        await wren.follows("Who read your words")
        await wren.sees_heading("Who read your words")
        await wren.sees("Sana, a clinician")
        await wren.sees("Your conversation with Rowan")


async def _they_look_back(rowan: "Person", sana: "Person") -> None:
    """Each writes, neither sees the other's before both are in; a name is not shared; what was learnt is read by all, without one."""
    await rowan.taps("Write them")
    await rowan.writes("What went well", "We stayed calm together.")
    await rowan.writes("One thing learnt that all staff here may read", "Wren was right to ask.")
    await rowan.taps("Keep it")
    await rowan.sees("That has a name, a number or an address in it")
    await rowan.writes("One thing learnt that all staff here may read", LESSON)
    await rowan.taps("Keep it")
    await rowan.sees("Yours is kept. Sana’s will be here once it’s in.")
    await rowan.taps("Close", within=rowan.dialog)
    await sana.taps("Write them")
    await sana.sees("Rowan’s are in.")
    await sana.sees_no("We stayed calm together.")
    await sana.writes("What would have helped", "Knowing the place sooner.")
    await sana.taps("Keep it")
    await sana.sees("We stayed calm together.")
    await sana.taps("Close", within=sana.dialog)
    await sana.follows("← All that are open")
    await sana.sees("They say: it helped a little.")
    await sana.follows("What we learnt")
    await sana.sees_heading("What we learnt")
    await sana.sees(LESSON)


async def test_nothing_gets_through_and_the_page_says_so_by_itself(hub: "Hub") -> None:
    """Nobody on the list: it says so at once, with the local script, after a reload and out of touch too; the person who left is told of (FAULTS 100, 105)."""
    await hub.employs("Alder", Role.peer)
    async with hub.member("Finch") as finch, hub.at_work("Alder") as alder:
        await finch.asks()
        await alder.sees("would like to talk")
        await alder.taps("I’m ready")
        await finch.says(WORDS)
        await alder.sees_once(WORDS)
        await alder.taps("I’m worried…")
        await alder.chooses("High")
        await alder.chooses("I couldn’t ask")
        await alder.writes("What you think is going on", VIEW)
        await alder.taps("Tell the clinician on call")
        banner = alder.page.get_by_role("alert").filter(has_text="Not delivered: nobody has been reached yet")
        await expect(banner).to_contain_text("ring your local emergency number")
        await alder.page.context.set_offline(True)
        await expect(banner).to_be_visible()
        await alder.page.context.set_offline(False)
        await alder.reloads()
        await expect(banner).to_be_visible()
        await alder.sees("Finch has this conversation open.")
        await finch.taps("Who can read this?")
        await finch.taps("End this conversation")
        await finch.taps("End it")
        await alder.sees("Finch left at")
        await alder.sees("The call goes on.")
        await expect(alder.page.get_by_role("button", name="I’m worried…")).to_be_visible()


async def test_out_of_touch_the_page_counts_by_itself(small_hub: "Hub") -> None:
    """Raised, and then nothing more comes from the house: at 35 s, and not before, it is said in red and to a screen reader (FAULTS 100)."""
    await small_hub.employs("Alder", Role.peer)
    await small_hub.employs("Sana", Role.clinician)
    async with command(small_hub.at.house) as ctx:
        silent = await add_webhook(ctx, small_hub.id, "https://127.0.0.1:9/nobody", [new_secret()])
        await set_rungs(ctx, small_hub.id, [Rung(person="Sana", account=small_hub.staff["Sana"].account, channels=[silent])])
    async with small_hub.member("Finch") as finch, small_hub.visitor(size={"width": 390, "height": 844}) as alder:
        await alder.page.clock.install()
        await alder.goes_to("/desk")
        await alder.signs_in("alder", small_hub.staff["Alder"].password)
        await finch.asks()
        await alder.taps("I’m ready")
        await finch.says(WORDS)
        await alder.sees_once(WORDS)
        await alder.taps("I’m worried…")
        await alder.chooses("Critical")
        await alder.chooses("I couldn’t ask")
        await alder.writes("What you think is going on", VIEW)
        await alder.taps("Tell the clinician on call")
        await alder.sees("asking the first on call")
        await alder.page.context.set_offline(True)
        banner = alder.page.get_by_role("alert").filter(has_text="Not delivered: nobody has been reached yet")
        await alder.page.clock.fast_forward(20_000)
        await expect(banner).to_have_count(0)
        await alder.page.clock.fast_forward(15_000)
        await expect(banner).to_contain_text("ring your local emergency number")
