"""What is written from the types: the TypeScript that lies in the tree, and the two documents."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from beside.protocol import commands, events
from beside.protocol.asyncapi import asyncapi
from beside.protocol.codes import CLOSE_MEANINGS, REFUSALS, CloseCode
from beside.protocol.decode import decode
from beside.protocol.examples import example
from beside.protocol.guide import socket_guide
from beside.protocol.schemas import bodies_said, commands_said, components, events_said, tag_of, words_of
from beside.protocol.shapes import Wire
from beside.protocol.typescript import HEADER, typescript

WIRE = Path(__file__).parents[2] / "client_web" / "src" / "net" / "wire.ts"
EVERY = [*commands_said(), *events_said(), *bodies_said()]
SCHEMAS = components(EVERY)


def test_the_clients_types_are_the_servers_types() -> None:
    """The TypeScript in the tree is what `beside protocol export` would write now."""
    assert typescript() == WIRE.read_text("utf-8")


def test_every_shape_is_in_the_typescript_once() -> None:
    """No frame, request or answer is left out, and no name is taken twice."""
    declared = re.findall(r"^export (?:interface|type) (\w+)", typescript(), re.MULTILINE)
    assert {shape.__name__ for shape in EVERY} | {"AnyCommand", "AnyEvent", "AnyLogEvent", "Uuid", "Instant", "RefusalCode"} <= set(declared)
    assert len(declared) == len(set(declared))


def test_every_type_that_is_mentioned_is_declared() -> None:
    """The TypeScript stands alone: whatever a field is made of is in the same file."""
    text = re.sub(r"/\*\*.*?\*/|\"[^\"]*\"", "", typescript().removeprefix(HEADER), flags=re.DOTALL)
    declared = set(re.findall(r"^export (?:interface|type) (\w+)", text, re.MULTILINE))
    mentioned = set(re.findall(r"\b([A-Z][A-Za-z]+)\b", text)) - {"Record"}
    assert set() == mentioned - declared


def test_what_the_server_says_is_whole_and_what_a_client_says_may_be_short() -> None:
    """Fields with a value of their own are optional in commands and requests, and always there in events and answers."""
    text = typescript()
    assert 'export interface Ping {\n  type: "ping";\n  /** Chosen by the client; the answer or refusal carries it back. */\n  ref?: string | null;\n}' in text
    assert "export interface Fine {\n  done: boolean;\n}" in text


def test_choices_times_and_ids_have_types_of_their_own() -> None:
    """Enumerations become unions with a name; times and ids are told from other text."""
    text = typescript()
    assert 'export type Log = "public" | "staff";' in text
    assert 'export type ReportState = "closed" | "open";' in text
    assert "  outcome: ReportOutcome | null;" in text
    assert ["Instant", "Uuid"] == [re.search(rf"  {field}: (\w+);", text)[1] for field in ("server_time", "client_id")]  # type: ignore[index]  # both are there


def test_close_codes_and_refusals_are_exported_whole() -> None:
    """A client can name every close code and every refusal."""
    text = typescript()
    for code in CloseCode:
        assert f"  {code.name}: {code.value}," in text
    for refusal in REFUSALS:
        assert f"  {refusal}: " in text


def test_every_close_code_has_a_meaning() -> None:
    """No code is sent that the documents do not explain."""
    assert {code.value for code in CloseCode} == set(CLOSE_MEANINGS)


@pytest.mark.parametrize("shape", EVERY, ids=lambda shape: shape.__name__)
def test_the_example_of_a_shape_is_one(shape: type[msgspec.Struct]) -> None:
    """What the documents show as an example decodes as the type it is shown for."""
    shown = json.dumps(example(SCHEMAS[shape.__name__], SCHEMAS)).encode()
    assert isinstance(msgspec.json.decode(shown, type=shape), shape)


@pytest.mark.parametrize("shape", [*commands_said(), *events_said()], ids=tag_of)
def test_every_frame_says_what_it_is_for(shape: type[msgspec.Struct]) -> None:
    """Each frame has words of its own, under a tag that no other frame has."""
    assert len(words_of(shape)) > 10
    assert [tag_of(shape)] == [tag_of(other) for other in (*commands_said(), *events_said()) if tag_of(other) == tag_of(shape)]


def test_the_asyncapi_document_names_every_frame() -> None:
    """Each command is an operation with its answers, each event a message, and each has a payload and an example."""
    document = asyncapi()
    heard = [operation for operation in document["operations"].values() if operation["action"] == "receive"]
    assert [shape.__name__ for shape in commands_said()] == [operation["messages"][0]["$ref"].rsplit("/", 1)[1] for operation in heard]
    assert {shape.__name__ for shape in EVERY if shape in (*commands_said(), *events_said())} == set(document["components"]["messages"])
    assert all(operation["reply"]["messages"][-1]["$ref"].endswith("/Refused") for operation in heard)
    assert ["3.1.0", "/ws"] == [document["asyncapi"], document["channels"]["socket"]["address"]]


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    """No `$ref` dangles."""
    assert [] == dangling(asyncapi())


def test_the_asyncapi_document_speaks_of_the_service_that_serves_it() -> None:
    """Host and scheme are those of the public address, also in the demo."""
    servers = [asyncapi(url)["servers"]["here"] for url in ("https://beside.example", "http://localhost:8123")]
    assert [("beside.example", "wss"), ("localhost:8123", "ws")] == [(server["host"], server["protocol"]) for server in servers]


def test_the_guides_session_is_a_real_one() -> None:
    """Every line of the session that the guide shows decodes as a frame of its side."""
    session = socket_guide().split("```")[1].strip().splitlines()
    said = [decode(line[2:]) for line in session if line.startswith("> ")]
    heard = [msgspec.json.decode(line[2:], type=events.AnyEvent) for line in session if line.startswith("< ")]
    assert len(session) == len(said) + len(heard)
    assert isinstance(said[0], commands.Hello)
    assert isinstance(heard[0], events.Welcome)
    for frame, line in zip(heard, (line for line in session if line.startswith("< ")), strict=True):
        assert set(json.loads(line[2:])) == set(json.loads(msgspec.json.encode(frame)))


@pytest.mark.parametrize(
    "word",
    [
        "POST /api/tickets",
        "`hello`",
        "Origin",
        "__Host-beside",
        "after_seq",
        "epoch",
        "received.confirm",
        "heartbeat",
        "45 s",
        "drain",
        "client_id",
        "Retry-After",
    ],
)
def test_the_guide_says_what_a_stranger_must_know(word: str) -> None:
    """Connecting, resuming, gap repair, confirming, heartbeats and coming back are all there."""
    assert word in socket_guide()


def test_the_guide_explains_every_close_code_and_refusal() -> None:
    """No code of the wire is left out of the prose."""
    assert [] == [code for code in (*map(str, CLOSE_MEANINGS), *REFUSALS) if f"- `{code}`" not in socket_guide()]


def test_events_that_count_are_the_ones_the_guide_names() -> None:
    """The guide's list of frames to be confirmed is exactly the log events."""
    named = ("message.", "participant.", "notice.posted", "conversation.")
    counted = [tag_of(shape) for shape in events_said() if tag_of(shape).startswith(named) and tag_of(shape) != "message.accepted"]
    assert [tag_of(shape) for shape in get_args(events.AnyLogEvent)] == counted


def test_requests_refuse_and_answers_allow_unknown_fields() -> None:
    """A slip in a request is told at once, while an answer may grow: the schemas say so."""
    of_requests = {shape.__name__ for shape in bodies_said() if issubclass(shape, Wire)}
    of_answers = {shape.__name__ for shape in bodies_said() if not issubclass(shape, Wire)}
    assert {False} == {SCHEMAS[name].get("additionalProperties") for name in of_requests}
    assert {None} == {SCHEMAS[name].get("additionalProperties") for name in of_answers}


def dangling(document: dict[str, Any]) -> list[str]:
    """References of `document` that lead nowhere in it."""
    found: list[str] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str) and not leads_somewhere(document, reference):
                found.append(reference)
            for inner in value.values():
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    look(document)
    return found


def leads_somewhere(document: dict[str, Any], reference: str) -> bool:
    here: Any = document
    for part in reference.removeprefix("#/").split("/"):
        if not isinstance(here, dict) or part not in here:
            return False
        here = here[part]
    return True
