"""The OpenAPI document and the page, from doors of our own making."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from msgspec import Struct

from beside.protocol.account_snapshots import Arrived
from beside.protocol.asyncapi import asyncapi
from beside.protocol.conversation_snapshots import Accepted, EventPage
from beside.protocol.line_snapshots import LinePlace
from beside.protocol.openapi import REFUSED, openapi
from beside.protocol.page import STYLESHEET, page, stylesheet
from beside.protocol.prose import render
from beside.protocol.requests import Arrive, PostMessage
from beside.protocol.shapes import Role
from beside.protocol.snapshots import Fine
from tests.protocol.test_export import dangling


@dataclass(frozen=True)
class PlainDoor:
    """As much of a door as the document needs."""

    method: str
    path: str
    words: str
    answer: type[Struct] = Fine
    body: type[Struct] | None = None
    who: str = "signed_in"
    query: tuple[str, ...] = ()
    status: int = 200


DOORS = [
    PlainDoor("POST", "/api/arrivals", "Come in.\n\n    With a pseudonym <b>&</b> nothing else.", Arrived, Arrive, who="anyone", status=201),
    PlainDoor("POST", "/api/conversations/{conversation}/messages", "Say something.", Accepted, PostMessage),
    PlainDoor("PUT", "/api/conversations/{conversation:uuid}/messages/{seq:int}", "Change what\n    you said."),
    PlainDoor("GET", "/api/conversations/{conversation}/events", "What happened.", EventPage, query=("after", "before", "log", "limit")),
    PlainDoor("GET", "/api/line", "Where you are in line.", LinePlace),
    PlainDoor("DELETE", "/api/line", "Stop waiting."),
    PlainDoor("DELETE", "/api/staff/{account}/roles/{role}", "Take a role.", who="staff"),
    PlainDoor("GET", "/api/invitations/{token}", "Look at an invitation.", who="link"),
]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi(DOORS, "https://beside.example")


def test_every_door_is_described(document: dict[str, Any]) -> None:
    """Each door stands under its path and method, with the first paragraph of its words as summary and an id of its own."""
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert {(door.method, re.sub(r":\w+", "", door.path)) for door in DOORS} == described
    changed = document["paths"]["/api/conversations/{conversation}/messages/{seq}"]["put"]
    assert ("Change what you said.", "put_conversations_conversation_messages_seq") == (changed["summary"], changed["operationId"])
    ids = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(ids) == len(set(ids))


def test_parameters_of_path_and_query_are_described(document: dict[str, Any]) -> None:
    """Ids are UUIDs, positions whole numbers, roles a choice, tokens text; queries are optional and say what they do."""
    parameters = {
        parameter["name"]: parameter for methods in document["paths"].values() for operation in methods.values() for parameter in operation["parameters"]
    }
    assert "uuid" == parameters["conversation"]["schema"]["format"]
    assert ["integer", "integer"] == [parameters[name]["schema"]["type"] for name in ("seq", "after")]
    assert [role.value for role in Role] == parameters["role"]["schema"]["enum"]
    assert "format" not in parameters["token"]["schema"]
    assert [True, False] == [parameters[name]["required"] for name in ("conversation", "before")]
    assert all(parameters[name]["description"] for name in ("after", "before", "log", "limit"))


def test_bodies_and_answers_are_described(document: dict[str, Any]) -> None:
    """A door's body is required and its answer stands under its own status."""
    arrive = document["paths"]["/api/arrivals"]["post"]
    assert {"$ref": "#/components/schemas/Arrive"} == arrive["requestBody"]["content"]["application/json"]["schema"]
    assert {"$ref": "#/components/schemas/Arrived"} == arrive["responses"]["201"]["content"]["application/json"]["schema"]
    assert "requestBody" not in document["paths"]["/api/line"]["delete"]


def test_every_door_says_how_it_refuses(document: dict[str, Any]) -> None:
    """Each refusal a client can meet is named at each door, with its shape and its codes; that a body is not JSON, only where there is one."""
    expected = {str(status) for status in (400, 401, 403, 404, 409, 413, 429, 503)}
    assert expected | {"415"} == {str(status) for status in REFUSED}
    for methods in document["paths"].values():
        for operation in methods.values():
            of_body = {"415"} if "requestBody" in operation else set()
            assert expected | of_body == {status for status in operation["responses"] if status >= "400"}
    assert "`already_taken`" in document["components"]["responses"]["Refused409"]["description"]
    assert "Retry-After" in document["components"]["responses"]["Refused429"]["headers"]


