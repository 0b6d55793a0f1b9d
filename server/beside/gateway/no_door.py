"""What somebody hears who knocks where there is no door: under `/api` a refusal like every other, elsewhere a few plain words."""

from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from beside.kit.errors import BesideError, NotFound, WrongMethod
from beside.protocol.codes import REFUSALS


async def no_door(request: Request, raised: Exception) -> Response:
    """For 404 and 405, as the router raises them."""
    refused = cast(HTTPException, raised)
    if not request.url.path.startswith("/api/"):
        return PlainTextResponse(refused.detail, refused.status_code, refused.headers)
    refusal: type[BesideError] = WrongMethod if refused.status_code == WrongMethod.status else NotFound
    body = {"code": refusal.default, "message": REFUSALS[refusal.default], "field": None, "retry_after_ms": None}
    return JSONResponse(body, refusal.status, refused.headers)
