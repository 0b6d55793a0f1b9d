"""Every door against bodies that no page sends: refused in our words, never a fault of ours."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits import parse

from beside.documents import documents
from beside.doors import DOORS
from beside.kit.house import House
from beside.kit.limits import NAMED
from beside.kit.web import Door
from beside.protocol.codes import REFUSALS
from tests.doors.access import ACCESS
from tests.doors.town import Town
from tests.rig.knock import Knocker

OPENAPI = documents()["openapi.json"]
WITH_BODY = [door for door in DOORS if door.body is not None]
SPOILT: list[Any] = [2**70, 2**63, -1, 0, 1.5, None, True, "", "\x00", "\u202eabc", "x" * 5_000, "9999-12-31T23:59", "0001-01-01T00:00", [], [None], {}]
UNLIMITED = dict.fromkeys(NAMED, parse("1000000/second"))  # a door that says "too many" looks at nothing
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


def bodies(door: Door, right: Any) -> st.SearchStrategy[Any]:
    """By the document or nearly so; the right one with some of its fields replaced, which is let in furthest; or anything at all."""
    assert door.body
    schema = OPENAPI["components"]["schemas"][door.body.__name__]
    fields = {name: like(each) for name, each in schema.get("properties", {}).items()}
    spoilt = st.fixed_dictionaries({}, optional=fields).map(lambda some: {**right, **some})
    return spoilt | like(schema) | anything


@pytest.mark.parametrize("door", WITH_BODY, ids=lambda door: f"{door.method} {door.path}")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], derandomize=True, database=None)
@given(data=st.data())
async def test_no_body_is_a_fault_of_ours(house: House, knocker: Knocker, town: Town, door: Door, data: st.DataObject) -> None:
    """At each door, bodies by the document, nearly so or not at all, by somebody who may come in: below 500, and care text where it is no (FAULTS 64)."""
    house.limiter._named = UNLIMITED
    row = ACCESS[f"{door.method} {door.path}"]
    assert row.body
    body = data.draw(bodies(door, row.body(town.real)))
    who = town.people[data.draw(st.sampled_from(sorted(row.may or {"member"})))]
    answer = await knocker(who, door.method, town.path(door, town.real), msgspec.Raw(json.dumps(body).encode()))
    assert answer.status < 500, body
    if answer.status >= 400:
        assert REFUSALS[answer.body["code"]] == answer.body["message"]


@pytest.mark.parametrize("door", WITH_BODY, ids=lambda door: f"{door.method} {door.path}")
async def test_a_right_body_with_one_field_spoilt_is_no_fault_of_ours(house: House, knocker: Knocker, town: Town, door: Door) -> None:
    """At each door, each field of its body in turn holds each of sixteen values that do not belong there, the largest first (FAULTS 56, 64)."""
    house.limiter._named = UNLIMITED
    row = ACCESS[f"{door.method} {door.path}"]
    assert row.body
    assert door.body
    who, right = town.people[sorted(row.may or {"member"})[0]], row.body(town.real)
    for field in OPENAPI["components"]["schemas"][door.body.__name__]["properties"]:
        for value in SPOILT:
            answer = await knocker(who, door.method, town.path(door, town.real), right | {field: value})
            assert answer.status < 500, (field, value)
            assert answer.status < 400 or REFUSALS[answer.body["code"]] == answer.body["message"]


@pytest.mark.parametrize("raw", [b"", b"\xff", b"{", b"[" * 3000, b'{"a":1,"a":2}', b'{"reason":"\\ud800"}', b'{"seq":1e999}', b"9" * 5000, b"x" * 70_000])
async def test_bodies_that_are_no_json_are_refused_at_every_door(knocker: Knocker, town: Town, raw: bytes) -> None:
    """Whatever bytes come, each door that takes a body refuses them in words (FAULTS 55, 56, 57, 64)."""
    for door in WITH_BODY:
        row = ACCESS[f"{door.method} {door.path}"]
        answer = await knocker(town.people[sorted(row.may or {"member"})[0]], door.method, town.path(door, town.real), msgspec.Raw(raw))
        assert answer.status in (400, 413, 429), door.path
        assert REFUSALS[answer.body["code"]] == answer.body["message"]
