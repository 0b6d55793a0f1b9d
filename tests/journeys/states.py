"""Every page and state of the house, one after another: for pictures of them, and for looking each over."""

import re
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

from playwright.async_api import expect

from tests.journeys.deployment import Town
from tests.journeys.person import Person

LONG = "I wanted to say that last night was easier than the one before. I walked to the harbour and back, and when I couldn’t sleep I read, as you said."
VIEW = "There is a plan, and tonight is hard. I think they want to be stopped. They have a sister nearby whom they trust."
State = tuple[str, Person]


async def every_state(town: Town, group: str) -> AsyncGenerator[State]:
    """The name of each state, and whose screen shows it. The town has Rowan, Ada, Ines, Sana and Juno at work, and `group` to join."""
    async with AsyncExitStack() as stack:
        wren = await stack.enter_async_context(town.visitor(permissions=["clipboard-read", "clipboard-write"]))
        async for state in _arriving(wren):
            yield state
        rowan = await stack.enter_async_context(town.visitor(size={"width": 1280, "height": 800}))
        async for state in _meeting(town, wren, rowan):
            yield state
        async for state in _worried(town, wren, rowan):
            yield state
        fern = await stack.enter_async_context(town.member("Lark"))
        ada = await stack.enter_async_context(town.at_work("Ada"))
        async for state in _reporting(wren, fern, ada, group):
            yield state
        async for state in _judging(town, wren, fern, ada):
            yield state
    async for state in _coordinating(town):
        yield state


async def _arriving(wren: Person) -> AsyncGenerator[State]:
    await wren.goes_to("/")
    await wren.page.get_by_label("The name people will see").wait_for()
    yield "arrival", wren
    await wren.unfolds("I’ve been here before")
    await wren.writes("Your code", "AAAA-AAAA-AAAA")
    await wren.taps("Come back in")
    await expect(wren.field("Your code")).to_have_attribute("aria-invalid", "true")
    yield "arrival-wrong-code", wren
    await wren.taps("Urgent help")
    yield "urgent-help", wren
    await wren.taps("Back to where I was")
    await wren.is_welcomed("Robin")
    yield "code", wren
    await wren.taps("I’ve kept it")
    await wren.sees_heading("Hello, Robin")
    yield "home", wren
    for page in ("told", "happened", "you"):
        await wren.goes_to(f"/#/{page}")
        await wren.page.get_by_role("heading", level=1).wait_for()
        yield f"{page}-first", wren
    await wren.goes_to("/#/ask")
    await wren.chooses("No")
    await wren.sees("Thank you for saying so.")
    yield "ask-not-safe", wren


async def _meeting(town: Town, wren: Person, rowan: Person) -> AsyncGenerator[State]:
    await wren.chooses("Yes")
    await wren.taps("Find me someone")
    await wren.sees("No peer is here at this moment")
    yield "line-nobody", wren
    await wren.taps("Step out of the line")
    await wren.goes_to("/#/ask")
    await rowan.goes_to("/desk")
    await rowan.page.get_by_label("Your password").wait_for()
    yield "sign-in", rowan
    await rowan.signs_in(town.staff["Rowan"].name, town.staff["Rowan"].password)
    await rowan.sees("Nobody is waiting. The kettle is free.")
    yield "desk-empty", rowan
    await wren.chooses("Yes")
    await wren.writes("What would help right now?", "not to be alone for a bit")
    await wren.taps("Find me someone")
    await wren.sees("You’re next")
    yield "line", wren
    await rowan.follows("Waits")
    await rowan.sees_heading("Somebody would like to talk")
    yield "desk-waiting", rowan
    await rowan.taps("Keys")
    yield "desk-keys", rowan
    await rowan.taps("Close", within=rowan.dialog)
    await rowan.taps("I’m ready")
    await wren.sees_heading("You’re talking with Rowan")
    yield "conversation-new", wren
    await rowan.says("Hello Robin. I’m Rowan. There’s no hurry.")
    await wren.says(LONG)
    await wren.sees_state("Seen")
    await rowan.says("That sounds like a kind evening in a hard week. How was the harbour?")
    await wren.sees("How was the harbour?")
    await rowan.field("Your message").press_sequentially("I have just", delay=400)  # the house tells of it every few seconds, not for each key
    await wren.sees("Rowan is writing…")
    yield "conversation-writing", wren
    yield "desk-conversation", rowan
    await wren.taps("Who can read this?")
    yield "conversation-details", wren
    await wren.taps("Close", within=wren.dialog)
    await wren.page.context.set_offline(True)
    await wren.says("I’ll tell you about it")
    await wren.sees("We’ve lost touch for a moment.")
    yield "conversation-not-sent", wren
    await wren.page.context.set_offline(False)
    await wren.sees_no("Not sent yet.")
    await wren.grows_old()
    await wren.says("Are you still there?")
    await wren.sees("This one wasn’t sent.")
    yield "conversation-outdated", wren
    await wren.is_young_again()
    await wren.taps("Put it back in the box")
    await wren.writes("Your message", "")
    await wren.taps("Load it afresh")
    await wren.sees_no("This page is from before an update")


