"""Conversations, who is in them, and their logs. Whatever changes what people see is an event in a log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from beside.kit.db import Table, words_of
from beside.kit.ids import new_id
from beside.protocol.events import LeaveReason
from beside.protocol.shapes import ConsentAnswer, ConversationKind, Log, Place, ReadingKind, Role


class Conversation(Table, table=True):
    """`last_seq` and `staff_last_seq` are the ends of its two logs. `sealed_about` is title, purpose and agreements, as JSON under its data key.

    `last_question` is the newest `Question` of it, so that the list need not look for one where none was asked.
    `open_escalation` is set by `escalations` while one is open: the list says that a clinician was told without asking a higher domain.
    """

    __tablename__ = "conversation"
    __table_args__ = (Index("ix_conversation_hub_id_kind", "hub_id", "kind"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    kind: ConversationKind = Field(sa_type=words_of(ConversationKind))
    sealed_about: bytes = Field(sa_type=LargeBinary)
    agreements_version: int = 0
    keeps_history: bool = True
    key_version: int
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    last_seq: int = Field(default=0, sa_type=BigInteger)  # the wire's seq goes to 2**53: asking for a far one must find nothing, not break
    staff_last_seq: int = Field(default=0, sa_type=BigInteger)
    opened_at: datetime
    closed_at: datetime | None = None
    closed_by: UUID | None = None
    open_escalation: UUID | None = None
    last_question: UUID | None = None


class Participant(Table, table=True):
    """Somebody's place in a conversation, now (`left_at` null) or once. `visible_from` is the first seq they may read."""

    __tablename__ = "participant"
    __table_args__ = (Index("ix_participant_account_id", "account_id"),)

    conversation_id: UUID = Field(foreign_key="conversation.id", primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    place: Place = Field(sa_type=words_of(Place))
    joined_at: datetime
    visible_from: int = Field(default=1, sa_type=BigInteger)
    seen_seq: int = Field(default=0, sa_type=BigInteger)
    agreements_version: int = 0
    left_at: datetime | None = None
    left_reason: LeaveReason | None = Field(default=None, sa_type=words_of(LeaveReason))


HAS_TARGET = text("target_seq IS NOT NULL")


class Event(Table, table=True):
    """One entry of a log. `sealed` is what a person wrote; `detail` holds ids and fixed words only."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("conversation_id", "author_id", "client_id"),
        # only what has a target, which no message has: a send writes nothing here, and nobody takes it for a way to find a message. While a table is new,
        # PostgreSQL does: any index on a conversation looks as good as the right one, and the plan is kept
        Index("ix_event_has_target", "conversation_id", "log", "target_seq", sqlite_where=HAS_TARGET, postgresql_where=HAS_TARGET),
    )

    conversation_id: UUID = Field(foreign_key="conversation.id", primary_key=True)
    log: Log = Field(sa_type=words_of(Log), primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str = Field(max_length=32)
    author_id: UUID | None = None
    author_place: Place | None = Field(default=None, sa_type=words_of(Place))
    client_id: UUID | None = None
    target_seq: int | None = Field(default=None, sa_type=BigInteger)
    sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime


class Question(Table, table=True):
    """A peer asked the person whether a clinician on call may know."""

    __tablename__ = "question"
    __table_args__ = (Index("ix_question_conversation_id_asked_at", "conversation_id", "asked_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversation_id: UUID = Field(foreign_key="conversation.id")
    asked_by: UUID = Field(foreign_key="account.id")
    asked_of: UUID = Field(foreign_key="account.id")
    asked_at: datetime


class QuestionAnswer(Table, table=True):
    """What they pressed, once."""

    __tablename__ = "question_answer"

    question_id: UUID = Field(foreign_key="question.id", primary_key=True)
    by: UUID = Field(foreign_key="account.id")
    at: datetime
    answer: ConsentAnswer = Field(sa_type=words_of(ConsentAnswer))


class Reading(Table, table=True):
    """Somebody opened this conversation who read it by a right from elsewhere. `about` is what gave it: the reported message, or the escalation."""

    __tablename__ = "reading"
    __table_args__ = (Index("ix_reading_conversation_id_at", "conversation_id", "at"), Index("ix_reading_about", "about"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversation_id: UUID = Field(foreign_key="conversation.id")
    by: UUID = Field(foreign_key="account.id")
    role: Role = Field(sa_type=words_of(Role))
    kind: ReadingKind = Field(sa_type=words_of(ReadingKind))
    about: UUID
    at: datetime


class Absence(Table, table=True):
    """Somebody was stepped out of a group until a time; they cannot come back in before it, unless it is lifted."""

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_conversation_id_account_id", "conversation_id", "account_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversation_id: UUID = Field(foreign_key="conversation.id")
    account_id: UUID = Field(foreign_key="account.id")
    by: UUID
    started_at: datetime
    until: datetime
    lifted_by: UUID | None = None
    lifted_at: datetime | None = None
