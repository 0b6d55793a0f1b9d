"""The browser rig sees what it is there to see: requests elsewhere, policy violations, faults axe finds."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.rig.browser import axe, screen

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")

GOOD = '<html lang="en"><title>Good</title><main><h1>Good</h1></main></html>'
BAD = '<html><title>Bad</title><img src="http://127.0.0.2:9/x.png"><script>window.ran = true</script></html>'


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[str]:
    """Two pages under a strict policy."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1]
        body = (BAD if asked == b"/bad" else GOOD).encode()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-security-policy: default-src 'self'; img-src *\r\nconnection: close\r\n"
        writer.write(head + b"content-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def test_a_good_page_gives_no_complaint(browser: "Browser", site: str) -> None:
    """Nothing asked elsewhere, nothing refused, nothing for axe."""
    async with screen(browser, site) as shown:
        await shown.page.goto("/good")
        assert ([], [], []) == (shown.third_parties, shown.complaints, await axe(shown.page))


async def test_a_bad_page_is_found_out(browser: "Browser", site: str) -> None:
    """A picture from elsewhere, a script in the page, no language: each is seen."""
    async with screen(browser, site) as shown:
        await shown.page.goto("/bad")
        found = await axe(shown.page)
        assert ["http://127.0.0.2:9/x.png"] == shown.third_parties
        assert any("Content Security Policy" in complaint for complaint in shown.complaints)
        assert any(line.startswith("html-has-lang") for line in found)
