"""A rota as the text of a calendar (RFC 5545): times in UTC, lines folded, text escaped. Nothing of anybody: "On call" and the name of the line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

FOLD = 75  # octets of a line, without its end (RFC 5545, 3.1)
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True, slots=True)
class Entry:
    """`uid` stays the same as long as it is the same turn, so that a calendar moves it instead of adding another."""

    uid: str
    starts: datetime
    ends: datetime
    summary: str


def calendar_text(entries: Iterable[Entry], now: datetime) -> str:
    """The whole file. It is called "On call" and no more: on a shared phone, where from is nobody's business."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Beside//Rota//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH", "X-WR-CALNAME:On call"]
    lines += ["REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"]
    for entry in entries:
        lines += ["BEGIN:VEVENT", f"UID:{entry.uid}", f"DTSTAMP:{_utc(now)}", f"DTSTART:{_utc(entry.starts)}", f"DTEND:{_utc(entry.ends)}"]
        lines += [f"SUMMARY:{entry.summary.translate(ESCAPED)}", "TRANSP:TRANSPARENT", "END:VEVENT"]
    return "".join(part + "\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _folded(line: str) -> Iterator[str]:
    """Never through the middle of a character: each goes on a new line where it would be cut."""
    part, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > FOLD:
            yield part
            part, size = " ", 1
        part, size = part + character, size + octets
    yield part


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
