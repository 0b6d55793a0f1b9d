"""What every answer carries, exactly, on every route there is; and what is refused before anything looks at it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from limits import parse
from starlette.routing import Mount, Route

from beside.accounts.cookies import NAME
from beside.app import Node
from beside.foundation import build, standing
from beside.gateway.headers import FOREVER
from beside.gateway.http import HEAD_BYTES, HEADERS
from beside.settings import Settings
from tests.gateway.conftest import Here, settings_for
from tests.gateway.raw import open_raw
from tests.rig.cast import make_cast

EXACTLY = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
}
NEVER = ("server", "x-powered-by", "access-control-allow-origin", "date-of-build")
HTTPS = "https://beside.example"


@pytest.fixture
async def https(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Node]:
    """A node as it is in the world, behind https."""
    settings: Settings = settings_for(tmp_path, sqlite_url).model_copy(update={"public_url": HTTPS})
    node = Node(build(settings), settings)
    async with standing(node.house):
        await make_cast(node.house)
        yield node


def paths(node: Node) -> list[str]:
    """A path of every HTTP route of the node, a built file among them, and some that are not there."""
    found = [route.path for route in node.app.routes if isinstance(route, Route)]
    mounts = [route for route in node.app.routes if isinstance(route, Mount)]
    files = [f"{mount.path}/{file.name}" for mount in mounts for file in sorted(Path(mount.app.directory).iterdir())[:3]]  # type: ignore[attr-defined]  # passed on as it came
    named = [path.replace("{", "").replace("}", "") for path in found]
    return sorted({*named, *files, "/nothing-here", "/assets/none.js", "/api/nothing", "/docs/../x", "/%00"})


async def test_every_answer_has_the_headers_to_the_letter(https: Node) -> None:
    """Pages, files, documents, health, doors, links and what is not there, by every method: the same policy, and nothing that tells of us (FAULTS 70)."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(https.app), base_url=HTTPS) as http:
        seen = 0
        for path in paths(https):
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"):
                answer = await http.request(method, path, headers={"origin": HTTPS})
                said = {name: answer.headers.get(name) for name in EXACTLY}
                assert EXACTLY == said, (method, path)
                assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin"), (method, path)
                kept = path.startswith("/assets/") and answer.status_code == 200
                assert (FOREVER if kept else "no-store") == answer.headers["cache-control"], (method, path)
                assert [] == [name for name in NEVER if name in answer.headers], (method, path)
                assert answer.status_code < 500 or answer.status_code == 503, (method, path)
                seen += 1
        assert seen > 8 * 60


async def test_only_the_page_of_a_link_says_where_it_came_from(https: Node) -> None:
    """Everywhere else the next site is told nothing at all; a link's own form needs its origin, and no more (FAULTS 70)."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(https.app), base_url=HTTPS) as http:
        told = {path for path in paths(https) if (await http.get(path)).headers["referrer-policy"] != "no-referrer"}
    assert 1 >= len(told)


async def test_cookies_have_their_flags_when_set_and_when_forgotten(https: Node) -> None:
    """The session's cookie is bound to the host, to https and to our own pages, and scripts cannot read it (FAULTS 70)."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(https.app), base_url=HTTPS, headers={"origin": HTTPS}) as http:
        arrived = await http.post("/api/arrivals", json={"pseudonym": "Mild Otter", "understood": True, "hub": "harbour"})
        given = arrived.headers.get_list("set-cookie")
        gone = (await http.post("/api/sessions/leave")).headers.get_list("set-cookie")
    assert 1 == len(given) == len(gone)
    assert NAME.startswith("__Host-")
    for cookie in (given[0], gone[0]):
        name, *flags = [part.strip() for part in cookie.split(";")]
        assert name.startswith(NAME + "=")
        assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} == set(flags) - {"Max-Age=0"}


