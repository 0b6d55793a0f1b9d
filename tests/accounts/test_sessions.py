"""How long a session lasts, who is behind a token, and what ends it."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from beside.accounts.actors import actor_for_session, refresh
from beside.accounts.cookies import NAME, set_cookie_header, token_in
from beside.accounts.session_life import MEMBER_IDLE, REFRESH, STAFF_IDLE, STAFF_LIFE, ends_at, is_stale
from beside.accounts.sessions import end_sessions
from beside.accounts.sign_out import sign_out
from beside.accounts.tables import Session
from beside.hubs.make import make_hub
from beside.hubs.policy import Policy
from beside.kit.clock import SetClock
from beside.kit.context import command, query
from beside.kit.house import House
from beside.protocol.codes import CloseCode
from beside.protocol.shapes import Role
from beside.protocol.signals import Revoked
from tests.accounts.people import another_session, employed, listen, told, who
from tests.rig.cast import Cast
from tests.rig.house import MORNING

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("staff", "used_after", "lasts"),
    [
        (False, timedelta(0), MEMBER_IDLE),
        (False, timedelta(days=400), timedelta(days=400) + MEMBER_IDLE),
        (True, timedelta(0), STAFF_IDLE),
        (True, timedelta(hours=3), timedelta(hours=3) + STAFF_IDLE),
        (True, timedelta(hours=11, minutes=45), STAFF_LIFE),
    ],
)
def test_a_session_ends_when_it_should(staff: bool, used_after: timedelta, lasts: timedelta) -> None:
    """A member's session lasts as long as it is used; one of staff ends after 30 idle minutes, and after 12 hours in any case."""
    assert MORNING + lasts == ends_at(MORNING, MORNING + used_after, staff=staff)


def test_use_is_written_down_once_a_minute() -> None:
    """Less than a minute after the last time, nothing needs to be written."""
    assert (False, True) == (is_stale(MORNING, MORNING + REFRESH - SECOND), is_stale(MORNING, MORNING + REFRESH))


def forward(house: House, by: timedelta) -> None:
    assert isinstance(house.clock, SetClock)
    house.clock.forward(by)


async def test_idle_staff_sign_in_again_and_members_do_not(house: House, cast: Cast) -> None:
    """After 30 idle minutes each of staff is signed out, and a member's session does not feel it (FAULTS 81)."""
    staff = [cast.peer, cast.moderator, cast.clinician, cast.coordinator]
    forward(house, STAFF_IDLE - SECOND)
    assert all([await who(house, person.token) for person in [*staff, cast.member]])
    forward(house, SECOND)
    assert [None] * 4 == [await who(house, person.token) for person in staff]
    assert await who(house, cast.member.token)
    forward(house, MEMBER_IDLE - STAFF_IDLE)
    assert await who(house, cast.member.token) is None


async def test_busy_staff_sign_in_again_after_a_long_shift(house: House, cast: Cast) -> None:
    """A session of staff that is used all the time still ends after 12 hours (FAULTS 81)."""
    for _ in range(71):
        forward(house, timedelta(minutes=10))
        signed_in = await who(house, cast.peer.token)
        assert signed_in is not None
        await refresh(house, signed_in)
    forward(house, timedelta(minutes=10))
    assert await who(house, cast.peer.token) is None


async def test_refreshing_writes_no_more_than_needed(house: House, cast: Cast) -> None:
    """Within a minute nothing is written; after it, the time of use moves, and an ended session stays as it ended."""
    signed_in = await who(house, cast.member.token)
    assert signed_in is not None
    assert not signed_in.refresh_due
    forward(house, REFRESH)
    due = await who(house, cast.member.token)
    assert due is not None
    assert due.refresh_due
    await refresh(house, due)
    async with query(house) as ctx:
        assert MORNING + REFRESH == (await ctx.db.exec(select(Session.last_used_at).where(col(Session.id) == due.actor.session))).one()
    forward(house, REFRESH)
    async with command(house, due.actor) as ctx:
        await sign_out(ctx)
    await refresh(house, due)
    async with query(house) as ctx:
        assert MORNING + REFRESH == (await ctx.db.exec(select(Session.last_used_at).where(col(Session.id) == due.actor.session))).one()


