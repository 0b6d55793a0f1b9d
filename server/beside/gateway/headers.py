"""What every answer carries, and what is refused before anything looks at it: pure ASGI, so that sockets pass through it too."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS: dict[str, str] = {
    "content-security-policy": CONTENT_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
HTTPS = {"strict-transport-security": "max-age=63072000; includeSubDomains"}
FOREVER = "public, max-age=31536000, immutable"  # files whose name changes with their content
_PLAIN = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})  # asked from inside, by address


class Headers:
    """Adds the headers to every HTTP answer; refuses a Host that is not ours with 400."""

    def __init__(self, app: App, *, hosts: frozenset[str], https: bool) -> None:
        self._app, self._hosts = app, hosts
        self._headers = [(name.encode(), value.encode()) for name, value in (ALWAYS | (HTTPS if https else {})).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif scope["path"] not in PROBES and not self._is_ours(scope):
            await self._refuse(scope, send)
        else:
            await self._app(scope, receive, self._adding(send))

    def _adding(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                given = list(message.get("headers", []))
                names = {name.lower() for name, _ in given}
                if b"cache-control" not in names:
                    given.append((b"cache-control", b"no-store"))
                message = {**message, "headers": given + [pair for pair in self._headers if pair[0] not in names]}
            await send(message)

        return sending

    def _is_ours(self, scope: Scope) -> bool:
        found = [value for name, value in scope["headers"] if name == b"host"]
        return len(found) == 1 and found[0].decode("latin-1").lower() in self._hosts

    async def _refuse(self, scope: Scope, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        body = b'{"code":"cross_site","message":"This address is not ours.","field":null,"retry_after_ms":null}'
        await send({"type": "http.response.start", "status": 400, "headers": [*_PLAIN, *self._headers]})
        await send({"type": "http.response.body", "body": body})
