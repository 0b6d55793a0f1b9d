"""The session cookie. `__Host-` binds it to this host alone; it goes with the browser, and `session_life` ends it sooner.

Secure cookies also work on http://localhost and http://127.0.0.1 in Chromium and Firefox, so that the demo needs no second name for it.
Safari takes them over https only.
"""

from collections.abc import Mapping

NAME = "__Host-beside"
SESSION = "session"  # how doors call it in `visit.cookies`

_FLAGS = "Path=/; Secure; HttpOnly; SameSite=Lax"


def set_cookie_header(token: str | None) -> str:
    """The value of Set-Cookie for this session token; None forgets it."""
    return f"{NAME}={token}; {_FLAGS}" if token else f"{NAME}=; {_FLAGS}; Max-Age=0"


def token_in(cookies: Mapping[str, str]) -> str | None:
    """The session token a browser brought, if any."""
    return cookies.get(NAME) or None
