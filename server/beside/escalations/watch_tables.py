"""Who watches: the workers that were seen, and what somebody must look at. No row of another table is named by a key: whoever is hung may hold it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from beside.kit.db import Table, words_of
from beside.kit.ids import new_id
from beside.protocol.shapes import AlarmKind


class WorkerBeat(Table, table=True):
    """A worker that looks for due steps, and when it last had."""

    __tablename__ = "worker_beat"

    worker: str = Field(primary_key=True, max_length=128)
    began_at: datetime
    seen_at: datetime


class Alarm(Table, table=True):
    """One at a time stands for each kind and escalation: without `ended_at`. `found_by`: the process that noticed. `recorded_at`: in the hub's ledger."""

    __tablename__ = "escalation_alarm"
    __table_args__ = (
        Index("uq_escalation_alarm_kind_about", "kind", "about", unique=True, sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: AlarmKind = Field(sa_type=words_of(AlarmKind))
    about: str = Field(default="", max_length=36)
    hub_id: UUID | None
    found_at: datetime
    found_by: str = Field(max_length=128)
    recorded_at: datetime | None = None
    ended_at: datetime | None = None


class Heartbeat(Table, table=True):
    """One minute's proof that what is raised gets out: a row, claimed and sent as a page is, to a receiver of the operator's. It is about nobody.

    `minute` counts from 1970, so that of several workers one makes the row. `next_try_at` null: nothing more will be tried.
    """

    __tablename__ = "escalation_heartbeat"

    minute: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    began_at: datetime
    next_try_at: datetime | None
    tries: int = 0
    status: int | None = None
    reason: str | None = Field(default=None, max_length=32)
    delivered_at: datetime | None = None
    pinged_at: datetime | None = None
