"""What the server answers coordinators about staff, and those whom they invite."""

from datetime import datetime
from uuid import UUID

from beside.protocol.account_snapshots import RoleCard
from beside.protocol.shapes import Role
from beside.protocol.snapshots import Snapshot


class StaffMember(Snapshot, frozen=True):
    account: UUID
    pseudonym: str
    name: str
    roles: list[Role]
    has_second_factor: bool


class InvitationShown(Snapshot, frozen=True):
    invitation: UUID
    role: Role
    note: str | None
    expires_at: datetime


class Staff(Snapshot, frozen=True):
    staff: list[StaffMember]
    invitations: list[InvitationShown]


class LineWatch(Snapshot, frozen=True):
    """Whether people wait in your hub while nobody is at the desk. `since`: who waits longest asked then; null: somebody is there, or nobody waits."""

    since: datetime | None
    waiting: int


class InvitationMade(Snapshot, frozen=True):
    """The link is shown this once."""

    invitation: UUID
    link: str
    expires_at: datetime


class InvitationOpened(Snapshot, frozen=True):
    hub_name: str
    card: RoleCard


class RoleCards(Snapshot, frozen=True):
    cards: list[RoleCard]
