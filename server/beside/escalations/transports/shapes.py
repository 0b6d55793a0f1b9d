"""What the transports have in common: a message in, a request out, and how an answer is read. Pure: no clock, no network, no database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from beside.protocol.shapes import ChannelKind, Severity

BODY_BYTES = 1_024  # ESCALATION: a payload that grows past this has begun to carry something it should not


class Act(StrEnum):
    """`page` asks for somebody, `reminder` whoever took it; `acknowledged` and `resolved` tell a provider what happened here; `test` is a coordinator's.
    `rota` says that somebody will be missing, `desk` that people wait with nobody at the desk: then `escalation` names what was found."""

    page = "page"
    reminder = "reminder"
    acknowledged = "acknowledged"
    resolved = "resolved"
    test = "test"
    rota = "rota"
    desk = "desk"


class Target(Struct, frozen=True):
    """Where a channel leads (`mailto:` for e-mail), and its secrets: the newest first, an old one beside it while they are exchanged.

    `secrets` sign what we send, or are a provider's key. `callback_secrets` are what a provider signs its own calls with, where that is another one.
    """

    url: str
    secrets: list[str]
    callback_secrets: list[str] = []


@dataclass(frozen=True, slots=True)
class Message:
    """All that a transport may say. `id` is the same over all attempts; `incident` is what a provider knows one climb of the ladder by.

    `rung` counts from 1; `at` is when the message came to be; `url` is a signed link of ours.
    """

    act: Act
    id: str
    incident: str
    escalation: UUID
    hub: UUID
    severity: Severity
    rung: int
    raised_at: datetime
    respond_by: datetime | None
    at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Post:
    """One HTTP POST, through the egress guard."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail, to the operator's relay."""

    to: str
    subject: str
    text: str
    id: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a provider that held: somebody there took `escalation`. `name` is the call's own, so that it counts once; `by` who they say it was."""

    escalation: UUID
    turn: int | None
    name: str
    by: str | None


class Refused(ValueError):
    """A call that is not theirs, changed, too old, from the future, or not to be read. The text is for logs and holds nothing of it."""


@dataclass(frozen=True, slots=True)
class Transport:
    """One kind of receiver.

    `request_of(message, target, now)`: what to send; raises `ValueError` for a target that is none. `target_of(address, secrets, callback_secrets, allowed)`:
    what to keep of what a coordinator typed; raises `BadInput`. `tells`: the acts it is told beside pages, reminders and tests. `makes_secret`:
    its secret is made here and shown once. `read_call(target, headers, body, now)`: an answer that comes back as a call; raises `Refused`;
    None where it is about something else.
    """

    kind: ChannelKind
    request_of: Callable[[Message, Target, datetime], Post | Letter]
    target_of: Callable[..., Target]
    tells: frozenset[Act] = frozenset()
    makes_secret: bool = False
    read_call: Callable[[Target, Mapping[str, str], bytes, datetime], Called | None] | None = None


def reason_of(status: int) -> str | None:
    """How an answer's status is read, alike for all: None where it was taken in. Taken in is not acknowledged."""
    if 200 <= status < 300:
        return None
    return {410: "gone", 429: "asked_to_wait"}.get(status, "not_accepted")


def json_of(fields: Any) -> bytes:
    """A body, in the one spelling that is signed and sent."""
    return msgspec.json.encode(fields)
