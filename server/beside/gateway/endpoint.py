"""The socket's door: who knocks, hello, and the loop that reads. One task a socket; it ends in one place."""

import asyncio
from collections import Counter
from contextlib import suppress
from functools import partial

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from beside.accounts.actors import SignedIn, actor_for_token
from beside.accounts.cookies import token_in
from beside.accounts.tickets import redeem_ticket
from beside.gateway.attendance import go
from beside.gateway.connection import Connection
from beside.gateway.dispatch import dispatch
from beside.gateway.heartbeat import BEAT_S
from beside.gateway.origin import is_our_socket
from beside.gateway.roster import Roster
from beside.gateway.speak import take
from beside.kit.context import glance, shared_command
from beside.kit.errors import BesideError
from beside.kit.logs import log
from beside.kit.metrics import SOCKETS
from beside.presence import on_shift
from beside.protocol.codes import REFUSALS, CloseCode
from beside.protocol.commands import Hello
from beside.protocol.decode import NotUnderstood, decode, encode
from beside.protocol.events import Refused, Welcome
from beside.protocol.shapes import Log
from beside.protocol.versions import is_spoken

PATH = "/ws"
HELLO_S = 10.0  # FAULTS 62
SOCKETS_PER_ACCOUNT = 5  # DELIVERY: a phone, a laptop, a few tabs
SOCKETS_PER_ADDRESS = 1_000  # FAULTS 63: a ward or a school behind one address, and not a flood


