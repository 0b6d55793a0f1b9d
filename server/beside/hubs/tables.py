"""A hub is the tenant. Nothing crosses hubs unless both say so."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from beside.kit.db import Table
from beside.kit.ids import new_id


class Hub(Table, table=True):
    """`policy` is `hubs.policy.Policy` as JSON: what this hub decided, the defaults left out."""

    __tablename__ = "hub"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    slug: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=80)
    policy: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime
