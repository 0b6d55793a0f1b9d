"""A scripted client over real HTTP and a real socket. It keeps the client's rules of DELIVERY, and every frame it saw or sent."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from beside.accounts.cookies import NAME
from beside.kit.ids import new_id
from tests.rig.timeline import Frame, Timeline

ANSWER_S = 10.0
HOLD_S = 1.0  # DELIVERY: how long a client waits for a hole to fill before it asks
CONFIRM_EVERY = 16

Key = tuple[UUID, str]
"""A conversation and the name of one of its logs."""


class Refused(Exception):
    """The server said no. `code` is for programs."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(answer.get("code"))
        self.code: str = answer.get("code", "")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Said:
    """A message as its sender knows it; `seq` once it was acknowledged."""

    key: Key
    client_id: UUID
    body: str
    seq: int | None = None


@dataclass(slots=True)
class ScriptedClient:
    """`url` is where it connects (a node, or a proxy before it), `origin` the house's public address, `token` an open session."""

    url: str
    origin: str
    token: str | None = None
    name: str = "client"
    hold_s: float = HOLD_S
    frames: list[tuple[float, str, Frame]] = field(default_factory=list)
    """(when, "in" or "out", the frame)."""
    timelines: dict[Key, Timeline] = field(default_factory=dict)
    acknowledged: list[Said] = field(default_factory=list)
    unsent: dict[UUID, Said] = field(default_factory=dict)
    """Sent and not acknowledged, in order: sent again on `resume`."""
    signals: list[Frame] = field(default_factory=list)
    closed: tuple[int | None, str] | None = None
    account: UUID | None = None
    epoch: str = ""
    _socket: ClientConnection | None = None
    _reader: asyncio.Task[None] | None = None
    _fetches: dict[Key, asyncio.Task[None]] = field(default_factory=dict)
    _answers: dict[str, asyncio.Future[Frame]] = field(default_factory=dict)
    _received: int = 0
    _refs: int = 0
    http: httpx2.AsyncClient = field(init=False)
    _host: str = field(init=False)

    def __post_init__(self) -> None:
        self._host = urlsplit(self.origin).netloc
        self.http = httpx2.AsyncClient(base_url=self.url, timeout=ANSWER_S, verify=False, trust_env=False, headers={"origin": self.origin, "host": self._host})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
        await self.http.aclose()

    # -- over HTTP

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer, decoded. Raises `Refused` for 400 and above. A session cookie in the answer is kept from then on."""
        kind = {} if body is None else {"content-type": "application/json"}
        content = None if body is None else msgspec.json.encode(body)
        response = await self.http.request(method, path, content=content, headers=self._cookie() | kind)
        for header in response.headers.get_list("set-cookie"):
            name, _, rest = header.partition("=")
            if name == NAME:
                self.token = rest.split(";")[0] or None
        answer = msgspec.json.decode(response.content) if response.content else None
        if response.status_code >= 400:
            raise Refused(answer if isinstance(answer, dict) else {"code": str(response.status_code)})
        return answer

    async def arrive(self, pseudonym: str, hub: str | None = None) -> Any:
        """Come in as a new member."""
        return await self.call("POST", "/api/arrivals", {"pseudonym": pseudonym, "understood": True, "hub": hub})

    async def post(self, conversation: UUID, body: str, *, log: str = "public", client_id: UUID | None = None) -> Said:
        """Say something over HTTP."""
        said = Said((conversation, log), client_id or new_id(), body)
        self.unsent[said.client_id] = said
        answer = await self.call("POST", f"/api/conversations/{conversation}/messages", {"client_id": said.client_id, "body": body, "log": log})
        return self._stored(said, answer["seq"])

    async def fetch(self, key: Key) -> None:
        """Load what is missing on this screen, page by page."""
        timeline = self.timelines[key]
        while True:
            page = await self.call("GET", f"/api/conversations/{key[0]}/events?after={timeline.have}&log={key[1]}")
            for event in page["events"]:
                timeline.take(event)
            if not page["later"]:
                return

    # -- over the socket

    async def connect(self) -> None:
        """A ticket, a socket, hello, welcome."""
        await self.close()
        ticket = (await self.call("POST", "/api/tickets"))["ticket"]
        there = urlsplit(self.url)
        self._socket = await connect(
            f"ws://{self._host}/ws",
            host=there.hostname,
            port=there.port,
            origin=Origin(self.origin),
            additional_headers=self._cookie(),
            open_timeout=ANSWER_S,
            proxy=None,
            compression=None,
        )
        self.closed, self._received = None, 0
        self._reader = asyncio.create_task(self._read(self._socket), name=f"{self.name} reads")
        welcome = await self.ask({"type": "hello", "ticket": ticket})
        self.account, self.epoch = UUID(welcome["account"]), welcome["epoch"]

    async def subscribe(self, conversation: UUID, log: str = "public", **cursor: Any) -> Frame:
        """Follow a log: from where this screen stands, or as `cursor` says. After a `reset` the screen is emptied and it asks again."""
        key = (conversation, log)
        timeline = self.timelines.get(key)
        if timeline and not cursor:
            cursor = {"after_seq": timeline.have, "epoch": timeline.epoch}
        answer = await self.ask({"type": "subscribe", "conversation": conversation, "log": log, **cursor})
        return await self.subscribe(conversation, log) if answer["type"] == "reset" else answer

    async def send(self, conversation: UUID, body: str, *, log: str = "public", client_id: UUID | None = None) -> Said:
        """Say something; returns once it is acknowledged. Raises `Refused`, or `ConnectionError` when the socket ends first."""
        said = Said((conversation, log), client_id or new_id(), body)
        self.unsent[said.client_id] = said
        answer = await self.ask({"type": "message.send", "conversation": conversation, "log": log, "client_id": said.client_id, "body": body})
        return self._stored(said, answer["seq"])

    async def resume(self) -> None:
        """Connect again, go on from where each screen stands, and send again what was not acknowledged."""
        await self.connect()
        for conversation, log in list(self.timelines):
            await self.subscribe(conversation, log)
        for said in list(self.unsent.values()):
            await self.send(said.key[0], said.body, log=said.key[1], client_id=said.client_id)

    async def ask(self, command: dict[str, Any]) -> Frame:
        """Send a command with a `ref`, and wait for the answer that carries it. Raises `Refused`, `ConnectionError`, `TimeoutError`."""
        self._refs += 1
        ref = f"{self.name[:20]}-{self._refs}"
        answered = self._answers[ref] = asyncio.get_running_loop().create_future()
        try:
            await self.say({**command, "ref": ref})
            async with asyncio.timeout(ANSWER_S):
                answer: Frame = await answered
        finally:
            self._answers.pop(ref, None)
            if answered.done() and not answered.cancelled():
                answered.exception()  # seen, even where sending has failed already
        if answer["type"] == "refused":
            raise Refused(answer)
        return answer

    async def say(self, frame: dict[str, Any]) -> None:
        """Send a frame and wait for nothing. Raises `ConnectionError`."""
        if self._socket is None:
            raise ConnectionError("not connected")
        plain: Frame = msgspec.to_builtins(frame)
        self.frames.append((time.monotonic(), "out", plain))
        try:
            await self._socket.send(msgspec.json.encode(plain).decode())
        except ConnectionClosed:
            raise ConnectionError("the socket has ended") from None

    async def say_text(self, text: str | bytes) -> None:
        """Send exactly this, sense or not."""
        if self._socket is None:
            raise ConnectionError("not connected")
        await self._socket.send(text)

    def refusals(self) -> list[str]:
        """The codes of what this socket was refused, in order."""
        return [frame["code"] for _, way, frame in self.frames if way == "in" and frame["type"] == "refused"]

    async def drop(self) -> None:
        """The network goes: no close frame, no goodbye."""
        if self._socket is not None:
            self._socket.transport.abort()
        await self._stop_reading()

    async def close(self) -> None:
        """Leave politely."""
        if self._socket is not None:
            await self._socket.close()
        await self._stop_reading()

    async def settle(self) -> None:
        """Fetch whatever is held back on any screen, and wait for fetches under way: what is shown then is all there is."""
        await asyncio.gather(*self._fetches.values())
        for key in self.timelines:
            await self.fetch(key)

    @property
    def is_fetching(self) -> bool:
        """Whether a hole was seen that is filled in a moment."""
        return not all(fetch.done() for fetch in self._fetches.values())

    def shown(self, conversation: UUID, log: str = "public") -> list[Frame]:
        timeline = self.timelines.get((conversation, log))
        return timeline.shown if timeline else []

    def bodies(self, conversation: UUID, log: str = "public") -> list[str | None]:
        """What the messages on this screen say, in order."""
        timeline = self.timelines.get((conversation, log))
        return [timeline.words[seq] for seq in sorted(timeline.words)] if timeline else []

    # -- what comes in

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                await self._heard(msgspec.json.decode(text))
        except (ConnectionClosed, ConnectionError):
            pass
        finally:
            self.closed = (socket.close_code, socket.close_reason or "")
            for answered in self._answers.values():
                if not answered.done():
                    answered.set_exception(ConnectionError("the socket has ended"))

    async def _heard(self, frame: Frame) -> None:
        self.frames.append((time.monotonic(), "in", frame))
        match frame["type"]:
            case "subscribed" | "reset":
                self._begun(frame)
            case "heartbeat":
                for at in frame["positions"]:
                    key = (UUID(at["conversation"]), at["log"])
                    if key in self.timelines and at["last_seq"] > self.timelines[key].have:
                        self._fetch_soon(key)
            case _ if ("seq" in frame and "log" in frame and "client_id" not in frame) or frame["type"] == "message.posted":
                await self._event(frame)
            case "typing.started" | "seen.moved" | "list.moved" | "changed" | "drain":
                self.signals.append(frame)
        answered = self._answers.get(frame.get("ref") or "")
        if answered and not answered.done():
            answered.set_result(frame)

    def _begun(self, frame: Frame) -> None:
        key = (UUID(frame["conversation"]), frame["log"])
        if frame["type"] == "reset":
            self.timelines.pop(key, None)
            self.epoch = frame["epoch"]
        else:
            self.timelines.setdefault(key, Timeline(self.epoch, str(self.account))).begin(frame["from_seq"])

    async def _event(self, event: Frame) -> None:
        self._received += 1
        key = (UUID(event["conversation"]), event["log"])
        timeline = self.timelines.get(key)
        if timeline is not None and timeline.take(event):
            self._fetch_soon(key)
        if self._received % CONFIRM_EVERY == 0:
            await self.say({"type": "received.confirm", "count": self._received})

    def _fetch_soon(self, key: Key) -> None:
        if key not in self._fetches or self._fetches[key].done():
            self._fetches[key] = asyncio.create_task(self._fill(key), name=f"{self.name} fetches")

    async def _fill(self, key: Key) -> None:
        await asyncio.sleep(self.hold_s)
        with contextlib.suppress(httpx2.HTTPError, Refused):  # the next heartbeat, or `settle`, tries again
            if key in self.timelines:
                await self.fetch(key)

    def _stored(self, said: Said, seq: int) -> Said:
        self.unsent.pop(said.client_id, None)
        stored = Said(said.key, said.client_id, said.body, seq)
        self.acknowledged.append(stored)
        return stored

    async def _stop_reading(self) -> None:
        tasks = [task for task in (self._reader, *self._fetches.values()) if task]
        for task in self._fetches.values():
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=ANSWER_S)
        self._socket, self._reader = None, None
        self._fetches.clear()

    def _cookie(self) -> dict[str, str]:
        """By hand: a jar keeps Secure cookies from plain http, which browsers allow on this machine."""
        return {"cookie": f"{NAME}={self.token}"} if self.token else {}
