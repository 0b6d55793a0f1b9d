"""What the server answers to whoever stands in the doorway, and about who they are once they are in."""

from datetime import datetime
from uuid import UUID

from beside.protocol.shapes import Role
from beside.protocol.snapshots import Snapshot


class UrgentPlace(Snapshot, frozen=True):
    """Somewhere to turn at once; three at most, from the hub's settings."""

    name: str
    detail: str
    contact: str
    link: str | None = None


class Doorway(Snapshot, frozen=True):
    """The public face of a hub, before anybody is signed in."""

    hub: str
    name: str
    open_now: bool
    opens_at: datetime | None
    peers_here: int
    urgent_places: list[UrgentPlace]
    suggested_pseudonym: str
    safe_site: str


class Permitted(Snapshot, frozen=True):
    """One thing a role may do, in plain words."""

    permission: str
    words: str


class RoleCard(Snapshot, frozen=True):
    """What a role is for, and what it may and may not do: printed from the table that the server enforces."""

    role: Role
    title: str
    purpose: str
    may: list[Permitted]
    may_not: list[Permitted]


class Me(Snapshot, frozen=True):
    """The person who is signed in."""

    account: UUID
    pseudonym: str
    hub: str
    hub_name: str
    roles: list[Role]
    cards: list[RoleCard]
    has_password: bool
    has_second_factor: bool
    second_factor_needed: bool
    urgent_places: list[UrgentPlace]
    safe_site: str


class Arrived(Snapshot, frozen=True):
    """The recovery code is shown this once; only a hash of it is kept."""

    me: Me
    recovery_code: str


class NewRecoveryCode(Snapshot, frozen=True):
    recovery_code: str


class Ticket(Snapshot, frozen=True):
    """For the socket's `hello`, once, within 30 s."""

    ticket: str
    expires_at: datetime


class SecondFactorSetup(Snapshot, frozen=True):
    """For an authenticator app; not in force until it has been confirmed."""

    secret: str
    uri: str
