"""The OpenAPI 3.1 document of the HTTP interface, from the list of doors that the server opens."""

import inspect
import re
from collections.abc import Iterable
from typing import Any, Protocol

from msgspec import Struct

from beside.protocol.guide import http_guide
from beside.protocol.meanings import MEANINGS
from beside.protocol.schemas import PREFIX, Schema, components
from beside.protocol.shapes import Role
from beside.protocol.snapshots import Refusal

WHO = {
    "anyone": "Anyone, without signing in.",
    "signed_in": "Anyone who is signed in.",
    "staff": "Staff only.",
    "link": "Whoever holds the link.",
    "signed": "Whoever signs what they send with the channel's secret. No session, and no `Origin`.",
}
REFUSED = {
    400: "What was sent cannot be used.",
    401: "No session, or one that has ended.",
    403: "Signed in, but this is not theirs to do; or the request came from another site.",
    404: "It is not there, or not for them: the two look the same.",
    409: "It was true when they asked, and is no longer.",
    413: "More than we carry in one go.",
    415: "The body is not said to be JSON.",
    429: "Too often. Nothing was stored; try again after `Retry-After`.",
    503: "We cannot store or reach something now. Nothing was stored, unless the database's answer alone was lost; try again after `Retry-After`.",
}
_SEQ: Schema = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
QUERIES: dict[str, tuple[str, Schema]] = {
    "after": ("Only what is later than this `seq`, oldest first.", _SEQ),
    "before": ("Only what is earlier than this `seq`: the page that ends just before it.", _SEQ),
    "older_than": ("The `delivery` that was the last on the page before.", {"type": "string", "format": "uuid"}),
    "escalation": ("Only of this call.", {"type": "string", "format": "uuid"}),
    "state": ("Only what arrived, or what did not.", {"type": "string", "enum": ["delivered", "not_delivered"]}),
    "limit": ("How many at most.", _SEQ),
    "log": ("Which of the two logs.", {"type": "string", "enum": ["public", "staff"], "default": "public"}),
    "wait": ("Seconds to wait for something new, where there is nothing yet.", {"type": "integer", "minimum": 0, "maximum": 25}),
    "week": ("A day (`2026-12-01`): the week it is in, from Monday. This week, where it is absent.", {"type": "string", "format": "date"}),
    "hub": ("Which hub, by its short name; the only one where there is one.", {"type": "string"}),
}

_PARAMETER = re.compile(r"\{([a-z_]+)(?::[a-z]+)?\}")
_UNSAFE = frozenset({"POST", "PUT", "DELETE"})


class DoorLike(Protocol):
    """What the document needs to know of a door; `kit.web.Door` is one."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def body(self) -> type[Struct] | None: ...
    @property
    def answer(self) -> type[Struct]: ...
    @property
    def who(self) -> str: ...
    @property
    def query(self) -> tuple[str, ...]: ...
    @property
    def status(self) -> int: ...


def openapi(doors: Iterable[DoorLike], public_url: str = "https://beside.example", version: str = "1") -> dict[str, Any]:
    """The whole document, for a service at `public_url`."""
    every = list(doors)
    mentioned: list[type[Struct]] = [Refusal, *(door.body for door in every if door.body is not None), *(door.answer for door in every)]
    paths: dict[str, dict[str, Any]] = {}
    for door in every:
        paths.setdefault(_PARAMETER.sub(r"{\1}", door.path), {})[door.method.lower()] = _operation(door, public_url)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Beside: HTTP", "version": version, "description": http_guide()},
        "servers": [{"url": public_url}],
        "security": [{"session": []}],
        "tags": [{"name": name} for name in dict.fromkeys(_tag(door) for door in every)],
        "paths": paths,
        "components": {
            "schemas": components(list(dict.fromkeys(mentioned))),
            "responses": {f"Refused{status}": _refused(status, words) for status, words in REFUSED.items()},
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-beside",
                    "description": "Set by arriving or signing in; may be revoked at any moment.",
                }
            },
        },
    }


def _operation(door: DoorLike, public_url: str) -> dict[str, Any]:
    words = inspect.cleandoc(door.words)
    first, _, rest = words.partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": _operation_id(door),
        "tags": [_tag(door)],
        "summary": first.replace("\n", " "),
        "description": f"{words}\n\n{WHO[door.who]}" if rest else WHO[door.who],
        "parameters": [*_path_parameters(door), *_query_parameters(door), *_origin(door, public_url)],
        "responses": {
            str(door.status): {"description": "It was done." if door.method != "GET" else "As it is now.", "content": _json(door.answer)},
            **{str(status): {"$ref": f"#/components/responses/Refused{status}"} for status in REFUSED if door.body is not None or status != 415},
        },
    }
    if door.who in ("anyone", "link", "signed"):
        operation["security"] = []
    if door.body is not None:
        operation["requestBody"] = {"required": True, "content": _json(door.body)}
    return operation


def _operation_id(door: DoorLike) -> str:
    parts = [part.strip("{}").split(":")[0] for part in door.path.split("/") if part not in ("", "api")]
    return "_".join([door.method.lower(), *parts]).replace("-", "_")


def _tag(door: DoorLike) -> str:
    return next(part for part in door.path.split("/") if part not in ("", "api"))


def _path_parameters(door: DoorLike) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": _path_schema(name)} for name in _PARAMETER.findall(door.path)]


def _path_schema(name: str) -> Schema:
    if name in ("token", "link", "code"):
        return {"type": "string", "description": "As it stands in the link."}
    if name == "role":
        return {"type": "string", "enum": [role.value for role in Role]}
    return _SEQ if name == "seq" else {"type": "string", "format": "uuid"}


def _query_parameters(door: DoorLike) -> list[dict[str, Any]]:
    known = [(name, *QUERIES.get(name, ("", {"type": "string"}))) for name in door.query]
    return [{"name": name, "in": "query", "required": False, "description": words, "schema": schema} for name, words, schema in known]


def _origin(door: DoorLike, public_url: str) -> list[dict[str, Any]]:
    if door.method not in _UNSAFE or door.who == "signed":
        return []
    words = "Exactly the public address of the service. Browsers send it by themselves on our pages."
    return [{"name": "Origin", "in": "header", "required": True, "description": words, "schema": {"type": "string", "const": public_url}}]


def _json(shape: type[Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": PREFIX + shape.__name__}}}


def _refused(status: int, words: str) -> dict[str, Any]:
    codes = ", ".join(f"`{code}`" for code, meaning in MEANINGS.items() if status in meaning.statuses)
    answer: dict[str, Any] = {"description": f"{words} One of {codes}.", "content": _json(Refusal)}
    if status in (429, 503):
        answer["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
    return answer
