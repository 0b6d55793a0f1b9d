"""Real nodes and workers as child processes, on one database and one Redis: what an operator starts, started by a test."""

import base64
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from beside.foundation import build, standing
from beside.kit.house import House
from beside.settings import Settings
from tests.rig.child import Child, free_port
from tests.rig.wait import wait_until

READY_S = 45.0  # on two busy cores; FAULTS 130 asks for 15 s from cold
ROOT = Path(__file__).parents[2]
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH", "COVERAGE_PROCESS_START")


class Premises:
    """Keys, secret and settings of one house, in a folder; its nodes and workers. `public_url` is what all of them answer to, whatever their port."""

    def __init__(self, folder: Path, database_url: str, redis_url: str | None = None, **settings: str) -> None:
        self.folder = folder
        self.public_url = f"http://127.0.0.1:{free_port()}"
        (folder / "keys").write_text(f"1:{base64.b64encode(b'k' * 32).decode()}\n")
        (folder / "secret").write_text("s" * 48)
        self.settings = {
            "BESIDE_DATABASE_URL": database_url,
            "BESIDE_KEY_FILE": str(folder / "keys"),
            "BESIDE_SECRET_FILE": str(folder / "secret"),
            "BESIDE_PUBLIC_URL": self.public_url,
            "BESIDE_DATA": str(folder),
            "BESIDE_CHEAP_HASHING": "true",
            "BESIDE_UNSAFE_COMMITS": "true",  # the rig's PostgreSQL is fast and forgetful unless a test says otherwise
            "BESIDE_ALLOWED_PRIVATE_HOSTS": json.dumps([]),
        } | ({"BESIDE_REDIS_URL": redis_url} if redis_url else {})
        self.settings |= settings
        self.children: list[Child] = []

    def node(self, *, wait: bool = True, port: int | None = None, wall: Path | None = None, **settings: str) -> "Node":
        """Start `beside serve`, on any port unless one is given. `wall`: a file that says by how many seconds its machine's clock is wrong."""
        port = port or free_port()
        child = self._start(f"node-{len(self.children)}", ["serve", "--host", "127.0.0.1", "--port", str(port)], settings, wall)
        node = Node(child, port)
        if wait:
            node.wait_until_ready()
        return node

    def worker(self, *, wall: Path | None = None, **settings: str) -> Child:
        """Start `beside worker`. It has no door to knock at: wait for what it does. `wall`: as of a node."""
        return self._start(f"worker-{len(self.children)}", ["worker"], settings, wall)

    def close(self) -> None:
        for child in self.children:
            child.kill()

    @asynccontextmanager
    async def house(self) -> AsyncIterator[House]:
        """The same house in this process, to make people with and to ask the oracle."""
        names = {name.removeprefix("BESIDE_").lower(): value for name, value in self.settings.items()}
        names["allowed_private_hosts"] = json.loads(names["allowed_private_hosts"])
        async with standing(build(Settings(**names))) as here:  # type: ignore[arg-type]  # text, as in the environment; pydantic reads it
            yield here

    @property
    def said(self) -> str:
        """What all of them have printed, for the tests that no word ever appears there."""
        return "\n".join(child.said for child in self.children)

    def _start(self, name: str, arguments: list[str], settings: dict[str, str], wall: Path | None) -> Child:
        program = ["tests.rig.shifted", str(wall)] if wall else ["beside"]
        child = Child([sys.executable, "-m", *program, *arguments], log=self.folder / f"{name}.log", env=_environment() | self.settings | settings, cwd=ROOT)
        self.children.append(child)
        child.start()
        return child


class Node:
    """One `beside serve`."""

    def __init__(self, child: Child, port: int) -> None:
        self.child, self.port = child, port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self, seconds: float = READY_S) -> None:
        wait_until(self._ready, seconds, f"a node ({self.child.log})")

    def readiness(self) -> tuple[int, dict[str, object]]:
        """The status of `/readyz`, and what it says."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    def _ready(self) -> bool:
        if not self.child.alive:
            raise RuntimeError(f"the node ended: {self.child.said[-3000:]}")
        try:
            return self.readiness()[0] == 200
        except OSError:
            return False


@contextmanager
def demo(folder: Path, **settings: str) -> Iterator[tuple[Node, dict[str, object]]]:
    """`beside demo` as somebody would try it: the node, and what its ready file says."""
    port, ready = free_port(), folder / "ready.json"
    arguments = ["demo", "--port", str(port), "--data", str(folder / "data"), "--ready-file", str(ready)]
    child = Child([sys.executable, "-m", "beside", *arguments], log=folder / "demo.log", env=_environment() | settings)
    child.start()
    try:
        node = Node(child, port)
        wait_until(lambda: _told(child, ready), READY_S, f"the demo ({child.log})")
        text = ready.read_text()
        yield node, json.loads(text) if text.lstrip().startswith("{") else {"text": text}
    finally:
        child.stop()


def _told(child: Child, ready: Path) -> bool:
    if not child.alive:
        raise RuntimeError(f"the demo ended: {child.said[-3000:]}")
    return ready.exists() and ready.stat().st_size > 0


def _environment() -> dict[str, str]:
    """Only what a program needs to run: no setting of whoever runs the tests leaks in."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {"PYTHONUNBUFFERED": "1"}