@pytest.mark.parametrize("host", ["evil.example", "", "beside.example.evil", "beside.example:8443", "beside.example/x", "evil/..?", "beside.example@evil"])
async def test_a_host_that_is_not_ours_is_refused(https: Node, host: str) -> None:
    """Whatever the Host says, only our own name is served, and the refusal carries every header too (FAULTS 65)."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(https.app), base_url=HTTPS) as http:
        for path in ("/", "/api/me", "/docs"):
            answer = await http.get(path, headers={"host": host})
            assert (400, "no-store") == (answer.status_code, answer.headers["cache-control"])
            assert EXACTLY == {name: answer.headers.get(name) for name in EXACTLY}


async def speak(here: Here, raw: bytes, *, local: str = "127.0.0.1") -> bytes:
    """Exactly these bytes over a connection from `local`; all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", here.server.node.settings.port, local_addr=(local, 0))
    writer.write(raw)
    async with asyncio.timeout(10):
        try:
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.transport.abort()


def head(here: Here, *lines: str, path: str = "/healthz") -> bytes:
    host = here.url.removeprefix("http://")
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", *lines, "", ""]).encode()


@pytest.mark.parametrize(
    "lines",
    [[f"X-{n}: 1" for n in range(HEADERS + 30)], ["X-Long: " + "x" * HEAD_BYTES], ["X: " + "x" * 900] * 20],
    ids=["too many", "one too long", "too long together"],
)
async def test_a_head_that_is_too_large_is_refused(here: Here, lines: list[str]) -> None:
    """A flood of headers gets 431 and the end of the connection, at once or in pieces, for pages and for sockets; others are served (FAULTS 66)."""
    assert (await speak(here, head(here, *lines))).startswith(b"HTTP/1.1 431 ")
    socket = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", *lines]
    assert (await speak(here, head(here, *socket, path="/ws"))).startswith(b"HTTP/1.1 431 ")
    assert (await speak(here, head(here))).startswith(b"HTTP/1.1 200 ")


async def test_a_head_without_an_end_is_refused_and_not_kept(here: Here) -> None:
    """A header that never ends is cut where a head may end, not kept in memory (FAULTS 66)."""
    assert (await speak(here, b"GET / HTTP/1.1\r\nX-Never: " + b"x" * 4 * HEAD_BYTES)).startswith(b"HTTP/1.1 431 ")
    assert (await speak(here, b"GET /" + b"y" * 4 * HEAD_BYTES)).startswith(b"HTTP/1.1 4")


async def test_a_head_that_drips_is_cut(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever does not finish a head, or begins none, loses the connection (FAULTS 66; the wait is shortened)."""
    monkeypatch.setattr("beside.gateway.http.HEAD_S", 0.2)
    assert b"" == await speak(here, b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    assert b"" == await speak(here, b"")
    assert (await speak(here, head(here))).startswith(b"HTTP/1.1 200 ")


async def test_an_address_is_believed_only_from_our_own_proxy(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger who writes another address into a header every time is still one address; behind our proxy they are many (FAULTS 65)."""
    monkeypatch.setattr(here.house.limiter, "_named", {**here.house.limiter._named, "arrival": parse("1/hour")})
    body = b'{"pseudonym":"","understood":false}'

    async def arrive(local: str, claimed: str) -> bytes:
        lines = [f"POST /api/arrivals HTTP/1.1\r\nHost: {here.url.removeprefix('http://')}\r\nOrigin: {here.url}\r\nConnection: close"]
        lines += [f"X-Forwarded-For: {claimed}", "Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
        return (await speak(here, "\r\n".join(lines).encode() + body, local=local)).split(b" ", 2)[1]

    assert [b"400", b"429", b"429"] == [await arrive("127.0.0.2", f"203.0.113.{n}") for n in range(3)]
    assert [b"400", b"400", b"400"] == [await arrive("127.0.0.1", f"203.0.113.{n}") for n in range(3)]


async def test_a_token_in_the_address_opens_nothing_and_is_never_written_down(here: Here, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither a page, a door nor a socket looks at a session in the query, and no log line holds it (FAULTS 69)."""
    token = here.cast.member.token
    for name in ("token", "session", NAME, "ticket", "access_token"):
        assert b" 401 " in await speak(here, head(here, path=f"/api/me?{name}={token}"))
        raw = await open_raw(here.url, None, origin=here.url, path=f"/ws?{name}={token}")
        assert 400 == raw.status  # not even looked at
        raw.close()
    said = capfd.readouterr()
    assert token not in said.out + said.err
