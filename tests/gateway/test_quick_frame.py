"""What is read without the library is exactly one whole text frame, and nothing that only looks like one."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from beside.gateway.quick_frame import LONG, SHORT, ends_between_messages, whole_text


def frame(payload: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True, mask: bool = True) -> bytes:
    return Frame(opcode, payload, fin).serialize(mask=mask)


@given(st.binary(max_size=SHORT))
def test_one_whole_text_frame_is_read(payload: bytes) -> None:
    """Whatever its mask, its payload is what the library would read."""
    assert payload == whole_text(frame(payload))


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda data: bytes([0x81, 0xFE]) + data))
def test_no_bytes_break_it(data: bytes) -> None:
    """Anything else is left to the library, without a fault."""
    said = whole_text(data)
    assert said is None or len(said) + (6 if len(said) <= SHORT else 8) == len(data)
    assert ends_between_messages(data) in (True, False)


CONFIRMATION = b'{"type":"received.confirm","count":32}'
LEFT = {
    "nothing": b"",
    "unmasked": frame(CONFIRMATION, mask=False),
    "the first of a message in pieces": frame(CONFIRMATION, fin=False),
    "a later piece": frame(CONFIRMATION, Opcode.CONT),
    "binary": frame(CONFIRMATION, Opcode.BINARY),
    "a ping": frame(CONFIRMATION, Opcode.PING),
    "with reserved bits": bytes([0xC1]) + frame(CONFIRMATION)[1:],
    "longer than long": frame(b"a" * (LONG + 1)),
    "of a length that goes on for eight bytes": frame(b"a" * 70_000),
    "of a length that is written longer than it need be": bytes([0x81, 0xFE, 0, SHORT]) + frame(b"a" * SHORT)[2:],
    "long, and not all of it": frame(b"a" * 200)[:-1],
    "long, and more than all of it": frame(b"a" * 200) + b"x",
    "two frames": frame(CONFIRMATION) * 2,
    "not all of it": frame(CONFIRMATION)[:-1],
    "more than all of it": frame(CONFIRMATION) + b"x",
}


@pytest.mark.parametrize("data", LEFT.values(), ids=list(LEFT))
def test_everything_else_is_left_to_the_library(data: bytes) -> None:
    """Also what is nearly one."""
    assert whole_text(data) is None


BETWEEN = [frame(CONFIRMATION), frame(CONFIRMATION) * 3, frame(b"a" * 200), frame(b"a" * 70_000), frame(b"") + frame(b"", Opcode.PING), b""]
WITHIN = [
    frame(CONFIRMATION)[:-1],
    frame(CONFIRMATION)[:1],
    frame(b"a" * 200)[:5],
    frame(b"a", fin=False),
    frame(b"a") + frame(b"b", fin=False),
    frame(b"a", fin=False) + frame(b"", Opcode.PING),
]


@pytest.mark.parametrize(("data", "ends"), [*((data, True) for data in BETWEEN), *((data, False) for data in WITHIN)], ids=range(len(BETWEEN) + len(WITHIN)))
def test_it_is_known_where_a_message_ends(data: bytes, ends: bool) -> None:
    """Between two messages a short frame may be read as one; in the middle of anything it may not."""
    assert ends == ends_between_messages(data)


def test_masks_are_undone() -> None:
    """Of every length, under masks at random."""
    for size in (*range(SHORT * 3), LONG - 1, LONG):
        payload = os.urandom(size)
        assert payload == whole_text(frame(payload))
