"""One-time tickets for sockets."""

from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlmodel import select

from beside.accounts.actors import SignedIn
from beside.accounts.sign_out import sign_out
from beside.accounts.suspend import suspend
from beside.accounts.tables import SocketTicket
from beside.accounts.tickets import TICKET_LIFE, issue_ticket, redeem_ticket
from beside.kit.clock import SetClock
from beside.kit.context import Actor, command, query
from beside.kit.errors import NotAllowed
from beside.kit.house import House
from tests.accounts.people import at_once
from tests.rig.cast import Cast


async def issued(house: House, actor: Actor) -> str:
    async with command(house, actor) as ctx:
        return (await issue_ticket(ctx)).ticket


async def redeemed(house: House, ticket: str, actor: Actor | None = None) -> SignedIn | None:
    async with command(house, actor) as ctx:
        return await redeem_ticket(ctx, ticket)


async def test_a_ticket_lets_its_own_person_in(house: House, cast: Cast) -> None:
    """A ticket is redeemed as whoever asked for it, with their session and roles."""
    signed_in = await redeemed(house, await issued(house, cast.peer.actor))
    assert signed_in is not None
    assert cast.peer.actor == signed_in.actor


async def test_a_ticket_used_by_many_at_once_lets_one_in(house: House, cast: Cast) -> None:
    """Of ten sockets that bring the same ticket at the same time, one gets in."""
    ticket = await issued(house, cast.member.actor)
    results = await at_once(*(redeemed(house, ticket) for _ in range(10)))
    assert 1 == sum(isinstance(result, SignedIn) for result in results)
    assert 9 == results.count(None)


@pytest.mark.parametrize(("later", "good"), [(TICKET_LIFE - timedelta(seconds=1), True), (TICKET_LIFE, False), (timedelta(days=1), False)])
async def test_a_ticket_runs_out(house: House, cast: Cast, later: timedelta, good: bool) -> None:
    """A ticket is good for 30 seconds, to the second."""
    ticket = await issued(house, cast.member.actor)
    assert isinstance(house.clock, SetClock)
    house.clock.forward(later)
    assert good == (await redeemed(house, ticket) is not None)


async def test_somebody_elses_ticket_opens_nothing(house: House, cast: Cast) -> None:
    """A ticket brought by another session than the one it was given to is refused, and stays good for its own."""
    ticket = await issued(house, cast.member.actor)
    assert await redeemed(house, ticket, cast.outsider.actor) is None
    assert await redeemed(house, ticket, cast.stranger.actor) is None
    assert await redeemed(house, ticket, cast.member.actor)


async def test_a_ticket_does_not_outlive_its_session(house: House, cast: Cast) -> None:
    """After signing out, a ticket asked for before opens nothing (FAULTS 72)."""
    ticket = await issued(house, cast.member.actor)
    async with command(house, cast.member.actor) as ctx:
        await sign_out(ctx)
    assert await redeemed(house, ticket) is None


async def test_somebody_suspended_gets_no_ticket(house: House, cast: Cast) -> None:
    """While suspended no new socket can be asked for, and a ticket asked for before says so when it is redeemed (FAULTS 71)."""
    ticket = await issued(house, cast.member.actor)
    async with command(house, cast.moderator.actor) as ctx:
        await suspend(ctx, cast.member.account, ctx.now + timedelta(hours=1))
    with pytest.raises(NotAllowed) as refused:
        await issued(house, cast.member.actor)
    assert "suspended" == refused.value.code
    before = await redeemed(house, ticket)
    assert before is not None
    assert before.suspended


@pytest.mark.parametrize("ticket", ["", "x" * 16, "\0" * 43, "' or 1=1 --"])
async def test_what_is_no_ticket_opens_nothing(house: House, cast: Cast, ticket: str) -> None:
    """Anything else brought as a ticket is nobody."""
    assert await redeemed(house, ticket) is None


async def test_old_tickets_do_not_pile_up(house: House, cast: Cast) -> None:
    """Asking for a ticket clears away the run-out ones of the same session, and only those."""
    other = await issued(house, cast.peer.actor)
    for _ in range(5):
        await issued(house, cast.member.actor)
        assert isinstance(house.clock, SetClock)
        house.clock.forward(TICKET_LIFE)
    async with query(house) as ctx:
        assert 2 == (await ctx.db.exec(select(func.count()).select_from(SocketTicket))).one()
    assert await redeemed(house, other) is None
