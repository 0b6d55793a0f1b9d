"""Pages that were opened long ago: those that say a wire we no longer speak are told so, and keep the ways out and the ways to help."""

from collections.abc import Mapping

from beside.kit.errors import BadInput, Conflict
from beside.kit.web import Door
from beside.protocol.versions import FIRST, HEADER, is_spoken

FOR_ANY_PAGE = frozenset(
    {
        "/api/sessions/leave",  # leaving in a hurry, which a browser sends without our header
        "/api/sessions/current",
        "/api/doorway",  # where else to turn
        "/api/escalations",  # an alarm that can still be understood is raised, whatever page it comes from
        "/api/on-call/{id}/acknowledge",
    }
)
"""Open however old the page is."""


def require_spoken(door: Door, headers: Mapping[str, str]) -> None:
    """Raises `Conflict("upgrade_required")` for a page that is too old for this door, `BadInput` for a version that is no number."""
    said = headers.get(HEADER, str(FIRST))
    if not said.isascii() or not said.isdigit() or len(said) > 4:
        raise BadInput("bad_frame", detail=HEADER)
    if not is_spoken(int(said)) and door.path not in FOR_ANY_PAGE:
        raise Conflict("upgrade_required")
