"""Signed links: what is accepted, and that everything else is refused in the same words."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beside.escalations.links import GOOD_FOR, Link, make_link, read_link
from beside.kit.errors import NotAllowed

SECRET = b"s" * 32
AT = datetime(2026, 3, 2, 21, 34, tzinfo=UTC)
ESCALATION = uuid4()
TOKEN = make_link(SECRET, ESCALATION, 2, 1, 0, AT)


def test_a_link_is_read_back_as_it_was_made() -> None:
    """Until it runs out, a link says exactly which page of which escalation it came with."""
    assert Link(ESCALATION, 2, 1, 0, AT + GOOD_FOR) == read_link(SECRET, TOKEN, AT + GOOD_FOR - timedelta(seconds=1))


def swapped(token: str, at: int) -> str:
    raw = bytearray(base64.urlsafe_b64decode(token))
    raw[at] ^= 1
    return base64.urlsafe_b64encode(bytes(raw)).decode()


REFUSED = [
    ("out of time", TOKEN, AT + GOOD_FOR),
    ("another secret", make_link(b"t" * 32, ESCALATION, 2, 1, 0, AT), AT),
    ("another escalation", swapped(TOKEN, 3), AT),
    ("another turn", swapped(TOKEN, 17), AT),
    ("another rung", swapped(TOKEN, 18), AT),
    ("a later end", swapped(TOKEN, 21), AT),
    ("a changed signature", swapped(TOKEN, -1), AT),
    ("cut short", TOKEN[:-4], AT),
    ("longer", TOKEN + "AAAA", AT),
    ("nothing", "", AT),
    ("not base64", "!" * 64, AT),
    ("other script", "é" * 64, AT),
]


@pytest.mark.parametrize(("what", "token", "now"), REFUSED, ids=[row[0] for row in REFUSED])
def test_any_other_token_is_refused(what: str, token: str, now: datetime) -> None:
    """Forged, changed, of another escalation or out of time: 403, and the same words for each (FAULTS 93)."""
    with pytest.raises(NotAllowed) as refusal:
        read_link(SECRET, token, now)
    assert (403, "link_used") == (refusal.value.status, refusal.value.code), what


@given(st.text(max_size=100))
def test_no_text_breaks_the_reading(text: str) -> None:
    """Whatever stands in the path, it is refused and nothing else happens (FAULTS 93)."""
    with pytest.raises(NotAllowed):
        read_link(SECRET, text, AT)
