"""The text of a calendar as its events, each a list of properties (RFC 5545, 3.1): flat, in one pass, for text that anybody may have written."""

from collections.abc import Iterator
from dataclasses import dataclass, field

DEEPEST = 8  # components within components; calendars nest three deep


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    params: dict[str, str]
    value: str


@dataclass(slots=True)
class Event:
    properties: list[Property] = field(default_factory=list)

    def first(self, name: str) -> Property | None:
        return next((one for one in self.properties if one.name == name), None)

    def all(self, name: str) -> list[Property]:
        return [one for one in self.properties if one.name == name]


def events_in(text: str) -> Iterator[Event]:
    """Every VEVENT, in order. What stands inside of one, such as an alarm, is passed over; so is what is no property at all."""
    inside: list[str] = []
    event: Event | None = None
    for line in _unfolded(text):
        found = _property(line)
        if found is None:
            continue
        if found.name == "BEGIN":
            inside = [*inside, found.value.strip().upper()][:DEEPEST]
            if inside[-1] == "VEVENT":
                event = Event()
        elif found.name == "END":
            if event is not None and inside[-1:] == ["VEVENT"]:
                yield event
                event = None
            inside = inside[:-1]
        elif event is not None and inside[-1:] == ["VEVENT"]:
            event.properties.append(found)


def plain_text(value: str) -> str:
    """A text value, unescaped, on one line."""
    out, escaped = [], False
    for character in value:
        if escaped:
            out.append(" " if character in "nN" else character)
        elif character != "\\":
            out.append(character)
        escaped = character == "\\" and not escaped
    return " ".join("".join(out).split())


def _unfolded(text: str) -> Iterator[str]:
    parts: list[str] = []
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if raw[:1] in (" ", "\t"):
            parts.append(raw[1:])
            continue
        if parts:
            yield "".join(parts)
        parts = [raw]
    yield "".join(parts)


def _property(line: str) -> Property | None:
    """`NAME;PARAM=value;PARAM="va:lue":value`. None for anything else."""
    cuts, quoted, end = [], False, -1
    for place, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif character == ";":
            cuts.append(place)
        elif character == ":":
            end = place
            break
    if end < 1:
        return None
    parts = [line[start:stop] for start, stop in zip([0, *(cut + 1 for cut in cuts)], [*cuts, end], strict=True)]
    params = dict(part.split("=", 1) for part in parts[1:] if "=" in part)
    return Property(parts[0].strip().upper(), {name.strip().upper(): value.strip().strip('"') for name, value in params.items()}, line[end + 1 :])
