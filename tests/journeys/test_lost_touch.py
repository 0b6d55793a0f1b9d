"""What a bad connection does to a page, or the house's own end of it: nothing is lost, nothing is shown that is not so (FAULTS 20, 21, 24, 71)."""

import json
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from playwright.async_api import WebSocketRoute, expect

from beside.kit.context import Actor, command
from beside.kit.ids import new_id
from beside.moderation.suspend import suspend
from beside.protocol.requests import Suspend
from beside.protocol.shapes import Role
from tests.rig.wait import until

if TYPE_CHECKING:
    from tests.journeys.deployment import Hub

pytestmark = pytest.mark.asyncio(loop_scope="session")

# A socket that a telephone put to sleep: it says that it is open, and neither brings nor takes anything any more.
ZOMBIE = """
const opened = []
globalThis.fallAsleep = () => opened.forEach((one) => (one.asleep = true))
globalThis.socketsOpened = () => opened.length
globalThis.WebSocket = class extends WebSocket {
  constructor(...given) { super(...given); opened.push(this) }
  get readyState() { return this.asleep ? 1 : super.readyState }
  send(words) { if (!this.asleep) super.send(words) }
  close(...given) { super.close(...given) }
  set onmessage(hear) { super.onmessage = (event) => { if (!this.asleep) hear(event) } }
  set onclose(hear) { super.onclose = (event) => { if (!this.asleep) hear(event) } }
}
"""


async def test_a_socket_that_only_looks_open_is_left(small_hub: "Hub") -> None:
    """When the page is looked at again, it makes sure; what was said meanwhile is there (FAULTS 20)."""
    await small_hub.makes_room("Tuesday evening")
    async with small_hub.visitor() as wren, small_hub.member("Fern") as fern:
        await wren.page.add_init_script(ZOMBIE)
        await wren.arrives("Wren")
        await wren.joins("Tuesday evening")
        await fern.joins("Tuesday evening")
        await wren.sees("Fern is here.")
        before = await wren.page.evaluate("fallAsleep(), socketsOpened()")
        await fern.says("did you fall asleep")
        await fern.sees_state("Sent")
        await wren.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await wren.sees_once("did you fall asleep")
        assert await wren.page.evaluate("socketsOpened()") > before


async def test_a_page_that_cannot_be_let_in_just_now_hears_soon(small_hub: "Hub") -> None:
    """Its subscription is refused, as where the database is slow: the page asks again by itself, and what was said meanwhile is there (FAULTS 49)."""
    await small_hub.makes_room("Tuesday evening")
    asked: list[str] = []

    def between(socket: WebSocketRoute) -> None:
        house = socket.connect_to_server()

        def say(words: str | bytes) -> None:
            said = json.loads(words)
            if said["type"] == "subscribe":
                asked.append(said["ref"])
            if said["type"] == "subscribe" and len(asked) == 1:
                no = {"type": "refused", "code": "unavailable", "message": "", "client_id": None, "retry_after_ms": 500, "ref": said["ref"]}
                socket.send(json.dumps(no))
            else:
                house.send(words)

        socket.on_message(say)

    async with small_hub.visitor() as wren, small_hub.member("Fern") as fern:
        await fern.joins("Tuesday evening")
        await wren.page.route_web_socket("**/ws", between)
        await wren.arrives("Wren")
        await wren.joins("Tuesday evening")
        await fern.says("can you hear me")
        await wren.sees_once("can you hear me")
        assert asked[:1] * 2 == asked[:2]


async def test_without_sockets_everything_still_works(small_hub: "Hub") -> None:
    """Where a proxy refuses sockets, words go and come over plain requests, and nobody is told that touch was lost (FAULTS 21)."""
    await small_hub.makes_room("Tuesday evening")
    turns = small_hub.at.turns
    turns.lets_sockets_through = False
    try:
        async with small_hub.member("Wren") as wren, small_hub.member("Fern") as fern:
            await wren.joins("Tuesday evening")
            await fern.joins("Tuesday evening")
            await wren.says("no sockets here")
            await wren.sees_state("Sent")
            await fern.sees_once("no sockets here")
            await fern.says("and still I read you")
            await wren.sees_once("and still I read you")
    finally:
        turns.lets_sockets_through = True


