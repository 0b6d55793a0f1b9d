"""What text we carry: every writing system, nothing that breaks a database, and a length counted as people count it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beside.kit.errors import BadInput, TooLarge
from beside.kit.text import clean_optional, clean_text


@pytest.mark.parametrize(
    "text", ["I'm here.", "ñ", "नमस्ते", "안녕하세요", "שלום", "مرحبا", "👩🏽‍👧", "a\nb\tc", " spaced ", "\u202eright to left", "x" * 4_000, "🌿" * 4_000]
)
def test_what_people_write_is_carried_as_it_is(text: str) -> None:
    """Words of any language, emoji, line breaks and direction marks stay as they were written (FAULTS 58)."""
    assert text == clean_text(text, 4_000)


def test_a_length_is_counted_after_composing() -> None:
    """Letters typed as a base and a mark count as one; a character over the limit is too long (FAULTS 58)."""
    assert "é" * 4_000 == clean_text("e\u0301" * 4_000, 4_000)
    with pytest.raises(TooLarge):
        clean_text("e\u0301" * 4_001, 4_000)


def test_a_pile_of_marks_counts_each_mark() -> None:
    """Marks that no letter takes up count one by one, so that a tower of them reaches the limit (FAULTS 58)."""
    with pytest.raises(TooLarge):
        clean_text("z" + "\u0335" * 4_000, 4_000)


@pytest.mark.parametrize("text", ["a\0b", "\0", "\ud800", "a\udfffb", "\udc00\ud800"])
def test_what_no_database_takes_is_refused_as_text(text: str) -> None:
    """NUL and half characters are refused with their own code (FAULTS 57)."""
    with pytest.raises(BadInput) as refusal:
        clean_text(text, 4_000, field="body")
    assert ("bad_text", "body") == (refusal.value.code, refusal.value.field)


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u200b", "\u200b\u200d\ufeff", "\u2028\u2029", "\u202e", "\u00ad", "\u3000", "\ue000"])
def test_what_nobody_could_read_is_empty(text: str) -> None:
    """Spaces, zero-width characters, direction marks and private signs alone are no words (FAULTS 58)."""
    with pytest.raises(BadInput) as refusal:
        clean_text(text, 4_000)
    assert refusal.value.code == "empty"


@pytest.mark.parametrize(("text", "expected"), [(None, None), ("", None), (" \n", None), ("e\u0301", "é")])
def test_an_optional_text_may_be_left_out(text: str | None, expected: str | None) -> None:
    """Nothing and only spaces are nothing; anything else is cleaned as usual."""
    assert expected == clean_optional(text, 10)


def test_an_optional_text_is_held_to_the_same_rules() -> None:
    """What may be left out may still not be too long or unstorable."""
    with pytest.raises(TooLarge):
        clean_optional("x" * 11, 10)
    with pytest.raises(BadInput):
        clean_optional("x\0", 10)


@given(st.text(st.characters(), max_size=60))
def test_any_text_is_clean_or_refused(text: str) -> None:
    """Whatever is carried is composed, short enough and can be encoded; everything else is one of two refusals."""
    try:
        clean = clean_text(text, 40)
    except (BadInput, TooLarge):
        return
    assert unicodedata.normalize("NFC", text) == clean
    assert len(clean) <= 40
    assert clean == clean.encode().decode()
    assert "\0" not in clean