@pytest.mark.parametrize("token", ["", "x", "' or 1=1 --", "\0", "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"), "é" * 500])
async def test_a_token_that_is_none_of_ours_is_nobody(house: House, cast: Cast, token: str) -> None:
    """Whatever is sent as a token, it is nobody, and nothing breaks."""
    assert await who(house, token) is None


async def test_a_session_is_found_by_its_id_too(house: House, cast: Cast) -> None:
    """Sockets look again by the session's id, and find the same."""
    async with query(house) as ctx:
        assert await who(house, cast.peer.token) == await actor_for_session(ctx, cast.peer.actor.session)


async def test_signing_out_closes_the_right_sockets_only(house: House, cast: Cast) -> None:
    """Signing out ends this session, tells its own sockets, and leaves the other device and other people alone (FAULTS 72)."""
    elsewhere = await another_session(house, cast.member.account)
    ear, other_ear = await listen(house, cast.member.account), await listen(house, cast.outsider.account)
    async with command(house, cast.member.actor) as ctx:
        await sign_out(ctx)
    assert await who(house, cast.member.token) is None
    assert await who(house, elsewhere)
    assert [Revoked(code=CloseCode.signed_out, session=cast.member.actor.session)] == await told(ear)
    assert [] == await told(other_ear)


async def test_signing_out_twice_is_once(house: House, cast: Cast) -> None:
    """A second sign-out changes nothing and tells nobody."""
    async with command(house, cast.member.actor) as ctx:
        await sign_out(ctx)
    ear = await listen(house, cast.member.account)
    async with command(house, cast.member.actor) as ctx:
        await sign_out(ctx)
    assert [] == await told(ear)


async def test_every_session_but_one_can_end(house: House, cast: Cast) -> None:
    """Ending all but one ends exactly the others, each told by its own id."""
    others = [await another_session(house, cast.member.account) for _ in range(2)]
    async with command(house) as ctx:
        ended = await end_sessions(ctx, cast.member.account, "password_set", keep=cast.member.actor.session)
    assert 2 == len(ended)
    assert cast.member.actor.session not in ended
    assert [None, None] == [await who(house, token) for token in others]
    assert await who(house, cast.member.token)


async def test_a_rollback_tells_nobody(house: House, cast: Cast) -> None:
    """Where the command fails after ending a session, the session is still there and nobody was told otherwise."""
    ear = await listen(house, cast.member.account)
    with pytest.raises(RuntimeError):
        await _sign_out_and_fail(house, cast)
    assert await who(house, cast.member.token)
    assert [] == await told(ear)


async def _sign_out_and_fail(house: House, cast: Cast) -> None:
    async with command(house, cast.member.actor) as ctx:
        await sign_out(ctx)
        raise RuntimeError


async def test_staff_without_a_second_factor_are_held_at_the_door(house: House, cast: Cast) -> None:
    """Where the hub asks for it, every staff role without a second factor is marked so, and members never are (FAULTS 81)."""
    async with command(house) as ctx:
        strict = (await make_hub(ctx, "strict", "Strict", Policy(staff_need_second_factor=True))).id
    for role in Role:
        person = await employed(house, strict, role, f"name of {role}", f"Otter {role}")
        signed_in = await who(house, person.token)
        assert signed_in is not None
        assert (role is not Role.member) == signed_in.second_factor_needed == signed_in.staff


def test_the_cookie_has_every_flag() -> None:
    """The cookie is bound to this host, to https and to our own pages, is unreadable to scripts, and goes with the browser (FAULTS 70)."""
    assert "__Host-beside=abc; Path=/; Secure; HttpOnly; SameSite=Lax" == set_cookie_header("abc")
    assert "__Host-beside=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0" == set_cookie_header(None)
    assert ("abc", None, None) == (token_in({NAME: "abc"}), token_in({"beside": "abc"}), token_in({NAME: ""}))
