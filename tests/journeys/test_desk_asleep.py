"""A desk that lay in the background for half an hour, by its clock: the house keeps nothing for it, and it finds everything."""

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from playwright.async_api import expect
from sqlmodel import select

from beside.accounts.tables import Session
from beside.kit.context import Actor, command
from beside.kit.ids import new_id
from beside.messages.send import store, wish
from beside.protocol.shapes import Role
from tests.journeys.test_desk_list import UNREAD
from tests.journeys.test_lost_touch import ZOMBIE
from tests.rig.browser import DESK

if TYPE_CHECKING:
    from tests.journeys.deployment import Hub
    from tests.journeys.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

GROUP, OTHER = "Tuesday evening", "Thursday evening"
LINES = 100  # more than a socket may have unconfirmed: no buffer of the house holds them
TOGETHER = 20  # in one commit
ASKED_AT_MOST = 40  # requests of a page that wakes: none in a loop


async def actor_of(hub: "Hub", who: "Person") -> Actor:
    """To say a hundred things as this member, faster than a person may."""
    account = UUID(await who.page.evaluate("fetch('/api/me').then((answer) => answer.json()).then((me) => me.account)"))
    async with command(hub.at.house) as ctx:
        session = (await ctx.db.exec(select(Session).where(Session.account_id == account))).one()
        return Actor(account, hub.id, session.id, frozenset({"member"}))


async def say(hub: "Hub", actor: Actor, room: UUID, lines: list[str]) -> None:
    for start in range(0, len(lines), TOGETHER):
        async with command(hub.at.house, actor) as ctx:
            await store(ctx, [wish(actor, room, new_id(), line) for line in lines[start : start + TOGETHER]])


async def test_a_desk_that_slept_half_an_hour_catches_up_from_the_log(small_hub: "Hub") -> None:
    """Half an hour of the page's clock in one leap: the open room and the list are whole and true at once, without a loop of requests (FAULTS 32)."""
    rowan_signs_in = await small_hub.employs("Rowan", Role.peer)
    room, other = [await small_hub.makes_room(title, leads=["Rowan"]) for title in (GROUP, OTHER)]
    async with small_hub.member("Fern") as fern, small_hub.visitor(size=DESK) as rowan:
        for title in (GROUP, OTHER):
            await fern.goes_to("/#/")
            await fern.joins(title)
        actor = await actor_of(small_hub, fern)
        await rowan.page.add_init_script(ZOMBIE)
        await rowan.page.clock.install()
        await rowan.goes_to("/desk")
        await rowan.signs_in(rowan_signs_in.name, rowan_signs_in.password)
        listed = rowan.page.locator("[data-list]")
        await rowan.follows("Group " + GROUP, within=listed)
        await say(small_hub, actor, room, ["good evening"])
        await rowan.sees_once("good evening")

        await rowan.page.evaluate("fallAsleep()")
        night = [f"line {n} of the night" for n in range(LINES)]
        await say(small_hub, actor, room, night)
        await say(small_hub, actor, other, ["and here"])
        before = len(rowan.screen.asked)
        await rowan.page.clock.fast_forward("30:00")
        await rowan.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await rowan.sees_once(night[-1])
        assert ["good evening", *night] == await rowan.messages()
        await expect(listed.get_by_text(UNREAD)).to_have_count(1)  # the one that nobody has looked at
        assert len(rowan.screen.asked) - before < ASKED_AT_MOST
