"""From raw text to a command, or a refusal code; nothing a stranger sends gets past here in another shape."""

import json
from typing import Any, NoReturn
from uuid import UUID

import msgspec

from beside.protocol.commands import AnyCommand
from beside.protocol.events import Event
from beside.protocol.shapes import FRAME_BYTES, JSON_DEPTH, Ref

_decoder: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)
_encoder = msgspec.json.Encoder()


class NotUnderstood(ValueError):
    """The text is not one of our frames; `code` is one of `codes.REFUSALS`. `ref` and `client_id` where it could be seen what they were meant to be."""

    def __init__(self, code: str, detail: str, *, ref: str | None = None, client_id: UUID | None = None) -> None:
        super().__init__(detail)
        self.code, self.ref, self.client_id = code, ref, client_id


def decode(said: str | bytes) -> AnyCommand:
    """Read one frame from a client. Raises `NotUnderstood`, and nothing else."""
    try:
        raw = said.encode() if isinstance(said, str) else said
    except UnicodeEncodeError:
        raise NotUnderstood("bad_text", "lone surrogate") from None
    value = require_plain_json(raw)
    try:
        return _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, ValueError) as refusal:
        ref, client_id = _answers_to(value)
        raise NotUnderstood(_code_for(refusal), "not one of our frames", ref=ref, client_id=client_id) from None  # the library quotes what was sent


def encode(event: Event) -> bytes:
    """One frame for the wire. Call it once per event and node, not once per socket."""
    return _encoder.encode(event)


def require_plain_json(raw: bytes, limit: int = FRAME_BYTES) -> Any:
    """What it says. Raises `NotUnderstood` for JSON that parsers disagree about: too long, too deep, not UTF-8, doubled keys, NaN, huge numbers, half
    characters."""
    if len(raw) > limit:
        raise NotUnderstood("too_long", "frame too long")
    if raw.count(b"{") + raw.count(b"[") > JSON_DEPTH and _depth(raw) > JSON_DEPTH:  # the count is cheap, and nearly always enough
        raise NotUnderstood("bad_frame", "nested too deeply")
    value: Any = None
    try:
        value = _plain.decode(raw.decode())
        if b"\\u" in raw:
            json.dumps(value, ensure_ascii=False).encode()  # an escape can name half a character, which cannot be written
        return value
    except NotUnderstood:
        raise
    except UnicodeError:
        ref, client_id = _answers_to(value)
        raise NotUnderstood("bad_text", "not UTF-8, or half a character", ref=ref, client_id=client_id) from None
    except (ValueError, RecursionError):
        raise NotUnderstood("bad_frame", "not JSON") from None


def _depth(raw: bytes) -> int:
    """How deep the brackets nest, strings left out. One pass, no recursion: a bracket bomb costs what its length costs."""
    deepest = depth = 0
    in_string = escaped = False
    for byte in raw:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotUnderstood("bad_frame", "a key stands twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise NotUnderstood("bad_frame", f"{name} is not JSON")


def _short_int(digits: str) -> int:
    if len(digits) > 20:
        raise NotUnderstood("bad_frame", "a number is too long")
    return int(digits)


def _answers_to(value: Any) -> tuple[str | None, UUID | None]:
    """The `ref` and `client_id` of something that is no frame of ours, where each is one by itself: whoever sent it waits for an answer."""
    if not isinstance(value, dict):
        return None, None
    return _as(Ref, value.get("ref")), _as(UUID, value.get("client_id"))


def _as(shape: Any, value: Any) -> Any:
    try:
        if isinstance(value, str):
            value.encode()  # half a character cannot be sent back
            return msgspec.convert(value, shape)
    except (msgspec.ValidationError, UnicodeError):
        pass
    return None


def _code_for(refusal: Exception) -> str:
    text = str(refusal)
    if "length <=" in text and "body" in text:
        return "too_long"
    if "length >=" in text and "body" in text:
        return "empty"
    if "surrogate" in text:
        return "bad_text"
    return "bad_frame"


_plain = json.JSONDecoder(object_pairs_hook=_no_doubles, parse_constant=_no_constant, parse_int=_short_int)
