"""Invitations: a link that works once, for a week, and for nobody else's hub."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func
from sqlmodel import select

from beside.accounts.accept_invitation import accept_invitation, open_invitation
from beside.accounts.invite import INVITATION_LIFE, invite
from beside.accounts.role_cards import card_of
from beside.accounts.staff import staff
from beside.accounts.tables import Account, Invitation
from beside.accounts.withdraw_invitation import withdraw_invitation
from beside.audit.tables import AuditEntry
from beside.kit.clock import SetClock
from beside.kit.context import command, query
from beside.kit.errors import BadInput, BesideError, Conflict, NotAllowed, NotFound
from beside.kit.house import House
from beside.protocol.requests import AcceptInvitation, InviteStaff
from beside.protocol.shapes import Role
from beside.protocol.staff_snapshots import InvitationMade, Staff
from tests.accounts.people import PASSWORD, at_once, employed, who
from tests.rig.cast import Cast, Person


async def made(house: House, by: Person, role: Role = Role.peer, note: str | None = None) -> InvitationMade:
    async with command(house, by.actor) as ctx:
        return await invite(ctx, InviteStaff(role=role, note=note))


def token_of(made: InvitationMade) -> str:
    return made.link.rsplit("/", 1)[1]


def wish(name: str = "Ada Lark", pseudonym: str = "Mild Otter", password: str = PASSWORD) -> AcceptInvitation:
    return AcceptInvitation(name=name, pseudonym=pseudonym, password=password)


async def listed(house: House, by: Person) -> Staff:
    async with query(house, by.actor) as ctx:
        return await staff(ctx)


async def withdraw(house: House, by: Person, invitation: UUID) -> None:
    async with command(house, by.actor) as ctx:
        await withdraw_invitation(ctx, invitation)


async def test_an_invitation_makes_a_colleague(house: House, cast: Cast) -> None:
    """Whoever accepts is signed in with the role they were invited to, and stands in the coordinator's list."""
    link = await made(house, cast.coordinator, Role.clinician, "for the new doctor")
    assert link.link.startswith(f"{house.public_url}/invitation/")
    assert ["for the new doctor"] == [shown.note for shown in (await listed(house, cast.coordinator)).invitations]
    async with query(house) as ctx:
        opened = await open_invitation(ctx, token_of(link))
    assert ("Harbour", card_of(Role.clinician)) == (opened.hub_name, opened.card)
    account, token = await accept_invitation(house, token_of(link), wish())
    signed_in = await who(house, token)
    assert signed_in is not None
    assert (cast.hub, frozenset({"clinician"})) == (signed_in.actor.hub, signed_in.actor.roles)
    after = await listed(house, cast.coordinator)
    assert [] == after.invitations
    assert [("Ada Lark", "Mild Otter", [Role.clinician])] == [(s.name, s.pseudonym, s.roles) for s in after.staff if s.account == account]


async def test_of_many_who_accept_at_once_one_is_let_in(house: House, cast: Cast) -> None:
    """A link used by five people in the same moment makes one account; the others are told that it was used."""
    token = token_of(await made(house, cast.coordinator))
    results = await at_once(*(accept_invitation(house, token, wish(f"name {n}", f"Otter {n}")) for n in range(5)))
    assert 1 == sum(isinstance(result, tuple) for result in results)
    assert ["link_used"] * 4 == [result.code for result in results if isinstance(result, Conflict)]
    async with query(house) as ctx:
        assert len(cast.everybody) + 1 == (await ctx.db.exec(select(func.count()).select_from(Account))).one()


async def test_a_refused_name_does_not_use_the_link_up(house: House, cast: Cast) -> None:
    """Where the chosen name is taken or cannot be used, the same link still works with another."""
    token = token_of(await made(house, cast.coordinator))
    for refused in (wish(pseudonym=cast.member.name), wish(pseudonym="me@here"), wish(password="short"), wish(name="a\0b")):
        with pytest.raises(BesideError):
            await accept_invitation(house, token, refused)
    assert await accept_invitation(house, token, wish())
    again = token_of(await made(house, cast.coordinator))
    with pytest.raises(Conflict) as taken:
        await accept_invitation(house, again, wish(pseudonym="Warm Kettle"))
    assert ("name_taken", "name") == (taken.value.code, taken.value.field)


