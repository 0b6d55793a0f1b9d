"""Roles given and taken: what ends with them, and what stays."""

from uuid import UUID

import pytest
from sqlmodel import select

from beside.accounts.grant_role import grant_role
from beside.accounts.revoke_role import revoke_role
from beside.accounts.roles import roles_of
from beside.accounts.set_password import set_password
from beside.accounts.tables import RoleGrant
from beside.audit.tables import AuditEntry
from beside.kit.context import Actor, command, query
from beside.kit.errors import Conflict, NotAllowed, NotFound
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.protocol.codes import CloseCode
from beside.protocol.events import Topic
from beside.protocol.shapes import Role
from beside.protocol.signals import Moved, Revoked
from tests.accounts.people import PASSWORD, another_session, arrived, at_once, employed, listen, told, who
from tests.rig.cast import Cast


async def grant(house: House, by: Actor, account: UUID, role: Role) -> None:
    async with command(house, by) as ctx:
        await grant_role(ctx, account, role)


async def revoke(house: House, by: Actor, account: UUID, role: Role) -> None:
    async with command(house, by) as ctx:
        await revoke_role(ctx, account, role)


async def has(house: House, account: UUID) -> list[Role]:
    async with query(house) as ctx:
        return await roles_of(ctx, account)


async def test_a_role_taken_ends_its_sessions_and_nobody_elses(house: House, cast: Cast) -> None:
    """Who loses their only staff role is signed out of every device at once; everybody else's sessions and sockets stay (FAULTS 72)."""
    elsewhere = await another_session(house, cast.moderator.account)
    other = await who(house, elsewhere)
    assert other is not None
    ears = {person.name: await listen(house, person.account) for person in cast.everybody}
    await revoke(house, cast.coordinator.actor, cast.moderator.account, Role.moderator)
    assert [None, None] == [await who(house, cast.moderator.token), await who(house, elsewhere)]
    closing = {Revoked(code=CloseCode.signed_out, session=session) for session in (cast.moderator.actor.session, other.actor.session)}
    assert closing == set(await told(ears[cast.moderator.name]))
    for person in cast.everybody:
        if person is not cast.moderator:
            assert [] == await told(ears[person.name])
            assert await who(house, person.token)


async def test_with_another_staff_role_one_stays_with_less(house: House, cast: Cast) -> None:
    """Who loses one staff role of two stays signed in without it, and their sockets are made to come back (FAULTS 72)."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    await grant(house, cast.coordinator.actor, ada.account, Role.moderator)
    ear = await listen(house, ada.account)
    await revoke(house, cast.coordinator.actor, ada.account, Role.moderator)
    signed_in = await who(house, ada.token)
    assert signed_in is not None
    assert frozenset({"peer"}) == signed_in.actor.roles
    assert [Moved(what=Topic.account), Revoked(code=CloseCode.load_afresh)] == await told(ear)


async def test_a_role_given_holds_at_once(house: House, cast: Cast) -> None:
    """A role that was given counts from the next request on, in the session that is open."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    await grant(house, cast.coordinator.actor, ada.account, Role.clinician)
    signed_in = await who(house, ada.token)
    assert signed_in is not None
    assert frozenset({"peer", "clinician"}) == signed_in.actor.roles


async def test_a_role_given_twice_is_held_once(house: House, cast: Cast) -> None:
    """Five coordinators' clicks at once give one role, one row and one entry in the ledger."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    assert [None] * 5 == await at_once(*(grant(house, cast.coordinator.actor, ada.account, Role.moderator) for _ in range(5)))
    async with query(house) as ctx:
        grants = (await ctx.db.exec(select(RoleGrant).where(RoleGrant.account_id == ada.account))).all()
        granted = (await ctx.db.exec(select(AuditEntry).where(AuditEntry.action == "account:role:granted"))).all()
    assert [Role.moderator, Role.peer] == sorted(grant.role for grant in grants)
    assert [{"account": str(ada.account), "role": "moderator"}] == [entry.about for entry in granted]


async def test_without_a_password_there_is_no_staff_role(house: House, cast: Cast) -> None:
    """A member with a code only cannot become staff: the code would go around the second factor. With a password they can."""
    person = await arrived(house, "Mild Otter")
    with pytest.raises(Conflict) as refused:
        await grant(house, cast.coordinator.actor, person.account, Role.peer)
    assert "password_needed" == refused.value.code
    await set_password(house, person.actor, PASSWORD, None)
    await grant(house, cast.coordinator.actor, person.account, Role.peer)
    assert [Role.member, Role.peer] == await has(house, person.account)


async def test_there_is_always_a_coordinator(house: House, cast: Cast) -> None:
    """The last coordinator of a hub keeps the role, also from their own hand."""
    with pytest.raises(Conflict) as refused:
        await revoke(house, cast.coordinator.actor, cast.coordinator.account, Role.coordinator)
    assert "last_coordinator" == refused.value.code
    assert [Role.coordinator] == await has(house, cast.coordinator.account)
    assert await who(house, cast.coordinator.token)


async def test_two_coordinators_cannot_both_go_at_once(house: House, cast: Cast) -> None:
    """Two coordinators who take each other's role in the same moment leave one behind."""
    ada = await employed(house, cast.hub, Role.coordinator, "ada", "Mild Otter")
    await employed(house, cast.other_hub, Role.coordinator, "cyd", "Warm Kettle")
    results = await at_once(
        revoke(house, cast.coordinator.actor, ada.account, Role.coordinator), revoke(house, ada.actor, cast.coordinator.account, Role.coordinator)
    )
    assert 1 == results.count(None)
    assert ["last_coordinator"] == [result.code for result in results if isinstance(result, Conflict)]
    assert [[], [Role.coordinator]] == sorted([await has(house, ada.account), await has(house, cast.coordinator.account)])


async def test_taking_what_is_not_there_is_told(house: House, cast: Cast) -> None:
    """Taking a role that somebody does not have says that it is done already."""
    with pytest.raises(Conflict) as refused:
        await revoke(house, cast.coordinator.actor, cast.peer.account, Role.clinician)
    assert "already_done" == refused.value.code


async def test_only_coordinators_change_roles(house: House, cast: Cast) -> None:
    """Nobody but a coordinator gives or takes roles, not even to themselves, and nothing changes when they try."""
    before = {person.name: await has(house, person.account) for person in cast.everybody}
    for person in (cast.member, cast.peer, cast.moderator, cast.clinician, cast.outsider, cast.stranger):
        for attempt in (grant(house, person.actor, person.account, Role.coordinator), revoke(house, person.actor, cast.peer.account, Role.peer)):
            with pytest.raises(NotAllowed):
                await attempt
    assert before == {person.name: await has(house, person.account) for person in cast.everybody}


async def test_people_of_another_hub_are_not_found(house: House, cast: Cast) -> None:
    """Somebody of another hub and somebody who never was are not found, in the same words (FAULTS 76)."""
    for account in (cast.stranger.account, new_id()):
        for attempt in (grant(house, cast.coordinator.actor, account, Role.peer), revoke(house, cast.coordinator.actor, account, Role.member)):
            with pytest.raises(NotFound) as refused:
                await attempt
            assert "not_found" == refused.value.code
    assert [Role.member] == await has(house, cast.stranger.account)
