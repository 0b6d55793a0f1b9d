"""The link in a page: looking changes nothing, pressing takes it once, and everything else is refused."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx2
import msgspec
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from beside.escalations.acknowledge import acknowledge
from beside.escalations.hand_back import hand_back
from beside.escalations.links import GOOD_FOR
from beside.escalations.resolve import resolve
from beside.escalations.routes import link_routes
from beside.escalations.tables import Acknowledgement
from beside.escalations.transports.webhook.transport import PagePayload
from beside.kit.context import query
from beside.protocol.requests import ResolveEscalation
from beside.protocol.shapes import EscalationOutcome
from tests.escalations.scene import VIEW, Scene
from tests.escalations.test_answering import second_clinician
from tests.rig.receiver import OnCallReceiver

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is written is tried on both in `test_answering`


@pytest.fixture
async def browser(scene: Scene) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody who is not signed in."""
    transport = httpx2.ASGITransport(app=Starlette(routes=link_routes(scene.house)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://beside.test") as client:
        yield client


async def link_of(scene: Scene, receiver: OnCallReceiver) -> str:
    """Raise it, let it be paged, and return the path of the link in the page."""
    await scene.raise_it()
    await scene.worker.look()
    return urlsplit(msgspec.json.decode(receiver.received[-1].body, type=PagePayload).data.url).path


async def takings(scene: Scene) -> list[Acknowledgement]:
    async with query(scene.house) as ctx:
        return list((await ctx.db.exec(select(Acknowledgement))).all())


async def test_looking_takes_nothing(scene: Scene, receiver: OnCallReceiver, browser: httpx2.AsyncClient) -> None:
    """GET shows severity and a button, HEAD and OPTIONS less; none of them, however often, acknowledges (FAULTS 92)."""
    path = await link_of(scene, receiver)
    for method in ("GET", "HEAD", "OPTIONS", "GET", "GET"):
        answer = await browser.request(method, path)
        assert answer.status_code in (200, 405), method
    assert "Critical." in answer.text
    assert "I’m taking this" in answer.text
    assert [] == await takings(scene)


async def test_the_page_says_nothing_of_anybody(scene: Scene, receiver: OnCallReceiver, browser: httpx2.AsyncClient) -> None:
    """Whoever holds the link reads severity and time: no words, no name, no script, nothing from elsewhere (FAULTS 104)."""
    page = (await browser.get(await link_of(scene, receiver))).text
    for secret in (VIEW, "canary", "Wren", "Alder", "<script", "style=", "http://", "https://"):
        assert secret not in page


async def test_pressing_takes_it_as_the_person_of_the_rung(scene: Scene, receiver: OnCallReceiver, browser: httpx2.AsyncClient) -> None:
    """POST acknowledges in the name of the rung's person; again, by the same link, it is the same acknowledgement (FAULTS 93)."""
    path = await link_of(scene, receiver)
    answers = [await browser.post(path) for _ in range(3)]
    assert [200, 200, 200] == [answer.status_code for answer in answers]
    assert all("You have this" in answer.text for answer in answers)
    assert [scene.cast.clinician.account] == [taking.account_id for taking in await takings(scene)]


async def test_the_second_is_told_who_has_it(scene: Scene, receiver: OnCallReceiver, browser: httpx2.AsyncClient) -> None:
    """Somebody else took it first: the link says who, and takes nothing."""
    path = await link_of(scene, receiver)
    escalation = (await scene.house_open())[0]
    willow = await second_clinician(scene)
    async with scene.acting(escalation, willow) as (ctx, row):
        await acknowledge(ctx, row)
    assert "Willow has this" in (await browser.post(path)).text
    assert [willow.account] == [taking.account_id for taking in await takings(scene)]


async def test_a_link_works_once(scene: Scene, receiver: OnCallReceiver, browser: httpx2.AsyncClient) -> None:
    """Taken by it and handed back, the same link takes nothing more: the next page has its own."""
    path = await link_of(scene, receiver)
    await browser.post(path)
    escalation = (await scene.house_open())[0]
    async with scene.acting(escalation) as (ctx, row):
        await hand_back(ctx, row)
    answer = await browser.post(path)
    assert "used already" in answer.text
    assert [False] == [taking.ended_at is None for taking in await takings(scene)]


async def test_forged_or_late_it_is_refused_in_the_same_words(scene: Scene, receiver: OnCallReceiver, browser: httpx2.AsyncClient) -> None:
    """A changed link, one of nothing, and one out of time get 403 and one and the same page, by GET and by POST (FAULTS 93)."""
    path = await link_of(scene, receiver)
    forged = path[:-2] + ("AA" if not path.endswith("AA") else "BB")
    answers = [await browser.request(method, one) for method in ("GET", "POST") for one in (forged, "/on-call/link/nothing")]
    scene.later(seconds=GOOD_FOR.total_seconds())
    answers += [await browser.get(path), await browser.post(path)]
    assert {403} == {answer.status_code for answer in answers}
    assert 1 == len({answer.text for answer in answers})
    assert [] == await takings(scene)


async def test_closed_it_says_so(scene: Scene, receiver: OnCallReceiver, browser: httpx2.AsyncClient) -> None:
    """Pressed after it was closed, nothing is taken and the page says that nothing is needed."""
    path = await link_of(scene, receiver)
    escalation = (await scene.house_open())[0]
    async with scene.acting(escalation) as (ctx, row):
        await resolve(ctx, row, ResolveEscalation(outcome=EscalationOutcome.talked, feedback="Thank you."))
    assert "closed" in (await browser.post(path)).text
    assert 1 == len(await takings(scene))


async def test_a_rung_without_an_account_is_gone_on_with_by_who_signs_in(scene: Scene, receiver: OnCallReceiver, browser: httpx2.AsyncClient) -> None:
    """Taken by link under what the rota calls them; the clinician who then signs in may go on, and is named."""
    await scene.ladder([receiver.url], accounts=False)
    path = await link_of(scene, receiver)
    await browser.post(path)
    escalation = (await scene.house_open())[0]
    assert ("On call 1", True) == ((page := await scene.page(escalation)).acknowledged_by, page.acknowledged_by_me)
    async with scene.acting(escalation) as (ctx, row):
        await resolve(ctx, row, ResolveEscalation(outcome=EscalationOutcome.talked, feedback="Thank you."))
    assert [scene.cast.clinician.account] == [taking.account_id for taking in await takings(scene)]
