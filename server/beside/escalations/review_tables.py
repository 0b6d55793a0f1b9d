"""What people said of a call afterwards, as rows. Words about it are sealed under the conversation's key; a lesson has a key of its own and no way back."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from beside.kit.db import Table, words_of
from beside.protocol.shapes import Helped


class HelpedSaid(Table, table=True):
    """Whether the response helped, from the peer who raised it."""

    __tablename__ = "escalation_helped"

    escalation_id: UUID = Field(foreign_key="escalation.id", primary_key=True)
    by: UUID = Field(foreign_key="account.id")
    at: datetime
    helped: Helped = Field(sa_type=words_of(Helped))
    sealed_words: bytes | None = Field(default=None, sa_type=LargeBinary)


class Review(Table, table=True):
    """One side's look back. `shared_lesson`: that they shared one; which one is kept nowhere."""

    __tablename__ = "escalation_review"

    escalation_id: UUID = Field(foreign_key="escalation.id", primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    at: datetime
    sealed_went_well: bytes | None = Field(default=None, sa_type=LargeBinary)
    sealed_would_help: bytes | None = Field(default=None, sa_type=LargeBinary)
    shared_lesson: bool = False


class ReviewPutOff(Table, table=True):
    """They would rather not be asked about this one."""

    __tablename__ = "escalation_review_put_off"

    escalation_id: UUID = Field(foreign_key="escalation.id", primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    at: datetime


class Lesson(Table, table=True):
    """Something learnt, without names. Its id is random and its time a month, so that no row beside it says whose or which call's it is.

    Taken off, its words are gone: who and when stays.
    """

    __tablename__ = "lesson"
    __table_args__ = (Index("ix_lesson_hub_id_month", "hub_id", "month"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    month: str = Field(max_length=7)
    key_version: int
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    sealed_words: bytes | None = Field(sa_type=LargeBinary)
    taken_off_by: UUID | None = None
    taken_off_at: datetime | None = None
