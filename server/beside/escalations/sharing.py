"""May these words be shared without names? A pure rule: it finds what plainly points to somebody, and is no promise that nothing else does."""

import re
import unicodedata
from collections.abc import Iterable

FIGURES = 5  # in a row, spaces and hyphens left out: fewer is a time, a dose, a year; more is a telephone or a house
_NUMBER = re.compile(r"\d(?:[\s().\-/]?\d){4,}")
_ADDRESS = re.compile(r"\S@\S|https?://|www\.|\S\.(?:com|org|net|uk|de|in)\b", re.IGNORECASE)


def points_to_someone(words: str, names: Iterable[str]) -> bool:
    """Whether one of `names` stands in `words` (whatever its case or accents, as a word of its own), a long number, an address or a link."""
    plain = _plain(words)
    if _NUMBER.search(plain) or _ADDRESS.search(plain):
        return True
    return any(re.search(rf"(?<!\w){re.escape(_plain(name))}(?!\w)", plain) for name in names if _plain(name))


def _plain(text: str) -> str:
    """Letters without their marks and their case, and one space where there were some."""
    apart = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).casefold().split())