async def _worried(town: Town, wren: Person, rowan: Person) -> AsyncGenerator[State]:
    await rowan.taps("I’m worried…")
    await rowan.taps("Tell the clinician on call")
    yield "desk-worried-missing", rowan
    await rowan.taps("Ask in the chat: may a clinician know?")
    await rowan.sees("You asked them at")
    await wren.sees("may I let a clinician on call know?")
    yield "conversation-asked", wren
    yield "desk-worried-asked", rowan
    await wren.taps("Not now")
    await wren.sees("The answer was: not now.")
    yield "conversation-answered", wren
    await rowan.sees("They said “not now” at")
    await rowan.chooses("High")
    await rowan.chooses("I asked, and they said no")
    await rowan.writes("Why you’re going on all the same", "They said no, and then said they can’t promise to be safe.")
    await rowan.writes("What you think is going on", VIEW)
    yield "desk-worried", rowan
    await rowan.taps("Tell the clinician on call")
    await rowan.sees("Seen by a person")
    await wren.sees("We’re calling a clinician.")
    yield "desk-raised", rowan
    yield "conversation-clinician-told", wren
    async with town.at_work("Sana", "/on-call", size={"width": 390, "height": 844}) as sana:
        await sana.page.get_by_role("link", name=re.compile("High")).first.click()
        await sana.sees(VIEW)
        yield "on-call", sana
        await sana.taps("I’m taking this")
        await sana.sees("You have this. The peer has been told.")
        yield "on-call-taken", sana
        await sana.taps("It’s less urgent…")
        await sana.chooses("A concern")
        await sana.writes("What has changed", "Their sister is there now.")
        yield "on-call-less-urgent", sana
        await sana.taps("Not now", within=sana.dialog)
        await sana.taps("Read it…")
        await sana.writes("Your reason", "To know how soon somebody has to be there.")
        await sana.taps("Open it")
        await sana.sees(LONG)
        yield "on-call-transcript", sana
        await sana.taps("I’ve started")
        await sana.taps("Close it")
        await sana.chooses("I talked with them")
        await sana.writes("One line back to Rowan", "You did well to say it.")
        yield "on-call-close", sana
        await sana.taps("Close and tell them")
        await sana.sees("The peer has your line.")
        yield "on-call-over", sana
        await sana.goes_to("/on-call")
        await sana.sees("Closed by you in the last seven days")
        yield "on-call-list", sana
        await sana.page.route(
            "**/api/alarms", lambda route: route.fulfill(json={"alarms": [{"kind": "no_worker", "since": "2026-11-25T02:10:00Z", "escalation": None}]})
        )
        await sana.goes_to("/on-call")
        await sana.sees("Calls for a clinician may be late right now.")
        yield "on-call-alarm", sana
        await rowan.sees("To you, from the clinician")
        yield "desk-answered", rowan
        async for state in _looking_back(rowan, sana):
            yield state
    await rowan.follows("Rooms")
    await rowan.sees("led by")
    yield "desk-rooms", rowan
    await rowan.goes_to("/desk#/")
    await rowan.page.get_by_role("link", name=re.compile("One-to-one.*Robin")).click()
    await rowan.taps("Close…")
    await rowan.taps("Close it", within=rowan.dialog)
    await wren.sees("This conversation has ended. You can still read it.")
    yield "conversation-ended", wren


async def _looking_back(rowan: Person, sana: Person) -> AsyncGenerator[State]:
    await rowan.taps("It helped")
    await rowan.taps("Write them")
    await rowan.writes("What went well", "We stayed calm together.")
    await rowan.writes("One thing learnt that all staff here may read", "Robin was right to ask.")
    await rowan.taps("Keep it")
    await rowan.sees("That has a name, a number or an address in it")
    yield "look-back", rowan
    await rowan.writes("One thing learnt that all staff here may read", "Asking before calling made it easier for them to stay.")
    await rowan.taps("Keep it")
    await rowan.sees("Yours is kept.")
    await rowan.taps("Close", within=rowan.dialog)
    await sana.follows("A call by Rowan")
    await sana.sees("What Rowan says of your answer")
    yield "on-call-thanked", sana
    await sana.taps("Write them")
    await sana.writes("What would have helped", "Knowing sooner where they were.")
    await sana.taps("Keep it")
    await sana.sees("We stayed calm together.")
    yield "look-back-both", sana
    await sana.taps("Close", within=sana.dialog)
    await sana.goes_to("/on-call#/learnt")
    await sana.sees("Asking before calling")
    yield "learnt", sana


