"""The people in every test: a member, a peer, a moderator, a clinician, a coordinator, an outsider in the same hub, a stranger in another."""

from dataclasses import dataclass
from uuid import UUID

from beside.accounts.actors import actor_for_token
from beside.accounts.open_account import open_account
from beside.accounts.sessions import start_session
from beside.hubs.make import make_hub
from beside.hubs.policy import Policy
from beside.kit.context import Actor, Context, command
from beside.kit.house import House
from beside.protocol.shapes import Role


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an open session; `token` is what their browser would hold."""

    name: str
    role: Role
    account: UUID
    hub: UUID
    token: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class Cast:
    """`outsider` is a member of the same hub who is in no conversation of the others; `stranger` belongs to another hub."""

    hub: UUID
    member: Person
    peer: Person
    moderator: Person
    clinician: Person
    coordinator: Person
    outsider: Person
    other_hub: UUID
    stranger: Person

    @property
    def everybody(self) -> list[Person]:
        return [self.member, self.peer, self.moderator, self.clinician, self.coordinator, self.outsider, self.stranger]


async def make_cast(house: House, policy: Policy | None = None) -> Cast:
    """All of them in one transaction. By default the hub asks no second factor, so that staff's doors open without six numbers."""
    async with command(house) as ctx:
        hub = await make_hub(ctx, "harbour", "Harbour", policy or Policy(staff_need_second_factor=False))
        other = await make_hub(ctx, "meadow", "Meadow", Policy(staff_need_second_factor=False))
        return Cast(
            hub=hub.id,
            member=await make_person(ctx, hub.id, "Wren"),
            peer=await make_person(ctx, hub.id, "Alder", Role.peer),
            moderator=await make_person(ctx, hub.id, "Rowan", Role.moderator),
            clinician=await make_person(ctx, hub.id, "Hazel", Role.clinician),
            coordinator=await make_person(ctx, hub.id, "Linden", Role.coordinator),
            outsider=await make_person(ctx, hub.id, "Finch"),
            other_hub=other.id,
            stranger=await make_person(ctx, other.id, "Lark"),
        )


async def make_person(ctx: Context, hub: UUID, name: str, role: Role = Role.member) -> Person:
    """One more, signed in."""
    account = await open_account(ctx, hub, name, role)
    token = await start_session(ctx, account.id)
    signed_in = await actor_for_token(ctx, token)
    assert signed_in, "a session that was just started"
    return Person(name, role, account.id, hub, token, signed_in.actor)
