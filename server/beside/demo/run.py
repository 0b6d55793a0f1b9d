"""Run the demo: settings, database, people and server, in one command and one process."""

import base64
import json
import os
import secrets
import sys
from pathlib import Path
from socket import socket

from starlette.routing import BaseRoute

from beside.app import Node, Server
from beside.demo.inbox import inbox_routes
from beside.demo.people import Signing, people_of, seed
from beside.foundation import build, standing
from beside.kit import logs
from beside.kit.db import Database
from beside.kit.webhooks import new_secret
from beside.migrations.run import migrate
from beside.settings import Settings


class DemoServer(Server):
    """Says so, in the ready file and on the screen, when somebody can come in."""

    def __init__(self, node: Node, people: Signing, ready_file: Path | None) -> None:
        super().__init__(node)
        self._people, self._ready_file = people, ready_file

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        address = self.node.house.public_url
        if self._ready_file is not None:
            part = self._ready_file.with_suffix(".part")
            part.write_text(json.dumps({"address": address, **self._people}, indent=2) + "\n")
            part.rename(self._ready_file)  # whoever waits for the file finds it whole
        print(_welcome(address, self._people), file=sys.stderr, flush=True)


async def run_demo(*, port: int, host: str, data: Path, ready_file: Path | None) -> None:
    """Serve the demo until it is told to stop. `data` keeps it over restarts; remove the folder to begin anew."""
    kept = _prepare(data, ready_file)
    address = f"http://localhost:{port}"
    settings = Settings(
        data=data,
        database_url=os.environ.get("BESIDE_DATABASE_URL"),
        redis_url=os.environ.get("BESIDE_REDIS_URL"),
        public_url=address,
        also_from=[f"http://127.0.0.1:{port}"],
        key_file=_file(data / "demo-key", f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}"),
        secret_file=_file(data / "demo-secret", secrets.token_urlsafe(48)),
        host=host,
        port=port,
        worker_inside=True,
        allowed_private_hosts=[f"127.0.0.1:{port}"],
        log_json=False,
        log_level="warning",
    )
    logs.configure(as_json=False, level=settings.log_level)
    webhook_secret = str(kept.setdefault("webhook_secret", new_secret()))
    database = Database(settings.database)
    await migrate(database)
    await database.close()
    async with standing(build(settings)) as house:
        await seed(house, kept, webhook_url=f"http://127.0.0.1:{port}/demo/on-call", webhook_secret=webhook_secret)
    (data / "demo.json").write_text(json.dumps(kept, indent=2))
    extra: list[BaseRoute] = list(inbox_routes(webhook_secret))
    await DemoServer(Node(build(settings), settings, extra=extra), people_of(kept), ready_file).serve()


def _prepare(data: Path, ready_file: Path | None) -> dict[str, object]:
    """A folder to live in; what an earlier run of the demo in it chose."""
    data.mkdir(parents=True, exist_ok=True)
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)
    kept = data / "demo.json"
    return dict(json.loads(kept.read_text())) if kept.exists() else {}


def _file(path: Path, text: str) -> Path:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(text + "\n")
    return path


def _welcome(address: str, people: Signing) -> str:
    lines = [f"  {person['pseudonym']:<8} {person['role']:<12} sign in as {person['name']:<8} password {person['password']}" for person in people["staff"]]
    return "\n".join(
        [
            "",
            "Beside is ready. Everything in it is made up, and its keys are throw-away: do not let real people in.",
            "",
            f"  Members           {address}/",
            f"  Desk              {address}/desk",
            f"  On call           {address}/on-call      (what a pager would get: {address}/demo/inbox)",
            f"  Coordinator       {address}/coordinate",
            f"  The wire          {address}/docs",
            "",
            *lines,
            *[f"  {person['pseudonym']:<8} {'member':<12} comes back with the code {person['code']}" for person in people["members"]],
            "",
        ]
    )