async def _reporting(wren: Person, fern: Person, ada: Person, group: str) -> AsyncGenerator[State]:
    await ada.page.get_by_role("button", name="I’m ready").wait_for()
    await wren.follows("Beside")
    await wren.follows("Groups", within=wren.page.get_by_role("navigation"))
    yield "rooms", wren
    await wren.follows(group)
    await wren.page.get_by_role("button", name="I’ll keep to these. Join").wait_for()
    yield "room-agreements", wren
    await wren.taps("I’ll keep to these. Join")
    await fern.joins(group)
    for words in ("hello everyone", "it was a long day", "nobody here wants to hear it, you are all pretending"):
        await fern.says(words)
    await wren.says("I’m glad you came, all the same")
    await wren.sees_once("it was a long day")
    yield "group", wren
    await wren.taps("Tell a moderator about this message from Lark", within=wren.log.get_by_role("listitem").filter(has_text="pretending"))
    await wren.chooses("It’s unkind, or it hurts")
    yield "report", wren
    await wren.taps("Send", within=wren.dialog)
    await wren.sees("Thank you.")
    yield "report-done", wren
    await wren.follows("What you told us")
    await wren.sees("Waiting for a moderator to look.")
    yield "receipts", wren


async def _judging(town: Town, wren: Person, fern: Person, ada: Person) -> AsyncGenerator[State]:
    await ada.follows("1 report")
    await ada.sees_heading("A message by Lark")
    yield "desk-report", ada
    await ada.taps("I have this")
    await ada.taps("Hide the message…")
    await ada.writes("Why, in your own words", "It speaks about the others, and it hurts.")
    yield "desk-hide", ada
    await ada.taps("Hide it")
    await fern.sees("A moderator hid this from the others.")
    yield "group-hidden-mine", fern
    await ada.taps("Step them out…")
    await ada.writes("Why, in your own words", "A break, so that it can cool down.")
    yield "desk-step-out", ada
    await ada.taps("Step them out")
    await fern.sees("You’re taking a break from this group for now.")
    yield "group-stepped-out", fern
    await ada.taps("Close…")
    yield "desk-close-report", ada
    await ada.chooses("We did something about it")
    await ada.taps("Close and tell them")
    await wren.sees("A moderator looked, and did something about it.")
    yield "receipts-answered", wren
    await fern.follows("What happened, and why")
    act = fern.page.get_by_role("article").filter(has_text="You were asked to take a break")
    await fern.taps("Ask somebody else to look at it", within=act)
    await fern.writes("In your words", "I had a bad day and I’m sorry.")
    yield "acts", fern
    await fern.taps("Send it to them")
    await fern.sees("Somebody else will look at it.")
    async with town.at_work("Ines") as ines:
        await ines.follows("Appeal")
        await ines.sees("I had a bad day and I’m sorry.")
        yield "desk-appeal", ines


async def _coordinating(town: Town) -> AsyncGenerator[State]:
    async with town.at_work("Juno", "/coordinate") as juno:
        await juno.sees_heading("Who works here")
        yield "coordinate", juno
        await juno.follows("Invitations")
        await juno.writes("A note for yourself, if you like", "from the Tuesday course")
        yield "invite", juno
        await juno.taps("Make a link")
        link = await juno.page.locator("code").inner_text()
        yield "invite-link", juno
        await juno.follows("Groups")
        await juno.sees_heading("Groups")
        yield "groups", juno
        async for state in _channels(juno):
            yield state
        await juno.follows("Who is called")
        await juno.sees_heading("Who is called at night")
        yield "policy", juno
        await juno.page.get_by_label("Next person, while nobody answers").first.select_option("60")
        await juno.taps("See what would happen")
        await juno.sees("What would then happen")
        yield "policy-preview", juno
        await juno.follows("Rota")
        await juno.sees_heading("Rota")
        yield "rota", juno
        await juno.follows("Roles")
        await juno.sees_heading("What each role is")
        yield "roles", juno
        await juno.follows("What we learnt")
        await juno.taps("Take it off this page…")
        yield "learnt-take-off", juno
        await juno.taps("Not now", within=juno.dialog)
        await juno.taps("What your role is")
        yield "role-card", juno
        async with town.visitor(size={"width": 1280, "height": 800}) as moss:
            await moss.goes_to(link)
            await moss.sees_heading("would like you to join")
            yield "invitation", moss
            await moss.goes_to("/docs")
            await moss.page.get_by_role("heading", level=1).first.wait_for()
            yield "docs", moss


async def _channels(juno: Person) -> AsyncGenerator[State]:
    await juno.follows("Channels")
    await juno.page.get_by_role("button", name=re.compile("^Send a test by")).first.click()
    await juno.sees("It arrived")
    yield "channels", juno
    await juno.taps("Add a channel")
    yield "channel-add", juno
    await juno.writes("What you call it", "Night pager")
    await juno.writes("Address", "https://pager.invalid/on-call")
    await juno.taps("Add a channel", within=juno.dialog)
    await juno.taps("A new secret for Night pager")
    yield "channel-exchange", juno
    await juno.taps("Make a new secret")
    await juno.taps("Send a test by Night pager")
    await juno.sees("It didn’t arrive")
    yield "channel-made", juno
    await juno.taps("I’ve kept it")
    await juno.taps("Retire Night pager")
    yield "channel-retire", juno
    await juno.taps("Retire", within=juno.dialog)
    await juno.follows("Sent")
    await juno.sees_heading("What was sent to whoever is on call")
    yield "sent", juno