async def test_a_used_link_a_withdrawn_one_and_an_old_one_open_nothing(house: House, cast: Cast) -> None:
    """After a week, after being taken back, and after use, a link neither shows nor lets in."""
    used, withdrawn, old = [await made(house, cast.coordinator) for _ in range(3)]
    await accept_invitation(house, token_of(used), wish())
    await withdraw(house, cast.coordinator, withdrawn.invitation)
    for link in (used, withdrawn):
        await _opens_nothing(house, token_of(link))
    assert isinstance(house.clock, SetClock)
    house.clock.forward(INVITATION_LIFE - timedelta(seconds=1))
    async with query(house) as ctx:
        assert "Harbour" == (await open_invitation(ctx, token_of(old))).hub_name
    house.clock.forward(timedelta(seconds=1))
    await _opens_nothing(house, token_of(old))


async def _opens_nothing(house: House, token: str) -> None:
    with pytest.raises(Conflict):
        await accept_invitation(house, token, wish("Ben Finch", "Warm Kettle"))
    async with query(house) as ctx:
        with pytest.raises(Conflict) as refused:
            await open_invitation(ctx, token)
    assert "link_used" == refused.value.code


@pytest.mark.parametrize("token", ["x" * 43, "", "\0", "../../me", "' or 1=1 --"])
async def test_a_guessed_link_is_not_found(house: House, cast: Cast, token: str) -> None:
    """What is no link of ours is not found."""
    await made(house, cast.coordinator)
    with pytest.raises(NotFound):
        await accept_invitation(house, token, wish())


async def test_only_coordinators_invite_and_see(house: House, cast: Cast) -> None:
    """A member, peer, moderator, clinician or outsider neither invites, nor lists, nor takes back."""
    link = await made(house, cast.coordinator)
    for person in (cast.member, cast.peer, cast.moderator, cast.clinician, cast.outsider, cast.stranger):
        for attempt in (made(house, person), listed(house, person), withdraw(house, person, link.invitation)):
            with pytest.raises(NotAllowed):
                await attempt
    assert [link.invitation] == [shown.invitation for shown in (await listed(house, cast.coordinator)).invitations]


async def test_another_hubs_coordinator_finds_nothing(house: House, cast: Cast) -> None:
    """A coordinator of another hub sees nobody of this one, and cannot take its invitations back (FAULTS 76)."""
    link = await made(house, cast.coordinator)
    abroad = await employed(house, cast.other_hub, Role.coordinator, "cyd", "Warm Kettle")
    async with query(house, abroad.actor) as ctx:
        shown = await staff(ctx)
    assert ([abroad.account], []) == ([s.account for s in shown.staff], shown.invitations)
    with pytest.raises(NotFound):
        async with command(house, abroad.actor) as ctx:
            await withdraw_invitation(ctx, link.invitation)


async def test_members_are_not_invited(house: House, cast: Cast) -> None:
    """There is no invitation into the role of a member: members simply arrive."""
    with pytest.raises(BadInput):
        await made(house, cast.coordinator, Role.member)


async def test_taking_back_twice_is_told(house: House, cast: Cast) -> None:
    """Taking back an invitation that is gone already says so."""
    link = await made(house, cast.coordinator)
    await withdraw(house, cast.coordinator, link.invitation)
    with pytest.raises(Conflict):
        await withdraw(house, cast.coordinator, link.invitation)


async def test_the_note_and_the_link_are_not_in_the_row(house: House, cast: Cast) -> None:
    """Whom an invitation is for is sealed, and its token is kept as a hash only."""
    link = await made(house, cast.coordinator, note="for Maria Canary")
    async with query(house) as ctx:
        row = (await ctx.db.exec(select(Invitation))).one()
    assert b"Maria" not in (row.sealed_note or b"")
    assert token_of(link) not in repr(row.model_dump())


async def test_the_ledger_tells_who_invited_whom(house: House, cast: Cast) -> None:
    """Making, accepting and taking back an invitation are each written to the ledger, with ids only."""
    link = await made(house, cast.coordinator, note="for Maria")
    account, _ = await accept_invitation(house, token_of(link), wish())
    await withdraw(house, cast.coordinator, (await made(house, cast.coordinator)).invitation)
    async with query(house) as ctx:
        entries = (await ctx.db.exec(select(AuditEntry).order_by(AuditEntry.position))).all()  # type: ignore[arg-type]  # on purpose: not what the type says
    assert ["account:invitation:made", "account:invitation:accepted", "account:invitation:made", "account:invitation:withdrawn"] == [e.action for e in entries]
    assert [cast.coordinator.account, None, cast.coordinator.account, cast.coordinator.account] == [e.actor_id for e in entries]
    assert str(account) == entries[1].about["account"]
