"""Reports by people, who looks at them, what was done, and what was said to those concerned. Every word here is sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from beside.kit.db import Table, words_of
from beside.kit.ids import new_id
from beside.protocol.shapes import ActKind, Place

_OPEN = text("closed_at IS NULL")


class ReportedMessage(Table, table=True):
    """One item at the desk: a message, however many people report it. After it was closed, a new report is a new item."""

    __tablename__ = "reported_message"
    __table_args__ = (
        Index("uq_reported_message_open", "conversation_id", "seq", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_reported_message_hub_id_closed_at", "hub_id", "closed_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    conversation_id: UUID = Field(foreign_key="conversation.id")
    seq: int = Field(sa_type=BigInteger)
    about_id: UUID = Field(foreign_key="account.id")
    about_place: Place = Field(sa_type=words_of(Place))
    opened_at: datetime
    closed_at: datetime | None = None


class Report(Table, table=True):
    """One person's report, which is also their receipt. Words are sealed under the conversation's key."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("by_id", "conversation_id", "seq"), Index("ix_report_reported_id", "reported_id"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    reported_id: UUID = Field(foreign_key="reported_message.id")
    conversation_id: UUID = Field(foreign_key="conversation.id")
    seq: int = Field(sa_type=BigInteger)
    by_id: UUID = Field(foreign_key="account.id")
    reason: str = Field(max_length=16)
    sealed_words: bytes | None = Field(default=None, sa_type=LargeBinary)
    at: datetime


class Claim(Table, table=True):
    """A moderator has this item until `until`, renewed while they have it open, or until they let it go."""

    __tablename__ = "claim"
    __table_args__ = (Index("ix_claim_reported_id", "reported_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    reported_id: UUID = Field(foreign_key="reported_message.id")
    by_id: UUID = Field(foreign_key="account.id")
    at: datetime
    until: datetime
    released_at: datetime | None = None


class Outcome(Table, table=True):
    """What those who reported hear back. Words are sealed under the conversation's key."""

    __tablename__ = "outcome"

    reported_id: UUID = Field(foreign_key="reported_message.id", primary_key=True)
    outcome: str = Field(max_length=16)
    sealed_words: bytes | None = Field(default=None, sa_type=LargeBinary)
    by_id: UUID = Field(foreign_key="account.id")
    at: datetime


class Act(Table, table=True):
    """What was done about somebody. The reason is sealed under their own key: it goes when they go.

    `conversation_id` is null where it is about no single one; `offered_conversation_id` is the one-to-one that was offered with it.
    """

    __tablename__ = "act"
    __table_args__ = (Index("ix_act_about_id", "about_id"), Index("ix_act_conversation_id_target_seq", "conversation_id", "target_seq"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    kind: ActKind = Field(sa_type=words_of(ActKind))
    about_id: UUID = Field(foreign_key="account.id")
    by_id: UUID = Field(foreign_key="account.id")
    reported_id: UUID | None = Field(default=None, foreign_key="reported_message.id")
    conversation_id: UUID | None = Field(default=None, foreign_key="conversation.id")
    target_seq: int | None = Field(default=None, sa_type=BigInteger)
    sealed_reason: bytes = Field(sa_type=LargeBinary)
    at: datetime
    until: datetime | None = None
    offered_conversation_id: UUID | None = Field(default=None, foreign_key="conversation.id")
    undone_at: datetime | None = None
    undone_by: UUID | None = Field(default=None, foreign_key="account.id")


class AppealMade(Table, table=True):
    """Somebody asks that another person looks at an act about them: once for each act. Sealed under their own key."""

    __tablename__ = "appeal"
    __table_args__ = (Index("ix_appeal_hub_id_decided_at", "hub_id", "decided_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    act_id: UUID = Field(foreign_key="act.id", unique=True)
    sealed_words: bytes = Field(sa_type=LargeBinary)
    at: datetime
    decided_at: datetime | None = None
    decided_by: UUID | None = Field(default=None, foreign_key="account.id")
    upheld: bool | None = None
    sealed_answer: bytes | None = Field(default=None, sa_type=LargeBinary)
