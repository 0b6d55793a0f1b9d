"""Frames of clients: what is understood, and that everything else ends in one typed refusal."""

import json
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beside.kit.text import clean_text
from beside.protocol import commands
from beside.protocol.codes import REFUSALS
from beside.protocol.commands import SendMessage, Subscribe
from beside.protocol.decode import NotUnderstood, decode, require_plain_json
from beside.protocol.schemas import PREFIX, Schema, commands_said, components
from beside.protocol.shapes import BODY_CHARACTERS, BODY_CODE_POINTS, FRAME_BYTES, JSON_DEPTH, Log

CONVERSATION = "01930000-0000-7000-8000-0000000000cc"
CLIENT_ID = "01930000-0000-7000-8000-000000000001"


def code_of(text: str) -> str:
    with pytest.raises(NotUnderstood) as refusal:
        decode(text)
    assert refusal.value.code in REFUSALS
    return refusal.value.code


def send(body: str) -> str:
    return json.dumps({"type": "message.send", "conversation": CONVERSATION, "client_id": CLIENT_ID, "body": body}, ensure_ascii=False)


def subscribe(after_seq: str) -> str:
    return f'{{"type":"subscribe","conversation":"{CONVERSATION}","after_seq":{after_seq},"epoch":"e"}}'


def test_a_message_is_understood() -> None:
    """The commonest frame gives the command it names, with what was left out filled in."""
    expected = SendMessage(conversation=UUID(CONVERSATION), client_id=UUID(CLIENT_ID), body="ñ 🌿", log=Log.public, ref=None)
    assert expected == decode(send("ñ 🌿"))


@pytest.mark.parametrize("cursor", ["0", "1", str(2**53 - 1), "null"])
def test_a_cursor_is_a_whole_number_that_every_client_can_hold(cursor: str) -> None:
    """Nothing, nought and the greatest safe integer are cursors."""
    said = decode(subscribe(cursor))
    assert isinstance(said, Subscribe)
    assert said.after_seq == json.loads(cursor)


NO_CURSORS = ["-1", "1.5", "1e3", str(2**53), str(2**63), str(2**64), '"7"', "NaN", "Infinity", "-Infinity", "true", "[]", "{}", "9" * 400, "01", "+1"]


@pytest.mark.parametrize("cursor", NO_CURSORS)
def test_a_cursor_of_another_kind_is_refused(cursor: str) -> None:
    """Negative, broken, too great, text and not-a-number are a typed refusal (FAULTS 8)."""
    assert code_of(subscribe(cursor)) == "bad_frame"


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_a_bracket_bomb_is_refused(opening: str) -> None:
    """Two thousand nested brackets are refused without recursion (FAULTS 55)."""
    assert code_of(opening * 2_000) == "bad_frame"
    assert code_of('{"type":"ping","ref":' + opening * 2_000) == "bad_frame"


def test_depth_is_counted_where_it_is_and_not_in_text() -> None:
    """Eight deep is read and nine is not, while brackets that a person wrote are only characters (FAULTS 55)."""
    require_plain_json(b"[" * JSON_DEPTH + b"]" * JSON_DEPTH)
    with pytest.raises(NotUnderstood):
        require_plain_json(b"[" * (JSON_DEPTH + 1) + b"]" * (JSON_DEPTH + 1))
    brackets = '[{"' * 300 + "\\"
    assert isinstance(decode(send(brackets)), SendMessage)


@pytest.mark.parametrize("number", ["9" * 5_000, "-" + "9" * 5_000, "1e999", "-1e999", "NaN", "Infinity", "-Infinity", "1" + "0" * 21])
def test_a_number_that_parsers_disagree_about_is_refused(number: str) -> None:
    """Five thousand digits, infinities and not-a-number are refused wherever they stand (FAULTS 56)."""
    assert code_of(f'{{"type":"seen.mark","conversation":"{CONVERSATION}","seq":{number}}}') == "bad_frame"
    assert code_of(f'{{"type":"ping","extra":{number}}}') == "bad_frame"


