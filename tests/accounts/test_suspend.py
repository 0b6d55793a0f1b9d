"""Suspensions: who may, whom, until when, and what it does to what is open."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from beside.accounts.lift_suspension import lift_suspension
from beside.accounts.suspend import suspend
from beside.accounts.suspensions import suspended_until
from beside.accounts.tickets import issue_ticket
from beside.audit.tables import AuditEntry
from beside.kit.clock import SetClock
from beside.kit.context import Actor, command, query
from beside.kit.errors import BadInput, Conflict, NotAllowed, NotFound
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.protocol.codes import CloseCode
from beside.protocol.events import Topic
from beside.protocol.signals import Moved, Revoked
from tests.accounts.people import at_once, listen, told, who
from tests.rig.cast import Cast

HOUR = timedelta(hours=1)


async def suspended(house: House, by: Actor, account: UUID, length: timedelta = HOUR) -> None:
    async with command(house, by) as ctx:
        await suspend(ctx, account, ctx.now + length)


async def lifted(house: House, by: Actor, account: UUID) -> None:
    async with command(house, by) as ctx:
        await lift_suspension(ctx, account)


async def until(house: House, account: UUID) -> datetime | None:
    async with query(house) as ctx:
        return await suspended_until(ctx, account)


async def test_a_suspension_closes_the_right_sockets(house: House, cast: Cast) -> None:
    """Whoever is suspended is told to close with 4003 on every node, stays able to read why, and nobody else notices (FAULTS 71)."""
    ear, other_ear = await listen(house, cast.member.account), await listen(house, cast.outsider.account)
    await suspended(house, cast.moderator.actor, cast.member.account)
    signed_in = await who(house, cast.member.token)
    assert signed_in is not None
    assert signed_in.suspended
    assert [Revoked(code=CloseCode.blocked)] == await told(ear)
    assert [] == await told(other_ear)
    with pytest.raises(NotAllowed) as refused:
        async with command(house, cast.member.actor) as ctx:
            await issue_ticket(ctx)
    assert "suspended" == refused.value.code
    async with command(house, cast.outsider.actor) as ctx:
        assert (await issue_ticket(ctx)).ticket


async def test_it_ends_by_itself(house: House, cast: Cast) -> None:
    """A suspension ends at its second, without anybody doing anything."""
    await suspended(house, cast.moderator.actor, cast.member.account)
    assert isinstance(house.clock, SetClock)
    house.clock.forward(HOUR - timedelta(seconds=1))
    assert house.clock.now() + timedelta(seconds=1) == await until(house, cast.member.account)
    house.clock.forward(timedelta(seconds=1))
    assert await until(house, cast.member.account) is None
    signed_in = await who(house, cast.member.token)
    assert signed_in is not None
    assert not signed_in.suspended


async def test_the_longest_counts_and_lifting_lifts_all(house: House, cast: Cast) -> None:
    """Of two suspensions the later end counts; lifting ends both, tells the person, and is done once."""
    await suspended(house, cast.moderator.actor, cast.member.account, HOUR)
    await suspended(house, cast.moderator.actor, cast.member.account, 3 * HOUR)
    assert house.clock.now() + 3 * HOUR == await until(house, cast.member.account)
    ear = await listen(house, cast.member.account)
    results = await at_once(*(lifted(house, cast.coordinator.actor, cast.member.account) for _ in range(3)))
    assert (1, 2) == (results.count(None), sum(isinstance(result, Conflict) for result in results))
    assert await until(house, cast.member.account) is None
    assert [Moved(what=Topic.account)] == await told(ear)


async def test_who_may_suspend_whom(house: House, cast: Cast) -> None:
    """Moderators suspend members, coordinators also staff; nobody themselves; others nobody."""
    for person in (cast.member, cast.peer, cast.clinician, cast.outsider, cast.stranger):
        with pytest.raises(NotAllowed):
            await suspended(house, person.actor, cast.outsider.account)
    for colleague in (cast.peer, cast.coordinator, cast.moderator):
        with pytest.raises(NotAllowed):
            await suspended(house, cast.moderator.actor, colleague.account)
    with pytest.raises(NotAllowed):
        await suspended(house, cast.coordinator.actor, cast.coordinator.account)
    await suspended(house, cast.coordinator.actor, cast.moderator.account)
    with pytest.raises(NotAllowed):
        await lifted(house, cast.moderator.actor, cast.moderator.account)
    assert [None, None] == [await until(house, cast.outsider.account), await until(house, cast.peer.account)]


async def test_people_of_another_hub_are_not_found(house: House, cast: Cast) -> None:
    """Somebody of another hub cannot be suspended, and looks as if they never were (FAULTS 76)."""
    for account in (cast.stranger.account, new_id()):
        for attempt in (suspended(house, cast.moderator.actor, account), lifted(house, cast.moderator.actor, account)):
            with pytest.raises(NotFound):
                await attempt


async def test_a_time_gone_by_is_refused(house: House, cast: Cast) -> None:
    """A suspension that would be over already is not made."""
    with pytest.raises(BadInput):
        await suspended(house, cast.moderator.actor, cast.member.account, timedelta(0))


async def test_the_ledger_has_both(house: House, cast: Cast) -> None:
    """Suspending and lifting are each in the ledger, with who did it."""
    await suspended(house, cast.moderator.actor, cast.member.account)
    await lifted(house, cast.coordinator.actor, cast.member.account)
    async with query(house) as ctx:
        entries = (await ctx.db.exec(select(AuditEntry).order_by(AuditEntry.position))).all()  # type: ignore[arg-type]  # on purpose: not what the type says
    expected = [("account:suspension:started", cast.moderator.account), ("account:suspension:lifted", cast.coordinator.account)]
    assert expected == [(entry.action, entry.actor_id) for entry in entries]
