"""The documents as they lie in the tree, with the doors that the server really opens."""

import json
import re

import pytest

from beside.documents import BESIDE_THE_CODE, documents
from beside.doors import DOORS
from beside.protocol.guide import http_guide, socket_guide
from beside.protocol.openapi import QUERIES
from tests.protocol.test_export import dangling


@pytest.mark.parametrize("name", ["asyncapi.json", "openapi.json"])
def test_the_documents_are_what_the_code_says(name: str) -> None:
    """The documents in the tree are what `beside protocol export` would write now."""
    assert documents()[name] == json.loads((BESIDE_THE_CODE / name).read_text("utf-8"))


def test_every_door_of_the_server_is_described() -> None:
    """No door is left out, each has a sentence, and no reference leads nowhere."""
    document = documents()["openapi.json"]
    described = [operation for methods in document["paths"].values() for operation in methods.values()]
    assert len(DOORS) == len(described)
    assert [] == [operation["operationId"] for operation in described if len(operation["summary"]) < 8]
    assert len(described) == len({operation["operationId"] for operation in described})
    assert [] == dangling(document)


def test_every_query_of_a_door_is_explained() -> None:
    """What may stand behind a question mark has words and a type."""
    assert set() == {name for door in DOORS for name in door.query} - set(QUERIES)


def test_the_guides_send_nobody_to_a_door_that_is_not_there() -> None:
    """Each method and path that the prose names is a door of the server."""
    doors = {(door.method, re.sub(r":\w+", "", door.path)) for door in DOORS}
    named = set(re.findall(r"(GET|POST|PUT|DELETE)\s+(/api/[a-z_/{}-]+)", http_guide() + socket_guide()))
    assert len(named) > 5
    assert set() == named - doors
