"""The rota as rows with who and when. Times of shifts are what the clock on the wall shows in the hub's zone (`wall.FORM`); the rest are moments."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from beside.kit.db import Table, words_of
from beside.kit.ids import new_id
from beside.protocol.shapes import RotaTrouble

WALL = 16  # characters: 2026-12-01T20:00


class ShiftRow(Table, table=True):
    """`layout.Shift`, as it is kept. `rung` counts from 0, as in the hub's ladder. Another shift takes its place: `removed_at` ends this one."""

    __tablename__ = "rota_shift"
    __table_args__ = (Index("ix_rota_shift_hub_id_rung", "hub_id", "rung"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    rung: int
    account_id: UUID = Field(foreign_key="account.id")
    starts: str = Field(max_length=WALL)
    ends: str = Field(max_length=WALL)
    every_weeks: int = 0
    weekdays: list[int] = Field(default_factory=list, sa_type=JSON)
    until: date | None = None
    counts_from: date | None = None
    made_by: UUID | None
    made_at: datetime
    removed_by: UUID | None = None
    removed_at: datetime | None = None


class ChangeRow(Table, table=True):
    """One occurrence of a shift is different. One at a time is in force: the one without `ended_at`."""

    __tablename__ = "rota_change"
    __table_args__ = (
        Index(
            "uq_rota_change_in_force",
            "shift_id",
            "day",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    shift_id: UUID = Field(foreign_key="rota_shift.id")
    day: date
    off: bool = False
    starts: str | None = Field(default=None, max_length=WALL)
    ends: str | None = Field(default=None, max_length=WALL)
    made_by: UUID
    made_at: datetime
    ended_by: UUID | None = None
    ended_at: datetime | None = None


class SwapRow(Table, table=True):
    """`of_account` is asked to be relieved of one occurrence; `to_account` does it, once `agreed_at` is set. Who pressed is `asked_by` and `agreed_by`.

    `offered_to` null: whoever can. `ended_at`: taken back or turned down; an agreed one is in force as long as it is null.
    """

    __tablename__ = "rota_swap"
    __table_args__ = (
        Index("ix_rota_swap_shift_id_day", "shift_id", "day"),
        Index(
            "uq_rota_swap_asked",
            "shift_id",
            "day",
            unique=True,
            sqlite_where=text("agreed_at IS NULL AND ended_at IS NULL"),
            postgresql_where=text("agreed_at IS NULL AND ended_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    shift_id: UUID = Field(foreign_key="rota_shift.id")
    day: date
    of_account: UUID = Field(foreign_key="account.id")
    offered_to: UUID | None = Field(default=None, foreign_key="account.id")
    asked_by: UUID
    asked_at: datetime
    to_account: UUID | None = Field(default=None, foreign_key="account.id")
    agreed_by: UUID | None = None
    agreed_at: datetime | None = None
    ended_by: UUID | None = None
    ended_at: datetime | None = None


class LeaveRow(Table, table=True):
    """Somebody is away. Why is nobody's business, and is kept nowhere."""

    __tablename__ = "rota_leave"
    __table_args__ = (Index("ix_rota_leave_hub_id_ends_at", "hub_id", "ends_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    account_id: UUID = Field(foreign_key="account.id")
    starts_at: datetime
    ends_at: datetime
    made_by: UUID
    made_at: datetime
    removed_by: UUID | None = None
    removed_at: datetime | None = None


class Finding(Table, table=True):
    """Something that would go wrong, found before it does. `ends_at` null: no end in sight. `told_at`: when it was told last; `mended_at`: it was gone."""

    __tablename__ = "rota_finding"
    __table_args__ = (Index("ix_rota_finding_hub_id_mended_at", "hub_id", "mended_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    rung: int
    kind: RotaTrouble = Field(sa_type=words_of(RotaTrouble))
    account_id: UUID | None = Field(default=None, foreign_key="account.id")
    starts_at: datetime
    ends_at: datetime | None
    found_at: datetime
    told_at: datetime
    mended_at: datetime | None = None


class Look(Table, table=True):
    """When the rota of a hub is looked at next: claimed by a conditional UPDATE, so that of several workers one looks."""

    __tablename__ = "rota_look"

    hub_id: UUID = Field(foreign_key="hub.id", primary_key=True)
    due_at: datetime


class Feed(Table, table=True):
    """A secret address at which a calendar reads the rota: of one person, or (`account_id` null) of the hub. Only a hash of its token is kept."""

    __tablename__ = "rota_feed"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_rota_feed_hub_id_account_id", "hub_id", "account_id"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    account_id: UUID | None = Field(default=None, foreign_key="account.id")
    token_hash: str = Field(max_length=64)
    made_by: UUID
    made_at: datetime
    ended_at: datetime | None = None
