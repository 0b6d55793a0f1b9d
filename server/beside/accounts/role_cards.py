"""Role cards: what each role is for, may and may not, said from the table that the server enforces."""

from beside.accounts.permissions import TABLE, Permission
from beside.protocol.account_snapshots import Permitted, RoleCard
from beside.protocol.shapes import Role

TITLES = {
    Role.member: "Member",
    Role.peer: "Peer supporter",
    Role.moderator: "Moderator",
    Role.clinician: "Clinician on call",
    Role.coordinator: "Coordinator",
}
PURPOSES = {
    Role.member: "You are here for yourself. You choose what to say, to whom, and when to go.",
    Role.peer: "You have been through something yourself, and you listen. You are not a junior clinician, and nobody expects you to be one.",
    Role.moderator: "You see what needs a human first, act fairly, and can say why.",
    Role.clinician: "You are there when a peer is worried. You hear the peer's view first, and you work beside them.",
    Role.coordinator: "You make sure that the doors that look open are staffed. You see figures, not conversations.",
}


def card_of(role: Role) -> RoleCard:
    """The card of one role."""
    return RoleCard(
        role=role,
        title=TITLES[role],
        purpose=PURPOSES[role],
        may=[_permitted(p) for p in Permission if role in TABLE[p].roles],
        may_not=[_permitted(p) for p in Permission if _is_worth_saying(role, p)],
    )


def cards() -> list[RoleCard]:
    """Every role's card."""
    return [card_of(role) for role in Role]


def _is_worth_saying(role: Role, permission: Permission) -> bool:
    """Staff read where their role ends. A member reads what nobody here may do: a list of staff's work would only sound like walls."""
    roles = TABLE[permission].roles
    return not roles if role is Role.member else role not in roles


def _permitted(permission: Permission) -> Permitted:
    return Permitted(permission=permission.value, words=TABLE[permission].words)
