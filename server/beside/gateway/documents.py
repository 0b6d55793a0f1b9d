"""The documents of the wire, served: `/docs`, a page to read, and the documents themselves for tools."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from beside.protocol.page import STYLESHEET, page, stylesheet


def document_routes(found: Mapping[str, dict[str, Any]]) -> list[Route]:
    """Routes for `found`, the documents by file name. Rendered once: they do not change while a node runs."""
    read = page(found["asyncapi.json"], found["openapi.json"])

    async def docs(_: Request) -> Response:
        return HTMLResponse(read)

    async def style(_: Request) -> Response:
        return Response(stylesheet(), media_type="text/css")

    def plain(name: str) -> Route:
        text = json.dumps(found[name], ensure_ascii=False)

        async def document(_: Request) -> Response:
            return Response(text, media_type="application/json")

        return Route(f"/{name}", document)

    return [Route("/docs", docs), Route(STYLESHEET, style), *map(plain, found)]