def test_who_may_come_in_is_said(document: dict[str, Any]) -> None:
    """The cookie is asked for everywhere but at doors for anyone and for holders of a link."""
    assert [{"session": []}] == document["security"]
    assert ("cookie", "__Host-beside") == tuple(document["components"]["securitySchemes"]["session"][key] for key in ("in", "name"))
    free = {path for path, methods in document["paths"].items() for operation in methods.values() if operation.get("security") == []}
    assert {"/api/arrivals", "/api/invitations/{token}"} == free
    assert "Staff only" in document["paths"]["/api/staff/{account}/roles/{role}"]["delete"]["description"]


def test_doors_that_change_something_ask_for_the_origin(document: dict[str, Any]) -> None:
    """`Origin` is a required header of every unsafe method, and of no other."""
    asked = {
        (method, any(parameter["name"] == "Origin" and parameter["required"] for parameter in operation["parameters"]))
        for methods in document["paths"].values()
        for method, operation in methods.items()
    }
    assert {("get", False), ("post", True), ("put", True), ("delete", True)} == asked


def test_every_reference_of_the_openapi_document_leads_somewhere(document: dict[str, Any]) -> None:
    """No `$ref` dangles, also where a door names a shape that mentions others."""
    assert [] == dangling(document)


class Reader(HTMLParser):
    """Collects what a page asks for and links to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.styled = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            elif name == "href" and tag == "a":
                self.links.append(str(value))
            elif name in ("src", "href"):
                self.loads.append(str(value))
            elif name == "style" or name.startswith("on"):
                self.styled = True


@pytest.fixture(scope="module")
def read(document: dict[str, Any]) -> Reader:
    reader = Reader()
    reader.feed(page(asyncapi(), document))
    return reader


def test_the_page_loads_its_stylesheet_and_nothing_else(read: Reader) -> None:
    """It fits `default-src 'none'; style-src 'self'`: no script, no inline style, no picture, no other place (FAULTS 83)."""
    assert [STYLESHEET] == read.loads
    assert (set(), False) == (read.tags & {"script", "style", "img", "iframe", "form", "base", "object"}, read.styled)
    assert "url(" not in stylesheet()
    assert "@import" not in stylesheet()


def test_every_link_of_the_page_leads_somewhere(read: Reader) -> None:
    """Links within the page have their target, once; the others lead to the two documents."""
    assert len(read.ids) == len(set(read.ids))
    assert [] == [link for link in read.links if link.startswith("#") and link[1:] not in read.ids]
    assert {"/asyncapi.json", "/openapi.json"} == {link for link in read.links if not link.startswith("#")}


def test_the_page_shows_every_door_frame_and_shape(read: Reader, document: dict[str, Any]) -> None:
    """Whatever the documents name can be found on the page."""
    operations = {operation["operationId"] for methods in document["paths"].values() for operation in methods.values()}
    assert operations | set(asyncapi()["components"]["messages"]) | set(document["components"]["schemas"]) <= set(read.ids)


def test_words_are_shown_as_words(document: dict[str, Any]) -> None:
    """Whatever a docstring holds is text on the page, never markup."""
    shown = page(asyncapi(), document)
    assert "With a pseudonym &lt;b&gt;&amp;&lt;/b&gt; nothing else." in shown
    assert "<b>" not in shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One\nline.", "<p>One\nline.</p>"),
        ("## A title\n\nWords.", '<h2 id="x-a-title">A title</h2><p>Words.</p>'),
        ("- one\n- `two`", "<ul><li>one</li><li><code>two</code></li></ul>"),
        ("1. one\n   and more\n2. two", "<ol><li>one\n   and more</li><li>two</li></ol>"),
        ("```\na < b\n\n- c\n```", "<pre tabindex=0>a &lt; b\n\n- c</pre>"),
        ("*Sent* and 2*3*4 and `*a*`", "<p><em>Sent</em> and 2*3*4 and <code>*a*</code></p>"),
        ("<script>", "<p>&lt;script&gt;</p>"),
    ],
)
def test_our_prose_becomes_html(text: str, expected: str) -> None:
    """Headings, paragraphs, lists, code and emphasis, and everything else escaped."""
    assert expected == render(text, "x")
