"""The demo's on-call inbox: it shows what arrived and whether it is signed, and is hurt by nothing that arrives."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest
from starlette.applications import Starlette

from beside.demo.inbox import KEPT, PAGE_PATH, RECEIVE_PATH, inbox_routes
from beside.kit.clock import SystemClock
from beside.kit.webhooks import new_secret, sign

SECRET = new_secret()
BODY = b'{"type":"escalation.raised","timestamp":"2026-03-02T21:34:00Z","data":{"severity":"critical","rung":1,"url":"https://beside.example/on-call/link/x"}}'


@pytest.fixture
async def inbox() -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=Starlette(routes=inbox_routes(SECRET)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://beside.test") as client:
        yield client


def signed(body: bytes, *, secret: str = SECRET, late: timedelta = timedelta(0)) -> dict[str, str]:
    return sign([secret], "page_1", SystemClock().now() - late, body)


async def test_what_is_signed_is_shown_as_such(inbox: httpx2.AsyncClient) -> None:
    """Severity, rung, the payload, a link to open; and that its signature holds."""
    assert 202 == (await inbox.post(RECEIVE_PATH, content=BODY, headers=signed(BODY))).status_code
    page = (await inbox.get(PAGE_PATH)).text
    for shown in ("Critical", "signature holds", "rung 1", "escalation.raised", 'href="https://beside.example/on-call/link/x"'):
        assert shown in page
    assert "<script" not in page


async def test_the_same_again_is_marked(inbox: httpx2.AsyncClient) -> None:
    """A page that was sent twice under one id is shown as the same message."""
    for _ in range(2):
        await inbox.post(RECEIVE_PATH, content=BODY, headers=signed(BODY))
    assert 1 == (await inbox.get(PAGE_PATH)).text.count("the same message again")


@pytest.mark.parametrize(
    ("what", "body", "headers"),
    [
        ("not signed", BODY, {}),
        ("another secret", BODY, signed(BODY, secret=new_secret())),
        ("changed on the way", BODY.replace(b"critical", b"concern "), signed(BODY)),
        ("an hour old", BODY, signed(BODY, late=timedelta(hours=1))),
    ],
)
async def test_what_is_not_signed_by_us_is_shown_as_such(inbox: httpx2.AsyncClient, what: str, body: bytes, headers: dict[str, str]) -> None:
    """Refused, kept in sight, and without a link to press (FAULTS 96)."""
    assert 401 == (await inbox.post(RECEIVE_PATH, content=body, headers=headers)).status_code, what
    page = (await inbox.get(PAGE_PATH)).text
    assert "not signed by us" in page
    assert "Open the link" not in page


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nonsense", b"\xff\xfe", b'{"data":5}', b"[" * 3000, b'{"data":{"severity":"<script>alert(1)</script>","url":"javascript:1"}}']
)
async def test_nothing_that_arrives_hurts_it(inbox: httpx2.AsyncClient, body: bytes) -> None:
    """Whatever is posted, the page can be read and holds nothing that runs (FAULTS 77)."""
    assert (await inbox.post(RECEIVE_PATH, content=body)).status_code == 401
    page = await inbox.get(PAGE_PATH)
    assert 200 == page.status_code
    assert "<script" not in page.text
    assert 'href="javascript' not in page.text


async def test_it_keeps_fifty_and_takes_nothing_long(inbox: httpx2.AsyncClient) -> None:
    """The oldest make room, and a long body is not kept at all."""
    for _ in range(KEPT + 5):
        await inbox.post(RECEIVE_PATH, content=BODY)
    assert 413 == (await inbox.post(RECEIVE_PATH, content=b"x" * 5_000)).status_code
    assert KEPT == (await inbox.get(PAGE_PATH)).text.count("<li>")
