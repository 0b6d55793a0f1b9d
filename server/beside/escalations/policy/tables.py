"""Every version of a hub's escalation policy. The newest is in force; `Hub.policy` says the same."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from beside.kit.db import Table


class PolicyRow(Table, table=True):
    """`whole` is `kept.Kept` as JSON. Number 0 is how the hub was before its first change. `made_by` null: whoever runs the place, on the machine itself."""

    __tablename__ = "escalation_policy"

    hub_id: UUID = Field(foreign_key="hub.id", primary_key=True)
    number: int = Field(primary_key=True)
    made_by: UUID | None = Field(default=None, foreign_key="account.id")
    made_at: datetime
    restored: int | None = None
    whole: dict[str, Any] = Field(sa_type=JSON)
