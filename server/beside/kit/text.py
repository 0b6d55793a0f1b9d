"""What text we carry: NFC, no NUL, no lone surrogates, something to read, at most so many characters."""

import unicodedata

from beside.kit.errors import BadInput, TooLarge

_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp", "Cn", "Co"}


def clean_text(text: str, limit: int, *, field: str | None = None) -> str:
    """`text` in NFC. Raises `BadInput` (`bad_text`, `empty`, `reason_needed`) or `TooLarge` (over `limit` characters, counted after NFC)."""
    if "\0" in text or not _is_whole(text):
        raise BadInput("bad_text", field=field)
    plain = unicodedata.normalize("NFC", text)
    if len(plain) > limit:
        raise TooLarge("too_long", field=field)
    if all(unicodedata.category(c) in _UNSEEN for c in plain):
        raise BadInput(when_empty(field), field=field)
    return plain


def _is_whole(text: str) -> bool:
    """Whether no character of it is half of one."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def when_empty(field: str | None) -> str:
    """The code for no words at all: of a reason it is said what it is for."""
    return "reason_needed" if field == "reason" else "empty"


def clean_optional(text: str | None, limit: int, *, field: str | None = None) -> str | None:
    """As `clean_text`; nothing, or only spaces, is None."""
    if text is None or not text.strip():
        return None
    return clean_text(text, limit, field=field)
