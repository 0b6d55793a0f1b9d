"""The reverse proxy as configured, run in front of a node that records what reaches it."""

import asyncio
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.rig.child import Child, free_port
from tests.rig.wait import until

CADDYFILE = ROOT / "deploy" / "Caddyfile"
CADDY = shutil.which("caddy") or "caddy"


@dataclass
class Proxied:
    """`seen` holds every request's lines that reached the node, but for the proxy's own questions."""

    address: str
    caddy: Child
    node: asyncio.Server
    seen: list[list[str]] = field(default_factory=list)

    async def get(self, path: str, headers: dict[str, str] | None = None) -> int:
        return await asyncio.to_thread(_status, urllib.request.Request(self.address + path, headers=headers or {}))


@pytest.fixture
async def proxied(tmp_path: Path) -> AsyncIterator[Proxied]:
    """Caddy with our Caddyfile on a free port, without TLS, before one recording node."""
    seen: list[list[str]] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        if not lines[0].startswith("GET /readyz"):
            seen.append(lines)
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n" if "Upgrade: websocket" in lines else
                     b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")  # fmt: skip
        await writer.drain()
        if "Upgrade: websocket" in lines:
            writer.write(await reader.read(100))
            await writer.drain()
        writer.close()

    node = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "BESIDE_SITE": f"http://127.0.0.1:{port}",
        "BESIDE_NODES": f"127.0.0.1:{node.sockets[0].getsockname()[1]}",
        "CADDY_ADMIN": f"127.0.0.1:{free_port()}",
    }
    caddy = Child([CADDY, "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"], log=tmp_path / "caddy.log", env=environment)
    caddy.start()
    try:
        await until(lambda: "serving initial configuration" in caddy.said, 20, "Caddy")
        yield Proxied(f"http://127.0.0.1:{port}", caddy, node, seen)
    finally:
        await asyncio.to_thread(caddy.kill)
        node.close()


def test_the_proxy_accepts_its_configuration(tmp_path: Path) -> None:
    """Caddy finds nothing to mend in the Caddyfile, with a real name and two nodes."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "BESIDE_SITE": "beside.example.org", "BESIDE_NODES": "node-1:8123 node-2:8123"}
    command = [CADDY, "validate", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert 0 == found.returncode, found.stderr
    assert '"level":"warn"' not in found.stderr


async def test_a_request_reaches_the_node_with_the_callers_own_address(proxied: Proxied) -> None:
    """What a caller claims about where they come from is not passed on."""
    assert 200 == await proxied.get("/api/doorway?hub=north", {"X-Forwarded-For": "203.0.113.9"})
    (lines,) = proxied.seen
    assert "GET /api/doorway?hub=north HTTP/1.1" == lines[0]
    assert ["X-Forwarded-For: 127.0.0.1"] == [line for line in lines if line.lower().startswith("x-forwarded-for")]


async def test_a_socket_is_passed_through(proxied: Proxied) -> None:
    """An upgrade goes through, and then bytes both ways."""
    host, port = proxied.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: eA==\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
    assert answer.startswith(b"HTTP/1.1 101 ")
    writer.write(b"hello")
    assert b"hello" == await asyncio.wait_for(reader.readexactly(5), 20)
    writer.close()


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz"])
async def test_the_gauges_stay_inside(proxied: Proxied, path: str) -> None:
    """From outside there are no gauges."""
    assert 404 == await proxied.get(path)
    assert [] == proxied.seen


async def test_the_proxy_never_logs_what_was_asked_for(proxied: Proxied) -> None:
    """Neither in peace nor in trouble does the proxy's log hold a path, a query, a cookie or a caller."""
    cookie = {"Cookie": "beside=cookie-words", "User-Agent": "agent-words"}
    assert 200 == await proxied.get("/invitation/path-words?q=query-words", cookie)
    proxied.node.close()
    await proxied.node.wait_closed()
    assert (await proxied.get("/invitation/path-words?q=query-words", cookie)) in {502, 503}
    await until(lambda: '"logger":"http.log.error' in proxied.caddy.said, 10, "the trouble in the log")
    assert [] == [word for word in ["path-words", "query-words", "cookie-words", "agent-words"] if word in proxied.caddy.said]


def _status(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code