class SocketDoor:
    """The ASGI endpoint of `/ws`."""

    def __init__(self, roster: Roster, origins: frozenset[str]) -> None:
        self._roster, self._origins = roster, origins
        self._addresses: Counter[str] = Counter()

    async def come_in(self, socket: WebSocket) -> None:
        """One socket, from its handshake to its end."""
        address = socket.client.host if socket.client else ""
        if not is_our_socket(socket.headers, self._origins):
            await _deny(socket, 403, "cross_site")
        elif socket.scope["query_string"]:
            await _deny(socket, 400, "bad_frame")  # a secret in an address ends in somebody's log: nothing at all is taken from there
        elif self._addresses[address] >= SOCKETS_PER_ADDRESS:
            await _deny(socket, 429, "too_many_open")
        else:
            self._addresses[address] += 1
            try:
                await self._let_in(socket)
            except (WebSocketDisconnect, WebSocketDisconnected):
                pass
            finally:
                self._forget_one_of(address)

    def _forget_one_of(self, address: str) -> None:
        """Not by subtracting a counter, which walks through every address there is."""
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]

    async def _let_in(self, socket: WebSocket) -> None:
        signed_in = await self._who(socket)
        if signed_in is None:
            return
        await socket.accept()
        hello = CloseCode.blocked if signed_in.suspended else await self._hello(socket, signed_in)
        if isinstance(hello, CloseCode):
            await socket.close(hello)
            return
        connection = Connection(signed_in.actor, socket.scope["extensions"]["beside.transport"])
        _forget_headers(socket)
        await self._serve(socket, connection, hello)

    async def _who(self, socket: WebSocket) -> SignedIn | None:
        """Who knocks; somebody unknown is denied before the handshake."""
        token = token_in(socket.cookies)
        try:
            async with glance(self._roster.house) as ctx:
                signed_in = await actor_for_token(ctx, token) if token else None
        except BesideError as refusal:
            await _deny(socket, refusal.status, refusal.code, refusal.retry_after_ms)
            return None
        if signed_in is None:
            await _deny(socket, 401, "not_signed_in")
        elif signed_in.second_factor_needed:
            await _deny(socket, 403, "second_factor_needed")
            return None
        return signed_in

    async def _hello(self, socket: WebSocket, signed_in: SignedIn) -> Hello | CloseCode:
        """The first frame must be a hello with a good ticket, in time, of a page that we still understand."""
        try:
            async with asyncio.timeout(HELLO_S):
                said = decode(await socket.receive_text())
        except (TimeoutError, NotUnderstood, KeyError):
            return CloseCode.hello_late
        if not isinstance(said, Hello):
            return CloseCode.hello_late
        if not is_spoken(said.speaks):
            refused = Refused(ref=said.ref, code="upgrade_required", message=REFUSALS["upgrade_required"])
            await socket.send_text(encode(refused).decode())  # pages that do not know the close code know this
            return CloseCode.too_old
        try:
            async with shared_command(self._roster.house, signed_in.actor) as ctx:
                owner = await redeem_ticket(ctx, said.ticket)
                return said if owner and owner.actor.session == signed_in.actor.session else CloseCode.hello_late
        except BesideError:
            return CloseCode.hello_late

    async def _serve(self, socket: WebSocket, connection: Connection, hello: Hello) -> None:
        roster, actor = self._roster, connection.actor
        for oldest in roster.of_account(actor.account)[: -SOCKETS_PER_ACCOUNT + 1]:
            oldest.end(CloseCode.another_tab)
        await roster.add(connection)
        if "peer" in actor.roles:
            await on_shift.start(roster.house, actor.hub, actor.account)
        connection.send(Welcome(ref=hello.ref, account=actor.account, epoch=roster.house.epoch, server_time=roster.house.clock.now(), heartbeat_seconds=BEAT_S))
        SOCKETS.set(len(roster.connections))
        log.info("socket.opened", account=str(actor.account), count=len(roster.connections))
        socket.scope["extensions"]["beside.take_first"](partial(take, roster.house, connection))
        try:
            await self._read_until_ended(socket, connection)
            if connection.ended.done():
                code, reason = connection.ended.result()
                connection.has_said()
                with suppress(WebSocketDisconnect, WebSocketDisconnected, RuntimeError):
                    await socket.close(code, reason)
                if code == CloseCode.slow:
                    connection.abort()
        finally:
            connection.end(CloseCode.load_afresh)
            await self._forget(connection)

    async def _read_until_ended(self, socket: WebSocket, connection: Connection) -> None:
        """Read in this very task, which whatever ends the connection interrupts: a second task for each socket would cost as much again."""
        task = asyncio.current_task()
        assert task
        reading, interrupted = True, False

        def interrupt(_: object) -> None:
            nonlocal interrupted
            if reading:  # it may have ended by itself since this was called for
                interrupted = task.cancel()

        connection.ended.add_done_callback(interrupt)
        try:
            await self._read(socket, connection)
        except asyncio.CancelledError:
            if not interrupted or task.uncancel():
                raise
        finally:
            reading = False

    async def _read(self, socket: WebSocket, connection: Connection) -> None:
        """Carry out frames in the order in which they came, until the socket ends."""
        while not connection.ended.done():
            connection.reading = True
            message = await socket.receive()
            connection.reading = False
            if message["type"] == "websocket.disconnect":
                return
            await connection.until_said()
            text = message.get("text")
            if text is None:
                connection.refuse("bad_frame")
            else:
                connection.used = True
                await dispatch(self._roster, connection, text)
            if not await connection.wait_until_taken():
                connection.end(CloseCode.slow)

    async def _forget(self, connection: Connection) -> None:
        roster, actor = self._roster, connection.actor
        followed = [conversation for conversation, name in connection.follows if name is Log.public]
        await roster.remove(connection)
        await go(roster, followed, actor.account)
        if not roster.of_account(actor.account):
            await on_shift.end(roster.house, actor.hub, actor.account)
        SOCKETS.set(len(roster.connections))
        log.info("socket.closed", account=str(actor.account), code=connection.ended.result()[0], count=len(roster.connections))


class SocketsFirst:
    """Middleware: sockets go to their door past all that is made for answers, which would stand around each of them for as long as it is open."""

    def __init__(self, app: ASGIApp, *, door: SocketDoor) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"] == PATH:
            await self._door.come_in(WebSocket(scope, receive, send))
        else:
            await self._app(scope, receive, send)


def _forget_headers(socket: WebSocket) -> None:
    """What came with the handshake has been read, and would be kept for as long as the socket is open: a tenth of what an idle one costs."""
    socket.scope["headers"] = []
    for kept in ("_headers", "_cookies"):
        vars(socket).pop(kept, None)


async def _deny(socket: WebSocket, status: int, code: str, retry_after_ms: int | None = None) -> None:
    headers = {"retry-after": str(-(-retry_after_ms // 1000))} if retry_after_ms else None
    await socket.send_denial_response(JSONResponse({"code": code, "message": REFUSALS[code], "field": None, "retry_after_ms": retry_after_ms}, status, headers))
