"""Rows of the ledger. No foreign keys: what happened stays written when the account or the hub it happened to is gone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from beside.kit.db import Table


class AuditEntry(Table, table=True):
    """One act. `about` holds ids, numbers and fixed words; `action` is `subject:object:action`, as in `account:role:granted`."""

    __tablename__ = "audit_entry"

    hub_id: UUID = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = Field(index=True)
    actor_id: UUID | None = Field(index=True)
    session_id: UUID | None
    action: str = Field(max_length=96, index=True)
    about: dict[str, str | int | bool | None] = Field(sa_type=JSON)
    prev_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class AuditHead(Table, table=True):
    """The last entry of a hub's ledger; who appends holds this row until their commit, so a ledger has one writer at a time."""

    __tablename__ = "audit_head"

    hub_id: UUID = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    hash: str = Field(max_length=64)
