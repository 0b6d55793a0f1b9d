"""Journey 6: a coordinator invites people, gives and takes roles; staff sign in with a second factor."""

import time
from typing import TYPE_CHECKING

import pyotp
import pytest
from playwright.async_api import expect

from beside.accounts.permissions import TABLE
from beside.kit.webhooks import verify
from beside.protocol.shapes import Role
from tests.rig.receiver import Reply

if TYPE_CHECKING:
    from tests.journeys.deployment import Deployment
    from tests.journeys.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

STEP_S = 30  # numbers work once: the next ones a telephone would show
PASSWORD = "nine boats below the bridge"


async def test_a_coordinator_invites_and_gives_roles(deployment: "Deployment") -> None:
    """A link that works once, a second factor before anything else, a role given and taken, and cards that print the server's own table."""
    hub = await deployment.open_hub(second_factor=True)
    await hub.employs("Juno", Role.coordinator)
    async with hub.at_work("Juno", "/coordinate") as juno:
        app = await _sets_up_second_factor(juno)
        await juno.sees_heading("Who works here")
        await juno.taps("Sign out")
        await juno.signs_in("juno", hub.staff["Juno"].password)
        await juno.writes("The six numbers from your app", "000000" if app.now() != "000000" else "111111")
        await juno.taps("Sign in")
        await juno.sees("match")
        await juno.writes("The six numbers from your app", app.at(int(time.time()) + STEP_S))
        await juno.taps("Sign in")
        await juno.sees_heading("Who works here")

        await juno.follows("Invitations")
        await juno.picks("As", "peer")
        await juno.writes("A note for yourself, if you like", "from the Tuesday course")
        await juno.taps("Make a link")
        link = await juno.page.locator("code").inner_text()
        await juno.taps("I’ve kept it")
        await juno.sees("from the Tuesday course")

        async with hub.visitor() as moss:
            await moss.goes_to(link)
            await moss.sees_heading("Northside would like you to join")
            await moss.sees(_words("line.meet"))
            await moss.writes("Sign-in name", "moss")
            await moss.writes("The name people see", "Moss")
            await moss.writes("Password", PASSWORD)
            await moss.taps("Join")
            await _sets_up_second_factor(moss)
            await moss.sees("Nobody is waiting. The kettle is free.")
            await moss.page.get_by_role("button", name="I’m ready").wait_for()

            async with hub.visitor() as somebody:
                await somebody.goes_to(link)
                await somebody.sees_heading("This invitation can’t be used any more")

            await juno.follows("People")
            await juno.sees("Moss")
            await juno.taps("Give a role to Moss")
            await juno.chooses("moderator")
            await juno.taps("Give a role", within=juno.dialog)
            await juno.sees("moderator")
            await moss.sees("peer and moderator")
            await moss.taps("What your roles are")
            await moss.sees(_words("report.judge"), within=moss.dialog)
            await moss.taps("Close", within=moss.dialog)

            await juno.taps("Take back: moderator, from Moss")
            await juno.taps("Take back", within=juno.dialog)
            await moss.sees_no("peer and moderator")
            await moss.taps("What your role is")
            await moss.sees("You may not", within=moss.dialog)
            assert await _card(moss) == [rule.words for rule in TABLE.values() if Role.peer in rule.roles]
            await moss.taps("Close", within=moss.dialog)

        await juno.follows("Roles")
        await juno.sees("This is the table the service itself goes by.")


async def test_a_coordinator_sets_up_a_channel_and_tries_it_out(deployment: "Deployment") -> None:
    """The secret is shown once, and what the test sends is signed with it; an address that is gone is said on the page; what was sent has a log."""
    hub = await deployment.open_hub()
    await hub.employs("Juno", Role.coordinator)
    receiver = deployment.receiver
    async with hub.at_work("Juno", "/coordinate") as juno:
        await juno.follows("Channels")
        await juno.sees("Until there is one, nobody on call can be reached.")
        await juno.taps("Add a channel")
        await juno.writes("What you call it", "Night pager")
        await juno.writes("Address", receiver.url)
        await juno.taps("Add a channel", within=juno.dialog)
        secret = await juno.page.locator("section code").inner_text()
        await juno.taps("I’ve kept it")
        await juno.taps("Send a test by Night pager")
        await juno.sees("It arrived")
        sent = receiver.received[-1]
        assert verify([secret], sent.headers, sent.body, sent.at).startswith("test_")
        receiver.replies.append(Reply(410))
        await juno.taps("Send a test by Night pager")
        await juno.sees("This address says it is gone")
        await juno.page.reload()
        await juno.sees("This address says it is gone")
        assert secret not in await juno.page.content()
        await juno.follows("Sent")
        await juno.sees("Nothing has been sent yet.")


async def test_a_coordinator_says_who_is_called_and_how_patiently(deployment: "Deployment") -> None:
    """What would happen is shown before it is in force; who changed what stays; what somebody else did meanwhile takes nothing away; and back again."""
    hub = await deployment.open_hub()
    await hub.employs("Juno", Role.coordinator)
    await hub.employs("Fern", Role.coordinator)
    await hub.employs("Sana", Role.clinician)
    async with hub.at_work("Juno", "/coordinate#/policy") as nobody_yet:
        await nobody_yet.taps("See what would happen")
        await nobody_yet.sees("Somebody has to be called.")
    await hub.calls("Sana")
    async with hub.at_work("Juno", "/coordinate#/policy") as juno, hub.at_work("Fern", "/coordinate#/policy") as fern:
        await juno.sees_heading("Who is called at night")
        await fern.sees_heading("Who is called at night")
        await juno.page.get_by_label("Next person, while nobody answers").first.select_option("60")
        await juno.taps("See what would happen")
        await juno.sees("after one minute, where it was two minutes")
        await juno.taps("Put this in force")
        await juno.sees("In force from now on.")
        await juno.sees("Version 2")
        await fern.page.get_by_label("What a peer reads then").fill("Ring the number on the wall, and say the street and the house.")
        await fern.follows("Sent")
        await fern.sees("(not saved yet)")
        await fern.follows("Who is called")  # what was written is still there
        await expect(fern.page.get_by_label("What a peer reads then")).to_have_value("Ring the number on the wall, and say the street and the house.")
        await fern.taps("See what would happen")
        await fern.taps("Put this in force")
        await fern.sees("Juno changed this while you were at it")
        await fern.taps("Go on with mine, on top of theirs")
        await fern.taps("See what would happen")
        await fern.taps("Put this in force")
        await fern.sees("Version 3")
        await fern.taps("Bring this back: version 1")
        await fern.sees("Brought version 1 back.")
        await fern.taps("Add somebody")
        await fern.taps("See what would happen")
        await fern.sees("There's no way to reach this one yet.")
        await fern.page.get_by_label("Add a channel").last.select_option(index=1)
        await fern.taps("See what would happen")
        await fern.sees("On call is on the list now.")


async def _sets_up_second_factor(somebody: "Person") -> pyotp.TOTP:
    """Takes the key into an app and writes the first six numbers."""
    await somebody.sees_heading("One more step keeps people’s words safe")
    await somebody.taps("Set it up")
    app = pyotp.TOTP((await somebody.page.locator("code").first.inner_text()).replace(" ", ""))
    await somebody.writes("Write the six numbers it shows", app.now())
    await somebody.taps("Confirm")
    return app


def _words(permission: str) -> str:
    return next(rule.words for one, rule in TABLE.items() if one.value == permission)


async def _card(somebody: "Person") -> list[str]:
    """What the open role card says one may do."""
    return await somebody.dialog.locator("li.may").all_inner_texts()
