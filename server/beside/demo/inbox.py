"""The on-call inbox of the demo: a stand-in for a pager. It checks the signature of each webhook and shows it as it arrives."""

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from beside.kit.clock import SystemClock
from beside.kit.webhooks import Unsigned, verify

KEPT = 50
BODY_BYTES = 4_096  # four times what we send
REFRESH_S = 2

RECEIVE_PATH, PAGE_PATH, STYLE_PATH = "/demo/on-call", "/demo/inbox", "/demo/inbox.css"


@dataclass(frozen=True, slots=True)
class Arrived:
    """One webhook as it came. `why_not` is null where its signature holds."""

    at: datetime
    message: str
    why_not: str | None
    text: str

    @property
    def data(self) -> dict[str, Any]:
        """What it is about; empty where it is not what we send."""
        try:
            found = json.loads(self.text).get("data")
        except (ValueError, AttributeError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def is_reminder(self) -> bool:
        return self.text.startswith('{"type":"escalation.reminder"')


def inbox_routes(secret: str) -> list[Route]:
    """Where the demo's webhooks go, and the page that shows the last 50. `secret` is the one they are signed with."""
    kept: deque[Arrived] = deque(maxlen=KEPT)

    async def receive(request: Request) -> Response:
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > BODY_BYTES:
                return Response(status_code=413)
        now = SystemClock().now()
        try:
            message, why_not = verify([secret], request.headers, body, now), None
        except Unsigned as refusal:
            message, why_not = request.headers.get("webhook-id", ""), str(refusal)
        kept.appendleft(Arrived(now, message[:80], why_not, body.decode("utf-8", "replace")))
        return Response(status_code=401 if why_not else 202)

    async def page(_: Request) -> Response:
        return HTMLResponse(to_html(kept))

    async def style(_: Request) -> Response:
        return Response(_STYLE, media_type="text/css")

    return [Route(RECEIVE_PATH, receive, methods=["POST"]), Route(PAGE_PATH, page, methods=["GET"]), Route(STYLE_PATH, style, methods=["GET"])]


_STYLE = (Path(__file__).parent / "inbox.css").read_text()


def to_html(kept: Iterable[Arrived]) -> str:
    """The page. Without script: it loads itself again every two seconds."""
    found = list(kept)
    listed = "".join(f"<li>{_entry(one, repeat=_is_repeat(one, found[n + 1 :]))}</li>" for n, one in enumerate(found))
    inside = f"<ol>{listed}</ol>" if listed else "<p class=quiet>Nothing has arrived. The phone is on the table, sound on.</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="refresh" content="{REFRESH_S}"><title>On-call inbox (demo)</title><link rel="stylesheet" href="{STYLE_PATH}"></head><body><main>'
        "<header><h1>On-call inbox</h1><p>A stand-in for the pager of whoever is on call. Every message that leaves the house for them arrives here, "
        f"with its signature checked. There are no names in it and nobody’s words.</p></header>{inside}</main></body></html>"
    )


def _is_repeat(one: Arrived, earlier: list[Arrived]) -> bool:
    return any(other.message == one.message for other in earlier)


def _entry(one: Arrived, *, repeat: bool) -> str:
    data = one.data
    severity, rung = str(data.get("severity", "")), data.get("rung")
    signed = '<span class="signed">signature holds</span>' if one.why_not is None else f'<span class="unsigned">not signed by us: {escape(one.why_not)}</span>'
    facts = [f'<time datetime="{one.at.isoformat()}">{one.at:%H:%M:%S} UTC</time>', signed]
    facts += [f"rung {rung}"] if isinstance(rung, int) else []
    facts += ["the same message again"] if repeat else []
    url = str(data.get("url", ""))
    link = f'<p><a class="open" href="{escape(url)}">Open the link</a></p>' if one.why_not is None and url.startswith(("http://", "https://")) else ""
    title = f"{severity.capitalize()}{': a reminder' if one.is_reminder else ''}" if severity in ("critical", "high", "concern") else "Something else"
    marked = escape(severity) if severity in ("critical", "high", "concern") else "other"
    return f'<h2 class="{marked}">{escape(title)}</h2><p class="facts">{" · ".join(facts)}</p>{link}<pre>{escape(_laid_out(one.text))}</pre>'


def _laid_out(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2)
    except (ValueError, RecursionError):
        return text