def test_a_key_that_stands_twice_is_refused() -> None:
    """Two parsers could read two different bodies out of one frame; we read neither (FAULTS 56)."""
    assert code_of(send("one")[:-1] + ',"body":"two"}') == "bad_frame"
    assert code_of('{"type":"ping","type":"hello"}') == "bad_frame"
    assert code_of('{"type":"ping","r\\u0065f":"1","ref":"2"}') == "bad_frame"


@pytest.mark.parametrize("body", ["\\ud800", "\\udfff", "a\\ud83db", "\\udc00\\ud800"])
def test_a_lone_surrogate_is_refused_as_text(body: str) -> None:
    """Half a character, written as an escape, cannot be stored and is refused as text (FAULTS 57)."""
    assert code_of(send("X").replace("X", body)) == "bad_text"


def test_a_raw_lone_surrogate_is_refused_as_text() -> None:
    """Half a character that came through as such is refused before anything is parsed (FAULTS 57)."""
    assert code_of(send("\ud800")) == "bad_text"


@pytest.mark.parametrize(
    "raw", [b'{"type":"ping","ref":"\xff"}', b'{"type":"ping","ref":"\xc0\xaf"}', b'{"type":"ping","ref":"\xed\xa0\x80"}', '{"type":"ping"}'.encode("utf-16")]
)
def test_bytes_that_are_not_text_are_refused(raw: bytes) -> None:
    """Invalid, overlong and surrogate UTF-8 in a request body is a typed refusal (FAULTS 57)."""
    with pytest.raises(NotUnderstood) as refusal:
        require_plain_json(raw)
    assert refusal.value.code == "bad_text"


def test_a_body_may_be_as_long_as_we_say_and_no_longer() -> None:
    """Four thousand characters of three bytes fit a frame, what cannot come down to that many is too long, and none is empty (FAULTS 58)."""
    assert isinstance(decode(send("界" * BODY_CHARACTERS)), SendMessage)
    assert code_of(send("a" * (BODY_CODE_POINTS + 1))) == "too_long"
    assert code_of(send("🌿" * FRAME_BYTES)) == "too_long"
    assert code_of(send("")) == "empty"


def test_a_body_is_not_measured_before_it_is_composed() -> None:
    """Letters typed as a base and marks pass here as they are: they are counted after NFC, where the message is taken (FAULTS 58)."""
    apart = "e\u0301" * 2_500  # 5,000 code points, 2,500 characters
    said = decode(send(apart))
    assert isinstance(said, SendMessage)
    assert (apart, 2_500) == (said.body, len(clean_text(said.body, BODY_CHARACTERS)))


def test_a_frame_may_be_sixteen_kibibytes_and_no_longer() -> None:
    """At the limit a frame is looked at, one byte beyond it is not (FAULTS 59)."""
    padded = '{"type":"ping"}'
    assert decode(padded + " " * (FRAME_BYTES - len(padded))) == commands.Ping()
    assert code_of(padded + " " * (FRAME_BYTES - len(padded) + 1)) == "too_long"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "null",
        "1",
        '"ping"',
        "[]",
        "{}",
        '{"type":null}',
        '{"type":1}',
        '{"type":"nonsense"}',
        '{"type":"Ping"}',
        '{"type":"message.posted"}',
        '{"ref":"1"}',
        '{"type":"ping"}{"type":"ping"}',
        '{"type":"ping",}',
        "{'type':'ping'}",
        '{"type":"ping"} // hello',
        '{"type":"ping","extra":1}',
        '{"type":"ping","ref":7}',
        '{"type":"ping","ref":""}',
        '{"type":"ping","ref":"' + "r" * 41 + '"}',
        '{"type":"hello"}',
        '{"type":"hello","ticket":"short"}',
        '{"type":"subscribe","conversation":"not-a-uuid"}',
        '{"type":"subscribe","conversation":"' + CONVERSATION + '","log":"secret"}',
        "\ufeff" + '{"type":"ping"}',
        "\x00",
    ],
)
def test_a_frame_of_another_kind_is_refused(text: str) -> None:
    """Unknown type, missing field, extra field, wrong kind of value: one typed refusal each (FAULTS 61)."""
    assert code_of(text) == "bad_frame"


