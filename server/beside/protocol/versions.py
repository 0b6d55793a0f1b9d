"""Which versions of the wire there are. A page stays open for days, and says in `hello` and with each request which one it speaks."""

from typing import Annotated

from msgspec import Meta

SPOKEN = 2  # what our own pages of today say. Raised by whoever makes a change that a page of before could not live with
OLDEST = 1  # the oldest that is still answered. 1: pages of 0.1, which say nothing of a version, and whose every frame still means what it meant
FIRST = 1  # whoever says nothing

HEADER = "beside-speaks"

Version = Annotated[int, Meta(ge=FIRST, le=9_999, description="The version of the wire that the client speaks. Left out, it is the first.")]


def is_spoken(version: int) -> bool:
    """Whether this server still answers it. One later than ours is fine: in a rolling deploy a new page meets old nodes."""
    return version >= OLDEST
