"""Did this come from our own pages? Exact comparison, nothing clever: a pure rule."""

from collections.abc import Collection, Mapping

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_ours(method: str, headers: Mapping[str, str], origins: Collection[str]) -> bool:
    """Whether an HTTP request may act. Reading is always allowed: answers carry no permission to be read elsewhere.

    A browser sends Origin with every unsafe request; one without it, and without `Sec-Fetch-Site: same-origin`, is refused.
    """
    if method in SAFE_METHODS:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = headers.get("origin")
    return origin in origins if origin is not None else site == "same-origin"


def is_our_socket(headers: Mapping[str, str], origins: Collection[str]) -> bool:
    """Whether a socket may open: an exact Origin is always needed."""
    return headers.get("origin") in origins