def test_every_refusal_names_a_known_code_and_quotes_nothing() -> None:
    """The detail of a refusal, which may be logged, does not repeat what a person wrote."""
    for text in (
        send("secret words" * 2_000),
        '{"type":"secret words"}',
        '{"type":"ping","secret words":1}',
        '{"type":"message.send","body":"secret words"}',
        '{"type":"ping","ref":"secret words", "ref":1}',
    ):
        with pytest.raises(NotUnderstood) as refusal:
            decode(text)
        assert "secret" not in str(refusal.value)


# --- from our own schema: whatever looks nearly right is either understood or refused ---

SCHEMAS = components(commands_said())
UNDERSTOOD = {shape.__name__ for shape in commands_said()}


def values_for(schema: Schema) -> st.SearchStrategy[Any]:
    """Values that fit `schema`."""
    if "$ref" in schema:
        return values_for(SCHEMAS[str(schema["$ref"]).removeprefix(PREFIX)])
    if "anyOf" in schema:
        return st.one_of([values_for(part) for part in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("type") == "integer":
        return st.integers(schema.get("minimum", -(2**31)), schema.get("maximum", 2**31))
    if schema.get("type") == "null":
        return st.none()
    if schema.get("format") == "uuid":
        return st.uuids().map(str)
    assert schema["type"] == "string"
    plain = st.characters(exclude_categories=["Cs"])
    return st.text(plain, min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 60), 200))


def frames_for(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    """Objects that fit the schema of one command."""
    needed = {name: values_for(inner) for name, inner in schema["properties"].items() if name in schema["required"]}
    others = {name: values_for(inner) for name, inner in schema["properties"].items() if name not in schema["required"]}
    return st.fixed_dictionaries(needed, optional=others)


RIGHT = st.one_of([frames_for(SCHEMAS[shape.__name__]) for shape in commands_said()])
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(sorted({name for schema in SCHEMAS.values() for name in schema.get("properties", {})})) | st.text()


@given(RIGHT)
@settings(deadline=None)
def test_every_right_command_goes_there_and_back(frame: dict[str, Any]) -> None:
    """What fits our published schema is understood, says the same when written again, and is understood again (FAULTS 61)."""
    said = decode(json.dumps(frame))
    written = msgspec.json.encode(said).decode()
    again = decode(written)
    assert said == again
    plain = json.loads(written)
    assert frame == {name: plain[name] for name in frame}


@given(RIGHT, st.dictionaries(NAMES, JUNK, min_size=1, max_size=3), st.sets(NAMES, max_size=2))
@settings(deadline=None)
def test_a_spoilt_command_is_understood_or_refused(frame: dict[str, Any], spoilt: dict[str, Any], taken: set[str]) -> None:
    """Fields replaced by anything, added or taken away never raise anything but the one refusal (FAULTS 61)."""
    mixed = {name: value for name, value in {**frame, **spoilt}.items() if name not in taken}
    must_be_understood_or_refused(json.dumps(mixed))


@given(JUNK)
@settings(deadline=None)
def test_any_json_is_understood_or_refused(value: Any) -> None:
    """Whatever is JSON, or nearly, never raises anything but the one refusal (FAULTS 61)."""
    must_be_understood_or_refused(json.dumps(value))


@given(st.text() | st.text('[]{}":,\\u0123456789eE+-.tfnald ', max_size=80))
@settings(deadline=None)
def test_any_text_is_understood_or_refused(text: str) -> None:
    """Whatever is not JSON never raises anything but the one refusal (FAULTS 61)."""
    must_be_understood_or_refused(text)


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_are_plain_json_or_refused(raw: bytes) -> None:
    """The check that request bodies pass through raises the one refusal and nothing else (FAULTS 57)."""
    assert (outcome_of_check(raw) or "bad_text") in REFUSALS


def must_be_understood_or_refused(text: str) -> None:
    assert outcome(text) in UNDERSTOOD | set(REFUSALS)


def outcome(text: str) -> str:
    """The command that was understood, or the code of the refusal."""
    try:
        return type(decode(text)).__name__
    except NotUnderstood as refusal:
        return refusal.code


def outcome_of_check(raw: bytes) -> str | None:
    try:
        require_plain_json(raw)
    except NotUnderstood as refusal:
        return refusal.code
    return None
