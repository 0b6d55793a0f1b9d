"""Doors: what a domain's `routes.py` lists, and how an HTTP request becomes a verb and its result an answer.

    doors = [Door("POST", "/api/reports", report_message, body=ReportMessage, answer=Receipt, who="signed_in")]

A verb behind a door is `async def verb(visit: Visit) -> Struct`. The OpenAPI document and the tests of who may not come in are made from the same list.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct
from starlette.requests import Request

from beside.kit.context import Actor
from beside.kit.errors import BadInput, NotFound, NotSignedIn
from beside.kit.house import House
from beside.kit.text import when_empty
from beside.protocol.decode import NotUnderstood, require_plain_json
from beside.protocol.snapshots import Fine

BODY_BYTES = 64 * 1024  # the largest request is a few notes of 2,000 characters
# As msgspec says it: the right kind of thing, but not one we can use
MENDABLE = ("missing required field", "matching regex", "`int` >=", "`int` <=", "Invalid enum value")

T = TypeVar("T", bound=Struct)
Who = Literal["anyone", "signed_in", "staff", "link", "signed"]


@dataclass(slots=True)
class Visit:
    """One request: the house, who knocks, and what they brought. `cookies` is what the answer will set (name -> value, or None to forget)."""

    house: House
    request: Request
    actor: Actor | None
    raw: bytes
    status: int = 200
    cookies: dict[str, str | None] = field(default_factory=dict)

    def body(self, shape: type[T]) -> T:
        """The request's body as `shape`. Raises `BadInput`."""
        try:
            require_plain_json(self.raw, BODY_BYTES)
            return msgspec.json.decode(self.raw, type=shape)
        except NotUnderstood as refusal:
            raise BadInput(refusal.code, detail=str(refusal)) from None
        except (msgspec.MsgspecError, UnicodeError) as refusal:
            field = _field_of(str(refusal))
            raise BadInput(_code_of(str(refusal), field), field=field, detail="shape") from None

    def id(self, name: str) -> UUID:
        """A UUID from the path. A malformed one is not found."""
        try:
            return UUID(self.request.path_params[name])
        except ValueError:
            raise NotFound from None

    def number(self, name: str, *, at_least: int = 0, at_most: int = 2**53 - 1) -> int | None:
        """A whole number from the query, or None where it is absent. Raises `BadInput`."""
        text = self.request.query_params.get(name)
        if text is None:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 16 or not at_least <= int(text) <= at_most:
            raise BadInput("not_usable", field=name)
        return int(text)

    @property
    def address(self) -> str:
        """Where this came from, for limits only: never stored, never logged. Behind a trusted proxy, what the proxy says."""
        return self.request.client.host if self.request.client else ""

    @property
    def me(self) -> Actor:
        if self.actor is None:
            raise NotSignedIn
        return self.actor


Verb = Callable[[Visit], Awaitable[Struct]]


@dataclass(frozen=True, slots=True)
class Door:
    """`who`: anyone; signed_in (any account); staff (any role but member); link (a single-use signed link); signed (a machine that signs
    what it sends: no cookie is looked at, and it need not come from our pages). Finer rules are the verb's."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    verb: Verb
    answer: type[Struct] = Fine
    body: type[Struct] | None = None
    who: Who = "signed_in"
    query: tuple[str, ...] = ()
    status: int = 200
    tries: str | None = None
    """A named limit in `kit.limits` that each request of this door counts against."""
    crowded: bool = False
    """Thousands may knock here in the same second, after a node has gone: they take turns."""

    @property
    def words(self) -> str:
        """What the document says about it: the verb's own first paragraph."""
        return (self.verb.__doc__ or "").strip()


def _field_of(text: str) -> str | None:
    if "`$." in text:
        return text.rsplit("`$.", 1)[1].rstrip("`")
    return text.split("missing required field `", 1)[1].split("`", 1)[0] if "missing required field `" in text else None


def _code_of(text: str, field: str | None) -> str:
    """A mistake that a person can mend says how; one that only a program makes, such as a field we do not know, is a `bad_frame`."""
    if "length <=" in text:
        return "too_long"
    if "length >= 1 " in text:
        return when_empty(field)
    if "length >=" in text:
        return "too_short"
    if "surrogate" in text:
        return "bad_text"
    return "not_usable" if any(sign in text for sign in MENDABLE) else "bad_frame"
