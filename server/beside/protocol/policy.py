"""A hub's escalation policy over HTTP: what a coordinator asks for, what they are shown, and what would happen at night."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from beside.protocol.shapes import ChannelKind, Severity, Wire
from beside.protocol.snapshots import Snapshot

RUNGS = 10  # nobody reads a longer list at night, and a call that passed ten people has been lost long before
CHANNELS = 6  # of one rung
SCRIPT_LEAST, SCRIPT_MOST = 20, 600  # characters: enough to say whom to ring; more is not read with somebody in danger
A_MONTH = 30 * 24 * 3600

RungName = Annotated[str, Meta(min_length=1, max_length=40, description='What the list calls them: "First on call".')]
Seconds = Annotated[int, Meta(ge=1, le=A_MONTH)]
Number = Annotated[int, Meta(ge=0, le=2**31 - 1, description="A version; 0 is how the hub began.")]


class PolicyRung(Wire, frozen=True):
    """One step of the list. `account` answers it; with `rota`, whoever is on call by the rota at that moment; with neither, whoever holds the device.

    `channels` are tried in this order. With `rota` they come after the person's own.
    """

    person: RungName
    channels: Annotated[list[UUID], Meta(max_length=CHANNELS)]
    account: UUID | None = None
    rota: bool = False


class PolicyPatience(Wire, frozen=True):
    """Seconds at one severity. `unsent`: the second channel, while the first has not taken the page in. `unseen`: the second channel, while nobody
    answers; null: none. `next_rung`: the next person. `remind`, `undo`: whoever took it and did not begin is reminded, then the others are called again.
    """

    unsent: Seconds
    unseen: Seconds | None
    next_rung: Seconds
    remind: Seconds
    undo: Seconds


class PolicyTimers(Wire, frozen=True):
    critical: PolicyPatience
    high: PolicyPatience
    concern: PolicyPatience


class PolicyDraft(Wire, frozen=True):
    """A whole policy. `duty_manager` is asked where a rung turns out empty, and after the last one. `emergency_script` is shown to a peer as written."""

    rungs: Annotated[list[PolicyRung], Meta(max_length=RUNGS)]
    duty_manager: PolicyRung | None
    timers: PolicyTimers
    emergency_script: Annotated[str, Meta(min_length=1, max_length=4 * SCRIPT_MOST, description="20 to 600 characters, counted after NFC.")]


class ChangePolicy(Wire, frozen=True):
    """`basis` is the version that was edited: where another is in force by now, nothing is stored (`changed_meanwhile`)."""

    basis: Number
    draft: PolicyDraft


class PreviewPolicy(Wire, frozen=True):
    """What would change, and what would happen at night. Nothing is stored."""

    draft: PolicyDraft


class RestorePolicy(Wire, frozen=True):
    """Bring back version `number`, as a new one on top of `basis`."""

    basis: Number
    number: Number


class PolicyTimer(StrEnum):
    unsent = "unsent"
    unseen = "unseen"
    next_rung = "next_rung"
    remind = "remind"
    undo = "undo"


class PolicyChangeKind(StrEnum):
    """`answers_nobody`: no account by name, whoever holds the device. Those about a rung are about the duty manager where `duty_manager` is true."""

    rung_added = "rung_added"
    rung_removed = "rung_removed"
    rungs_moved = "rungs_moved"
    rung_renamed = "rung_renamed"
    answers_person = "answers_person"
    answers_rota = "answers_rota"
    answers_nobody = "answers_nobody"
    channels = "channels"
    timer = "timer"
    script = "script"


class PolicyChange(Snapshot, frozen=True):
    """One thing that is different. `before` and `after` are names; seconds where it is about a timer (null: none)."""

    what: PolicyChangeKind
    rung: str | None = None
    duty_manager: bool = False
    before: list[str] = msgspec.field(default_factory=list)
    after: list[str] = msgspec.field(default_factory=list)
    severity: Severity | None = None
    timer: PolicyTimer | None = None
    before_seconds: int | None = None
    after_seconds: int | None = None


class NightStepKind(StrEnum):
    """`page`: somebody is called. `again`: nobody answered, all of them again. `remind`, `undo`: counted from when somebody took it and did not begin."""

    page = "page"
    again = "again"
    remind = "remind"
    undo = "undo"


class NightStep(Snapshot, frozen=True):
    """`channel` null: the person's own. `who` null: whoever holds the device, or (`rota`) is on call."""

    what: NightStepKind
    after_seconds: int
    rung: str | None = None
    who: str | None = None
    rota: bool = False
    duty_manager: bool = False
    channel: str | None = None
    kind: ChannelKind | None = None


class Night(Snapshot, frozen=True):
    """One severity, where every page is taken in and nobody answers. `unsent_seconds`: what is not taken in goes to the next channel after so long.

    `in_open_hours`: the next person is asked in opening hours only.
    """

    severity: Severity
    steps: list[NightStep]
    unsent_seconds: int
    in_open_hours: bool


class PolicyPreview(Snapshot, frozen=True):
    changes: list[PolicyChange]
    nights: list[Night]


class PolicyPerson(Snapshot, frozen=True):
    """`can_answer`: a clinician who can sign in. Others are here because the list names them."""

    account: UUID
    name: str
    can_answer: bool


class PolicyChannel(Snapshot, frozen=True):
    """`whose`: the person whose own it is. `in_use` false: retired, and here because the list names it."""

    channel: UUID
    name: str | None
    kind: ChannelKind
    whose: str | None
    in_use: bool


class PolicyBounds(Snapshot, frozen=True):
    """What one timer may be, in seconds; `usual` is the design's. `may_be_none`: it may be null."""

    severity: Severity
    timer: PolicyTimer
    least: int
    most: int
    usual: int | None
    may_be_none: bool


class PolicyVersion(Snapshot, frozen=True):
    """`by` null: whoever set the hub up. `restored`: the number of the version that this one brought back."""

    number: int
    by: str | None
    at: datetime
    restored: int | None
    changes: list[PolicyChange]


class PolicyPage(Snapshot, frozen=True):
    """What is in force (version `number`), what may be chosen, and the newest versions, the newest first."""

    number: int
    draft: PolicyDraft
    people: list[PolicyPerson]
    channels: list[PolicyChannel]
    bounds: list[PolicyBounds]
    versions: list[PolicyVersion]
