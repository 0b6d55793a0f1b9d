"""What a pseudonym may be, as a table."""

import pytest

from beside.accounts.naming import clean_name, clean_pseudonym, name_key
from beside.kit.errors import BadInput, BesideError


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Quiet Otter", "Quiet Otter"),
        ("  Quiet   Otter ", "Quiet Otter"),
        ("Jo", "Jo"),
        ("Zoë", "Zoë"),
        ("Zoe\u0308", "Zoë"),
        ("小さな船", "小さな船"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("J.R. Wren", "J.R. Wren"),
        ("Otter 1984", "Otter 1984"),
        ("x" * 24, "x" * 24),
    ],
)
def test_good_names_go_through(typed: str, shown: str) -> None:
    """A name of 2 to 24 characters in any script is taken, in NFC, with single spaces."""
    assert shown == clean_pseudonym(typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("\u200b\u200b\u200b", "empty"),
        ("x", "too_short"),
        (" x ", "too_short"),
        ("x" * 25, "too_long"),
        ("x" * 500, "too_long"),
        ("two\nlines", "bad_text"),
        ("tab\tbed", "bad_text"),
        ("nul\0", "bad_text"),
        ("lone \ud800", "bad_text"),
        ("right\u202eto left", "bad_text"),
        ("zero\u200bwidth", "bad_text"),
        ("me@example.org", "name_not_safe"),
        ("5K5V-ZBPX-B2FE-6EG2-DP4D", "name_not_safe"),
        ("me＠example", "name_not_safe"),
        ("http otter", "name_not_safe"),
        ("HTTPS://x", "name_not_safe"),
        ("www.otter", "name_not_safe"),
        ("otter.example", "name_not_safe"),
        ("call 0791234", "name_not_safe"),
        ("07 91 23 45", "name_not_safe"),
        ("0-7-9-1-2", "name_not_safe"),
        ("１２３４５", "name_not_safe"),
        ("Moderator", "name_not_safe"),
        (" CLINICIAN ", "name_not_safe"),
        ("Ｍoderator", "name_not_safe"),
    ],
)
def test_names_that_lead_somewhere_or_mislead_are_refused(typed: str, code: str) -> None:
    """Contact details, names of roles, unseen characters and lengths out of bounds are each refused by their own code."""
    with pytest.raises(BesideError) as refused:
        clean_pseudonym(typed)
    assert (code, "pseudonym") == (refused.value.code, refused.value.field)


@pytest.mark.parametrize(
    ("one", "other"), [("Wren", "wren"), ("Wren", "ＷＲＥＮ"), ("Quiet Otter", "quiet  otter"), ("Straße", "STRASSE"), ("Wr\u200den", "Wren")]
)
def test_names_a_tired_person_would_confuse_are_one(one: str, other: str) -> None:
    """Case, wide letters, spaces and unseen joiners do not make a second name."""
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize("typed", ["ab", "", "a\u202eb c"])
def test_a_sign_in_name_can_be_typed(typed: str) -> None:
    """A name to sign in with has three characters that can be seen."""
    with pytest.raises(BadInput):
        clean_name(typed)
