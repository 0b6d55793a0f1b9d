"""What the server answers over HTTP: the state of things now, complete enough to draw a screen from. What most doors share; the rest is by room."""

from msgspec import Struct


class Snapshot(Struct, kw_only=True, frozen=True):
    """A JSON object. Ignore a field you do not know."""


class Fine(Snapshot, frozen=True):
    """It was done."""

    done: bool = True


class Refusal(Snapshot, frozen=True):
    """Every answer of 400 and above. `message` is care text, fit to be shown; `field` names what it is about."""

    code: str
    message: str
    field: str | None = None
    retry_after_ms: int | None = None
