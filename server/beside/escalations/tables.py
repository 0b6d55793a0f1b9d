"""What happened to an escalation, as rows with who and when. Whatever a person wrote is sealed under the conversation's key."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from beside.kit.db import Table, words_of
from beside.kit.ids import new_id
from beside.protocol.shapes import Consent, Severity


class Cause(StrEnum):
    """Why the ladder is climbed from the start (again)."""

    raised = "raised"
    exhausted = "exhausted"
    severity = "severity"
    unacknowledged = "unacknowledged"


class PageKind(StrEnum):
    """`page` asks for somebody; `reminder` asks whoever took it. The others tell a provider what became of what it was sent."""

    page = "page"
    reminder = "reminder"
    acknowledged = "acknowledged"
    resolved = "resolved"
    reminder_resolved = "reminder_resolved"


ASKING = (PageKind.page, PageKind.reminder)


class Escalation(Table, table=True):
    """`ladder` and `timers` are the snapshot of the policy when it was raised (no timers in rows of the first light: the design's). `next_step_at` is
    when somebody must look at it next; `turn` counts its Turn rows.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        Index("ix_escalation_next_step_at_open", "next_step_at", sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")),
        Index(
            "uq_escalation_conversation_id_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_escalation_hub_id_raised_at", "hub_id", "raised_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    conversation_id: UUID = Field(foreign_key="conversation.id")
    raised_by: UUID = Field(foreign_key="account.id")
    raised_at: datetime
    severity: Severity = Field(sa_type=words_of(Severity))
    consent: Consent = Field(sa_type=words_of(Consent))
    sealed_view: bytes = Field(sa_type=LargeBinary)
    sealed_facts: bytes | None = Field(default=None, sa_type=LargeBinary)
    sealed_reason: bytes | None = Field(default=None, sa_type=LargeBinary)
    ladder: list[dict[str, Any]] = Field(sa_type=JSON)
    timers: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    turn: int = 1
    next_step_at: datetime | None
    closed_at: datetime | None = None


class Turn(Table, table=True):
    """One climb of the ladder. `first_rung`: whoever handed it back is asked last."""

    __tablename__ = "escalation_turn"

    escalation_id: UUID = Field(foreign_key="escalation.id", primary_key=True)
    number: int = Field(primary_key=True)
    cause: Cause = Field(sa_type=words_of(Cause))
    first_rung: int = 0
    started_at: datetime


class Page(Table, table=True):
    """One message to one channel, over all its attempts. `leased_until`: a worker is at it, and says so again while it is.

    `severity` is the escalation's when it was made (null in rows of the first light): a provider may know it by that. `account_id` is whose rung it was
    then: by the rota, the rung may be somebody else's the next time.
    """

    __tablename__ = "escalation_page"
    __table_args__ = (UniqueConstraint("escalation_id", "turn", "rung", "place", "kind"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    escalation_id: UUID = Field(foreign_key="escalation.id")
    turn: int
    rung: int
    place: int
    kind: PageKind = Field(sa_type=words_of(PageKind))
    channel_id: UUID = Field(foreign_key="on_call_channel.id")
    created_at: datetime
    tries: int = 0
    tried_at: datetime | None = None
    not_before: datetime | None = None
    leased_until: datetime | None = None
    delivered_at: datetime | None = None
    severity: Severity | None = Field(default=None, sa_type=words_of(Severity))
    account_id: UUID | None = None


class Attempt(Table, table=True):
    """One try, written before it is made. `ended_at` null: under way, or its worker is gone. `reason` is a word from our own list."""

    __tablename__ = "escalation_attempt"
    __table_args__ = (
        Index("ix_escalation_attempt_page_id", "page_id"),
        Index("ix_escalation_attempt_at_unfinished", "at", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    page_id: UUID = Field(foreign_key="escalation_page.id")
    at: datetime
    ended_at: datetime | None = None
    status: int | None = None
    milliseconds: int | None = None
    reason: str | None = Field(default=None, max_length=32)


class Acknowledgement(Table, table=True):
    """A named person took it. One at a time is in force: the one without `ended_at`. `link` names the signed link it came by, if one."""

    __tablename__ = "acknowledgement"
    __table_args__ = (
        Index("uq_acknowledgement_in_force", "escalation_id", unique=True, sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    escalation_id: UUID = Field(foreign_key="escalation.id")
    account_id: UUID | None
    rung: int
    link: str | None = Field(default=None, max_length=64)
    at: datetime
    ended_at: datetime | None = None


class Unacknowledgement(Table, table=True):
    """It was given back, or nothing followed in time (`by` null): the ladder is climbed again."""

    __tablename__ = "unacknowledgement"

    acknowledgement_id: UUID = Field(foreign_key="acknowledgement.id", primary_key=True)
    by: UUID | None
    at: datetime


class Start(Table, table=True):
    """Whoever took it has begun."""

    __tablename__ = "escalation_start"

    acknowledgement_id: UUID = Field(foreign_key="acknowledgement.id", primary_key=True)
    by: UUID
    at: datetime


class Joining(Table, table=True):
    """A clinician came into the conversation, announced."""

    __tablename__ = "escalation_joining"

    escalation_id: UUID = Field(foreign_key="escalation.id", primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    at: datetime


class Resolution(Table, table=True):
    """How it ended, and one line back to the peer."""

    __tablename__ = "resolution"

    escalation_id: UUID = Field(foreign_key="escalation.id", primary_key=True)
    by: UUID
    at: datetime
    outcome: str = Field(max_length=32)
    sealed_feedback: bytes = Field(sa_type=LargeBinary)


class Cancellation(Table, table=True):
    """Called off. A critical one waits for a second person: until `confirmed_at` it goes on."""

    __tablename__ = "cancellation"

    escalation_id: UUID = Field(foreign_key="escalation.id", primary_key=True)
    by: UUID
    at: datetime
    sealed_reason: bytes = Field(sa_type=LargeBinary)
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None


class Note(Table, table=True):
    """What somebody added while it was open: each further raise is one."""

    __tablename__ = "escalation_note"
    __table_args__ = (Index("ix_escalation_note_escalation_id", "escalation_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    escalation_id: UUID = Field(foreign_key="escalation.id")
    by: UUID
    at: datetime
    sealed_words: bytes = Field(sa_type=LargeBinary)


class Reading(Table, table=True):
    """Why somebody read the conversation because of this escalation. That they did is `conversations.tables.Reading`, which the member is shown."""

    __tablename__ = "escalation_reading"
    __table_args__ = (Index("ix_escalation_reading_escalation_id", "escalation_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    escalation_id: UUID = Field(foreign_key="escalation.id")
    by: UUID
    at: datetime
    up_to_seq: int
    sealed_reason: bytes = Field(sa_type=LargeBinary)


class Channel(Table, table=True):
    """A way to reach somebody on call. `sealed_target` is `transports.shapes.Target`: the address and the secrets, under a key of its own.

    `account_id`: whose it is, if it is one person's. `gone_at`: since when its address answers that it is gone (410); null once it took something in.
    """

    __tablename__ = "on_call_channel"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    kind: str = Field(max_length=32)
    key_version: int
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    sealed_target: bytes = Field(sa_type=LargeBinary)
    made_at: datetime
    retired_at: datetime | None = None
    name: str | None = Field(default=None, max_length=80)
    account_id: UUID | None = Field(default=None, foreign_key="account.id")
    gone_at: datetime | None = None
