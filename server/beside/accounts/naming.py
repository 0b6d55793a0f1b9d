"""What a pseudonym may be: a name to be called by, and nothing that leads to the person or passes for a role."""

import re
import unicodedata

from beside.kit.errors import BadInput
from beside.kit.text import clean_text

PSEUDONYM_CHARACTERS = range(2, 25)  # as `protocol.shapes.Pseudonym`, counted again after cleaning
DIGITS_IN_A_ROW = 5  # a year of birth or a lucky number goes through; a telephone number does not

_JOINERS = "\u200c\u200d"  # Persian, Indian scripts and some emoji are written with them
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_FOLDED_AWAY = {"Cf", "Cs"}
_CONTACT = re.compile(r"@|https?|www\.|://|\w\.[^\W\d]{2,}", re.IGNORECASE)
_DIGITS = re.compile(rf"\d{{{DIGITS_IN_A_ROW},}}")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s.\-_/()+]+(?=\d)")
_CODE = re.compile(r"([0-9a-z]{4}-){2}")  # the beginning of a recovery code, pasted into the wrong field: everybody would read it
_TITLES = "admin administrator beside clinician coordinator doctor moderator nurse operator peer staff support system therapist"
_ROLES = frozenset(_TITLES.split())


def clean_pseudonym(text: str) -> str:
    """`text` as it is shown: NFC, single spaces. Raises `BadInput` (`bad_text`, `empty`, `too_short`, `name_not_safe`) or `TooLarge`, all about `pseudonym`."""
    name = _one_line(clean_text(text, PSEUDONYM_CHARACTERS.stop * 2, field="pseudonym"), "pseudonym")
    if len(name) < PSEUDONYM_CHARACTERS.start:
        raise BadInput("too_short", field="pseudonym")
    if len(name) not in PSEUDONYM_CHARACTERS:
        raise BadInput("too_long", field="pseudonym")
    folded = name_key(name)
    if _CONTACT.search(folded) or _CODE.match(folded) or _DIGITS.search(_BETWEEN_DIGITS.sub("", folded)) or folded in _ROLES:
        raise BadInput("name_not_safe", field="pseudonym")
    return name


def clean_name(text: str) -> str:
    """A name to sign in with, as staff choose it. Raises as `clean_pseudonym`, about `name`."""
    name = _one_line(clean_text(text, 80, field="name"), "name")
    if len(name) < 3:
        raise BadInput("too_short", field="name")
    return name


def name_key(name: str) -> str:
    """What two names share when a tired person would take one for the other: wide letters, case and spaces folded away."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(c for c in plain if unicodedata.category(c) not in _FOLDED_AWAY).split())


def _one_line(text: str, field: str) -> str:
    if any(unicodedata.category(c) in _UNSEEN and c not in _JOINERS for c in text):
        raise BadInput("bad_text", field=field)
    return " ".join(text.split())
