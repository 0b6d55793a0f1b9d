"""A page that its device froze: its process stands still while its socket fills. What the house does meanwhile, and the page when it thaws."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from beside.foundation import build, standing
from beside.gateway.connection import UNCONFIRMED_EVENTS
from beside.kit.context import command
from beside.kit.ids import new_id
from beside.messages.send import store, wish
from tests.gateway.conftest import Here, serving, settings_for
from tests.journeys.person import person
from tests.rig.browser import PHONE
from tests.rig.cast import make_cast
from tests.rig.wait import until

if TYPE_CHECKING:
    from uuid import UUID

    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")

STALLED_S = 1.0  # 30 s of a real house
TOGETHER = 16  # lines in one commit
LET_GO_S = 30.0  # bounds the wait
ASKED_AT_MOST = 15  # requests and sockets of a page that thaws: none in a loop
HEARTS = "♥♥♥♥♥ " * 600  # ten thousand bytes: thirty lines are more than a socket may have unconfirmed


async def renderers(browser: "Browser") -> set[int]:
    """The processes in which this browser's pages live."""
    session = await browser.new_browser_cdp_session()
    told = await session.send("SystemInfo.getProcessInfo")
    await session.detach()
    return {int(each["id"]) for each in told["processInfo"] if each["type"] == "renderer"}


@asynccontextmanager
async def frozen(processes: set[int]) -> AsyncIterator[None]:
    """As a phone stops a page in the background: it neither runs nor knows of it, and its sockets stay open."""
    tell(processes, signal.SIGSTOP)
    try:
        yield
    finally:
        tell(processes, signal.SIGCONT)


def tell(processes: set[int], what: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):  # a browser starts one ahead of need, and may end it again
            os.kill(process, what)


async def say(here: Here, room: "UUID", lines: list[str]) -> None:
    who = here.cast.peer.actor
    for start in range(0, len(lines), TOGETHER):
        async with command(here.house, who) as ctx:
            await store(ctx, [wish(who, room, new_id(), line) for line in lines[start : start + TOGETHER]])


@pytest.mark.parametrize(("length", "words"), [(UNCONFIRMED_EVENTS + 16, "short"), (40, HEARTS)], ids=["more than 64 lines", "more than 256 KiB"])
async def test_a_frozen_page_is_let_go_and_shows_everything_once_when_it_thaws(
    browser: "Browser", sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int, words: str
) -> None:
    """A process that stands still is closed with 4008, here after a second; thawed, it shows the whole log, once, in order, for few requests (FAULTS 32)."""
    for module in ("connection", "subscriptions"):
        monkeypatch.setattr(f"beside.gateway.{module}.STALLED_S", STALLED_S)
    settings = settings_for(tmp_path, sqlite_url)
    async with standing(build(settings)) as house:
        cast = await make_cast(house)
    async with serving(settings) as (node, server):
        here = Here(node, server, cast, settings.require_public_url())
        room = await here.group(cast.peer)
        others = await renderers(browser)
        async with person(browser, here.url, size=PHONE) as fern:
            await fern.arrives("Fern")
            await fern.joins("Evening")
            await say(here, room, ["good evening"])
            await fern.sees_once("good evening")
            (socket,) = node.roster.connections
            asked = len(fern.screen.asked)
            night = [f"{n}: {words}".strip() for n in range(length)]
            async with frozen(await renderers(browser) - others):
                await say(here, room, night)
                await until(socket.ended.done, LET_GO_S, "the house lets the socket go")
                assert 4008 == socket.ended.result()[0]
                assert socket._sent < length  # the rest of the night was never on its way
                await until(lambda: not node.roster.connections, LET_GO_S, "the house forgets it")
                await say(here, room, ["while nobody listened"])
                assert asked == len(fern.screen.asked)
            await fern.sees_once("while nobody listened")
            assert ["good evening", *night, "while nobody listened"] == await fern.messages()
            await say(here, room, ["and on"])
            await fern.sees_once("and on")
            await fern.says("I’m back")
            await fern.sees_state("Sent")
            await expect(fern.page.get_by_role("status").filter(has_text="We’ve lost touch")).to_have_count(0)
            assert 0 < len(fern.screen.asked) - asked <= ASKED_AT_MOST
