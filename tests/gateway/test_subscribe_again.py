"""Subscribing again to what one follows: the new subscription begins anew, and where it cannot, the old one goes on."""

import asyncio

import pytest

from beside.gateway import dispatch
from beside.kit.errors import Unavailable
from tests.gateway.conftest import Here
from tests.gateway.test_subscribe import say
from tests.rig.client import Refused
from tests.rig.oracle import complaints
from tests.rig.wait import until


async def test_who_cannot_be_let_in_again_still_hears_as_before(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log cannot be followed anew just now: the page is told so, and what it followed goes on (FAULTS 49)."""
    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.subscribe(chat)
        with monkeypatch.context() as away:
            away.setattr(here.node.roster, "live", _not_now)
            with pytest.raises(Refused, match="unavailable"):
                await wren.subscribe(chat)
        await say(here, here.cast.peer, chat, "still with you")
        await until(lambda: wren.bodies(chat) == ["still with you"])
        assert [] == await complaints(here.house, [wren])


async def _not_now(*_: object) -> None:
    raise Unavailable(retry_after_ms=2_000)


async def test_a_second_subscription_takes_the_place_of_the_first(here: Here) -> None:
    """However often one subscribes, each line is pushed once, and the node keeps one subscription (FAULTS 29)."""
    chat = await here.chat()
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        for _ in range(5):
            await wren.subscribe(chat)
        await say(here, here.cast.peer, chat, "once")
        await until(lambda: wren.bodies(chat) == ["once"])
        await wren.ask({"type": "ping"})
        (live,) = here.node.roster.logs.values()
        posted = [frame for _, way, frame in wren.frames if way == "in" and frame["type"] == "message.posted"]
        assert (1, 1, 0) == (len(posted), len(live.follows), len([task for task in asyncio.all_tasks() if task.get_name() == "catch-up"]))


async def test_who_follows_as_much_as_they_may_can_still_begin_anew(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the bound nothing more can be followed; what is followed already can be again, as after a `reset`. Here the bound is 1 instead of 64."""
    monkeypatch.setattr(dispatch, "FOLLOWED", 1)
    chat, group = await here.chat(), await here.group(here.cast.member)
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.subscribe(chat)
        assert "subscribed" == (await wren.subscribe(chat))["type"]
        with pytest.raises(Refused, match="too_many_open"):
            await wren.subscribe(group)
