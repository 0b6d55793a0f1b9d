"""The HTTP side: from a `Door` to a Starlette route. Who knocks, is it from our page, may they; then the verb; then an answer with every header."""

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from beside.accounts.actors import SignedIn, actor_for_token, refresh
from beside.accounts.cookies import set_cookie_header, token_in
from beside.gateway.origin import is_ours
from beside.gateway.too_old import require_spoken
from beside.gateway.turns import Turns
from beside.kit.again import again
from beside.kit.context import glance
from beside.kit.errors import BadInput, BesideError, NotAllowed, NotJson, NotSignedIn, TooLarge
from beside.kit.house import House
from beside.kit.logs import log
from beside.kit.metrics import ANSWERS
from beside.kit.web import BODY_BYTES, Door, Visit
from beside.protocol.codes import REFUSALS
from beside.protocol.snapshots import Refusal

_encode = msgspec.json.Encoder().encode

OPEN_WITHOUT_SECOND_FACTOR = frozenset({"/api/me", "/api/me/second-factor", "/api/sessions/current", "/api/sessions/leave", "/api/roles"})
OPEN_WHILE_SUSPENDED = OPEN_WITHOUT_SECOND_FACTOR | {
    "/api/acts",
    "/api/acts/{act}/appeal",
    "/api/reports",
    "/api/readings",
    "/api/doorway",
    "/api/me/recovery-code",
}


class DoorKeeper:
    """Makes routes of doors, for one house."""

    def __init__(self, house: House, origins: frozenset[str]) -> None:
        self._house, self._origins = house, origins
        self._turns = Turns()

    def routes(self, doors: list[Door]) -> list[Route]:
        """One route a path: doors of the same path answer to their methods."""
        return [Route(door.path, self._endpoint(door), methods=[door.method]) for door in doors]

    def _endpoint(self, door: Door):  # type: ignore[no-untyped-def]  # Starlette's endpoint type has no short name
        async def endpoint(request: Request) -> Response:
            try:
                return await self._answer(door, request)
            except BesideError as refusal:
                return self._refuse(door, refusal)
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception as fault:  # a mistake of ours: told honestly, logged without a word of what was sent
                log.error("door.fault", route=door.path, method=door.method, error=type(fault).__name__, exc_info=fault)
                return self._refuse(door, BesideError("unavailable", retry_after_ms=2_000))

        return endpoint

    async def _answer(self, door: Door, request: Request) -> Response:
        if door.who != "signed" and not is_ours(request.method, request.headers, self._origins):
            raise NotAllowed("cross_site")
        require_spoken(door, request.headers)
        if not door.crowded:
            return await self._let_in(door, request)
        raw = await _read(request)  # before the turn: nobody may hold one by sending slowly
        async with self._turns.turn():
            return await self._let_in(door, request, raw)

    async def _let_in(self, door: Door, request: Request, raw: bytes | None = None) -> Response:
        signed_in = await self._who(request) if door.who != "signed" else None
        _require(door, signed_in)
        if door.tries is not None:
            whom = str(signed_in.actor.account) if signed_in else request.client.host if request.client else ""
            await self._house.limiter.require(door.tries, whom)
        if door.body is not None and not _is_json(request.headers.get("content-type", "")):
            raise NotJson  # a form on another site can send text and forms without asking, but never this
        visit = Visit(self._house, request, signed_in.actor if signed_in else None, await _read(request) if raw is None else raw, status=door.status)
        answer = await again(lambda: door.verb(visit))
        response = Response(_encode(answer), visit.status, media_type="application/json")
        for token in visit.cookies.values():
            response.headers.append("set-cookie", set_cookie_header(token))
        ANSWERS.labels(door.method, door.path, str(visit.status)).inc()
        return response

    async def _who(self, request: Request) -> SignedIn | None:
        token = token_in(request.cookies)
        if token is None:
            return None
        async with glance(self._house) as ctx:
            signed_in = await actor_for_token(ctx, token)
        if signed_in is not None:
            await refresh(self._house, signed_in)
        return signed_in

    def _refuse(self, door: Door, refusal: BesideError) -> Response:
        ANSWERS.labels(door.method, door.path, str(refusal.status)).inc()
        answer = Refusal(code=refusal.code, message=REFUSALS[refusal.code], field=refusal.field, retry_after_ms=refusal.retry_after_ms)
        headers = {"retry-after": str(-(-refusal.retry_after_ms // 1000))} if refusal.retry_after_ms else None
        return Response(_encode(answer), refusal.status, headers, media_type="application/json")


def _require(door: Door, signed_in: SignedIn | None) -> None:
    """The coarse gate; what exactly somebody may do here, the verb knows."""
    if door.who in ("anyone", "link", "signed"):
        return
    if signed_in is None:
        raise NotSignedIn
    if signed_in.second_factor_needed and door.path not in OPEN_WITHOUT_SECOND_FACTOR:
        raise NotAllowed("second_factor_needed")
    if signed_in.suspended and door.path not in OPEN_WHILE_SUSPENDED:
        raise NotAllowed("suspended")
    if door.who == "staff" and not signed_in.staff:
        raise NotAllowed


def _is_json(content_type: str) -> bool:
    return content_type.split(";", 1)[0].strip().lower() == "application/json"


async def _read(request: Request) -> bytes:
    """The body, never more than a request may carry."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit():
        raise BadInput
    if int(declared) > BODY_BYTES:
        raise TooLarge
    raw = b""
    async for some in request.stream():
        raw += some
        if len(raw) > BODY_BYTES:
            raise TooLarge
    return raw
