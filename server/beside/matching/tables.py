"""Who waits, and who is ready to be with them. A place ends once; the ended ones are what honest waiting times are made of."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field

from beside.kit.db import Table, words_of
from beside.kit.ids import new_id

_OPEN = text("left_at IS NULL")
_READY = text("ended_at IS NULL")


class WhyLeft(StrEnum):
    """How a place in line ended."""

    met = "met"
    stepped_out = "stepped_out"


class PlaceInLine(Table, table=True):
    """Somebody asked for support. `left_at` null: they wait. What they chose to share is sealed under their own key.

    `front_at` puts them at the front; `offered_by` is the moderation act that offered this, where one did.
    """

    __tablename__ = "line_place"
    __table_args__ = (
        Index("uq_line_place_waiting", "account_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_line_place_hub_id_asked_at", "hub_id", "asked_at"),
        Index("ix_line_place_conversation_id", "conversation_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    account_id: UUID = Field(foreign_key="account.id")
    asked_at: datetime
    unsafe: bool = False
    sealed_wants: bytes | None = Field(default=None, sa_type=LargeBinary)
    sealed_who: bytes | None = Field(default=None, sa_type=LargeBinary)
    front_at: datetime | None = None
    offered_by: UUID | None = None
    left_at: datetime | None = None
    left_why: WhyLeft | None = Field(default=None, sa_type=words_of(WhyLeft))
    conversation_id: UUID | None = Field(default=None, foreign_key="conversation.id")


class UnstaffedLine(Table, table=True):
    """People wait, the hub is open, and nobody has been at the desk for a minute: its staff were told. Over when somebody came, or nobody waits."""

    __tablename__ = "unstaffed_line"
    __table_args__ = (Index("uq_unstaffed_line_hub_id", "hub_id", unique=True, sqlite_where=_READY, postgresql_where=_READY),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    since: datetime
    told_at: datetime
    ended_at: datetime | None = None


class Readiness(Table, table=True):
    """A peer has room for one person. It ends when that person is there, or when the peer says so."""

    __tablename__ = "readiness"
    __table_args__ = (
        Index("uq_readiness_ready", "account_id", unique=True, sqlite_where=_READY, postgresql_where=_READY),
        Index("ix_readiness_hub_id", "hub_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    account_id: UUID = Field(foreign_key="account.id")
    since: datetime
    ended_at: datetime | None = None
