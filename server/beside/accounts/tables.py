"""People and how they come back. Names are sealed under a key of the account's own; what is looked up by is a keyed hash."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from beside.kit.db import Table, words_of
from beside.kit.ids import new_id
from beside.protocol.shapes import Role


class Account(Table, table=True):
    """One person in one hub. `wrapped_key` seals their name; shredding it forgets the name everywhere, backups included."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("hub_id", "pseudonym_index"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    sealed_pseudonym: bytes = Field(sa_type=LargeBinary)
    pseudonym_index: str = Field(max_length=64)
    key_version: int
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    created_at: datetime


class Session(Table, table=True):
    """A signed-in browser. Only a hash of its token is kept; `ended_at` ends it at once, everywhere; else `session_life` says when."""

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_account_id", "account_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime
    last_used_at: datetime
    ended_at: datetime | None = None
    ended_why: str | None = Field(default=None, max_length=32)


class SocketTicket(Table, table=True):
    """Lets one socket in, once, within 30 s."""

    __tablename__ = "socket_ticket"
    __table_args__ = (Index("ix_socket_ticket_session_id", "session_id"),)

    ticket_hash: str = Field(max_length=64, primary_key=True)
    session_id: UUID = Field(foreign_key="session.id")
    expires_at: datetime
    used_at: datetime | None = None


class RecoveryCode(Table, table=True):
    """`locator` is the code's first part, hashed with our secret, to find the row by; the whole code is kept as Argon2id only."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("ix_recovery_code_account_id", "account_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    locator: str = Field(max_length=64, unique=True)
    code_hash: str = Field(max_length=200)
    created_at: datetime
    replaced_at: datetime | None = None


class Password(Table, table=True):
    """`name_index` is the keyed hash of the name to sign in with, unique in the hub."""

    __tablename__ = "password"
    __table_args__ = (UniqueConstraint("hub_id", "name_index"),)

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    sealed_name: bytes = Field(sa_type=LargeBinary)
    name_index: str = Field(max_length=64)
    password_hash: str = Field(max_length=200)
    set_at: datetime


class SecondFactor(Table, table=True):
    """A TOTP secret, sealed; in force once `confirmed_at` is set. `last_step` stops the same six numbers from being used twice."""

    __tablename__ = "second_factor"

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    sealed_secret: bytes = Field(sa_type=LargeBinary)
    created_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = 0


class RoleGrant(Table, table=True):
    """Who gave a role to whom, and who took it back."""

    __tablename__ = "role_grant"
    __table_args__ = (Index("ix_role_grant_account_id", "account_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    role: Role = Field(sa_type=words_of(Role))
    granted_by: UUID | None = None
    granted_at: datetime
    revoked_by: UUID | None = None
    revoked_at: datetime | None = None


class Invitation(Table, table=True):
    """A single-use link into a role. The note may say for whom it is, so that it is sealed, under a key of its own."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_hub_id", "hub_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hub_id: UUID = Field(foreign_key="hub.id")
    role: Role = Field(sa_type=words_of(Role))
    sealed_note: bytes | None = Field(default=None, sa_type=LargeBinary)
    key_version: int
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    token_hash: str = Field(max_length=64, unique=True)
    made_by: UUID | None = None
    made_at: datetime
    expires_at: datetime
    used_by: UUID | None = None
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None


class Suspension(Table, table=True):
    """Somebody cannot take part for a while. They can still read why, and appeal."""

    __tablename__ = "suspension"
    __table_args__ = (Index("ix_suspension_account_id", "account_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    by: UUID
    started_at: datetime
    until: datetime
    lifted_by: UUID | None = None
    lifted_at: datetime | None = None
