"""Every door against bodies that no page sends: refused in our words, never a fault of ours."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beside.documents import documents
from beside.doors import DOORS
from beside.protocol.codes import REFUSALS
from tests.doors.access import ACCESS
from tests.doors.town import Town
from tests.rig.knock import Knocker

OPENAPI = documents()["openapi.json"]
WITH_BODY = [door for door in DOORS if door.body is not None]
UGLY = [
    "",
    " ",
    "\x00",
    "a\u0000b",
    "\u202eabc",
    "\ud83d\ude00",
    "e\u0301" * 30,
    "x" * 5_000,
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "../../etc/passwd",
]

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=40) | st.sampled_from(UGLY)
anything = st.recursive(plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=12)


def like(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of a schema of the document, and now and then something else in place of one."""
    if "$ref" in schema:
        return like(OPENAPI["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    if "anyOf" in schema:
        return st.one_of([like(each) for each in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | plain
    if schema.get("type") == "object":
        wanted = {name: like(each) for name, each in schema.get("properties", {}).items()}
        return st.fixed_dictionaries({}, optional=wanted) | st.fixed_dictionaries(wanted) | st.fixed_dictionaries(wanted, optional={"more": plain})
    of_type: dict[str, st.SearchStrategy[Any]] = {
        "string": st.uuids().map(str) if schema.get("format") == "uuid" else st.text(max_size=60) | st.sampled_from(UGLY),
        "integer": st.integers(-5, 2**70),
        "boolean": st.booleans(),
        "null": st.none(),
        "array": st.lists(plain, max_size=3),
    }
    return of_type.get(schema.get("type", ""), anything) | plain


SHAPES = {door.body.__name__: like({"$ref": f"#/components/schemas/{door.body.__name__}"}) for door in WITH_BODY if door.body}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], derandomize=True, database=None)
@given(data=st.data())
async def test_no_body_is_a_fault_of_ours(knocker: Knocker, town: Town, data: st.DataObject) -> None:
    """Bodies by the document, nearly so, or not at all, by somebody who may come in: an answer below 500, and care text where it is no (FAULTS 64)."""
    door = data.draw(st.sampled_from(WITH_BODY))
    assert door.body
    body = data.draw(SHAPES[door.body.__name__] | anything)
    row = ACCESS[f"{door.method} {door.path}"]
    who = town.people[data.draw(st.sampled_from(sorted(row.may or {"member"})))]
    answer = await knocker(who, door.method, town.path(door, town.real), msgspec.Raw(json.dumps(body).encode()))
    assert answer.status < 500, (door.path, body)
    if answer.status >= 400:
        assert REFUSALS[answer.body["code"]] == answer.body["message"]


@pytest.mark.parametrize("raw", [b"", b"\xff", b"{", b"[" * 3000, b'{"a":1,"a":2}', b'{"reason":"\\ud800"}', b'{"seq":1e999}', b"9" * 5000, b"x" * 70_000])
async def test_bodies_that_are_no_json_are_refused_at_every_door(knocker: Knocker, town: Town, raw: bytes) -> None:
    """Whatever bytes come, each door that takes a body refuses them in words (FAULTS 55, 56, 57, 64)."""
    for door in WITH_BODY:
        row = ACCESS[f"{door.method} {door.path}"]
        answer = await knocker(town.people[sorted(row.may or {"member"})[0]], door.method, town.path(door, town.real), msgspec.Raw(raw))
        assert answer.status in (400, 413, 429), door.path
        assert REFUSALS[answer.body["code"]] == answer.body["message"]