async def test_unsent_words_are_not_dropped_silently(small_hub: "Hub") -> None:
    """Closing or reloading asks first while words were not sent, and no longer once they were; they are stored nowhere (FAULTS 24)."""
    await small_hub.makes_room("Tuesday evening")
    async with small_hub.member("Wren") as wren:
        await wren.joins("Tuesday evening")
        await wren.page.context.set_offline(True)
        await wren.says("the train is in a tunnel")
        await wren.sees_state("Not sent yet.")
        await wren.page.close(run_before_unload=True)
        await wren.sees_once("the train is in a tunnel")
        await until(lambda: wren.asked_to_stay == 1)
        await wren.page.context.set_offline(False)
        await wren.sees_state("Sent")
        await wren.left_no_trace()
        await wren.reloads()
        await wren.sees_once("the train is in a tunnel")
        assert 1 == wren.asked_to_stay


async def test_a_page_that_is_too_old_keeps_what_is_written_until_it_is_loaded_afresh(small_hub: "Hub") -> None:
    """It says so in plain words, drops nothing, asks before words would be lost, and one press loads it afresh (FAULTS 37)."""
    await small_hub.makes_room("Tuesday evening")
    async with small_hub.member("Wren") as wren:
        await wren.joins("Tuesday evening")
        await wren.types("half a thought")
        await wren.grows_old()
        await wren.sees("What you’ve written stays here until you load it afresh.")
        await wren.taps("Send")
        await wren.sees("This one wasn’t sent.")
        await wren.taps("Put it back in the box")
        await expect(wren.field("Your message")).to_have_value("half a thought")
        await wren.is_young_again()
        await wren.taps("Load it afresh")
        await until(lambda: wren.asked_to_stay == 1)
        await expect(wren.field("Your message")).to_have_value("half a thought")
        await wren.writes("Your message", "")
        await wren.taps("Load it afresh")
        await wren.sees_no("This page is from before an update")
        await wren.says("a whole one")
        await wren.sees_state("Sent")


async def test_who_may_not_take_part_for_now_is_told_why(small_hub: "Hub") -> None:
    """A socket that the house ends with 4003 is not knocked at again: the page says where else to turn, and leads to why and to an appeal (FAULTS 71)."""
    await small_hub.makes_room("Tuesday evening")
    juno = (await small_hub.employs("Juno", Role.coordinator)).account
    assert juno
    async with small_hub.member("Wren") as wren:
        await wren.joins("Tuesday evening")
        about = UUID(await wren.page.evaluate("fetch('/api/me').then((answer) => answer.json()).then((me) => me.account)"))
        async with command(small_hub.at.house, Actor(juno, small_hub.id, new_id(), frozenset({"coordinator"}))) as ctx:
            await suspend(ctx, about, Suspend(minutes=60, reason="A rest from here."))
        await wren.sees("The places under “Urgent help” are there for you all the same.")
        await wren.follows("What happened, and why")
        await wren.sees("A rest from here.")
        await wren.sees("Ask somebody else to look at it")


async def test_the_oldest_of_six_pages_rests_until_somebody_uses_it(small_hub: "Hub") -> None:
    """The page that makes room for a sixth says so, does not fight for its place, keeps what is written there, and takes over when asked (FAULTS 17, 63)."""
    await small_hub.makes_room("Tuesday evening")
    async with small_hub.member("Wren") as wren:
        await wren.joins("Tuesday evening")
        await wren.types("half a")
        others = [await wren.opens_a_second_tab() for _ in range(5)]
        for other in others:
            await other.log.wait_for()
        await wren.sees("This is open in several other places, so it rests here.")
        await others[-1].says("from the last one")
        await others[-1].sees_state("Sent")
        await wren.taps("Use it here")
        await wren.sees_once("from the last one")
        await wren.sees_no("so it rests here.")
        assert "half a" == await wren.field("Your message").input_value()
        await wren.says("from the first one")
        await others[-1].sees_once("from the first one")
