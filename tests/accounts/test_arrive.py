"""A member arrives."""

from pathlib import Path

import pytest
from sqlalchemy import func
from sqlmodel import select

from beside.accounts.arrive import arrive
from beside.accounts.doorway import doorway
from beside.accounts.me import me_of
from beside.accounts.names import name_of
from beside.accounts.recovery import FreshCode, make_code
from beside.accounts.sign_in import sign_in_with_password
from beside.accounts.tables import Account, Session
from beside.hubs.scope import hub_by_slug
from beside.kit.context import command, query
from beside.kit.errors import BadInput, BesideError, Conflict, NotFound
from beside.kit.house import House
from beside.protocol.requests import Arrive, SignInWithPassword
from beside.protocol.shapes import Role
from tests.accounts.people import PASSWORD, arrived, at_once, who
from tests.rig.cast import Cast

CANARY = "Zephyrine Quill"


async def _arrive(house: House, wish: Arrive, code: FreshCode) -> None:
    async with command(house) as ctx:
        await arrive(ctx, wish, code)


async def test_a_member_is_in_with_nothing_but_a_name(house: House, cast: Cast) -> None:
    """After arriving one has a session, the role of a member, and is called what one chose."""
    person = await arrived(house, "  Mild   Otter")
    signed_in = await who(house, person.token)
    assert signed_in is not None
    assert (person.account, frozenset({"member"}), False, False) == (
        signed_in.actor.account,
        signed_in.actor.roles,
        signed_in.suspended,
        signed_in.second_factor_needed,
    )
    async with query(house) as ctx:
        assert "Mild Otter" == await name_of(ctx, person.account)
        me = await me_of(ctx, person.account)
    assert ("Mild Otter", "harbour", [Role.member], False, False) == (me.pseudonym, me.hub, me.roles, me.has_password, me.second_factor_needed)


async def test_nobody_comes_in_unread(house: House, cast: Cast) -> None:
    """Without having read who may read their words, nobody is let in, and nothing is stored."""
    with pytest.raises(BadInput) as refused:
        await _arrive(house, Arrive(pseudonym="Mild Otter", understood=False), await make_code(house.hasher))
    assert "read_first" == refused.value.code
    async with query(house) as ctx:
        assert len(cast.everybody) == (await ctx.db.exec(select(func.count()).select_from(Account))).one()


async def test_of_two_who_want_one_name_one_gets_it(house: House, cast: Cast) -> None:
    """However close together two people choose the same name, one arrives and the other is asked to choose again."""
    codes = [await make_code(house.hasher) for _ in range(6)]
    wishes = [Arrive(pseudonym=name, understood=True) for name in ("Mild Otter", "mild otter", "MILD OTTER", "Mild  Otter", "Mild Otter", "ｍild otter")]
    results = await at_once(*(_arrive(house, wish, code) for wish, code in zip(wishes, codes, strict=True)))
    assert 1 == results.count(None)
    assert ["name_taken"] * 5 == [r.code for r in results if isinstance(r, Conflict)]


async def test_hubs_do_not_share_names(house: House, cast: Cast) -> None:
    """A name that is taken in one hub says nothing in another."""
    here, there = await arrived(house, "Mild Otter", "harbour"), await arrived(house, "Mild Otter", "meadow")
    assert (cast.hub, cast.other_hub) == (here.actor.hub, there.actor.hub)
    async with query(house) as ctx:
        indexes = set(await ctx.db.exec(select(Account.pseudonym_index).where(Account.id.in_([here.account, there.account]))))  # type: ignore[attr-defined]  # on purpose: not what the type says
    assert 2 == len(indexes)


async def test_a_hub_that_is_not_there_is_not_found(house: House, cast: Cast) -> None:
    """Arriving somewhere that does not exist is not found."""
    with pytest.raises(NotFound):
        await _arrive(house, Arrive(pseudonym="Mild Otter", understood=True, hub="nowhere"), await make_code(house.hasher))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["a\0b", "\ud800x", "me@here", "\n\n", "1234567", "x"])
async def test_bad_names_store_nothing(house: House, cast: Cast, name: str) -> None:
    """A name that cannot be used is refused by type, and no account or session is left behind (FAULTS 57)."""
    with pytest.raises(BesideError) as refused:
        await _arrive(house, Arrive(pseudonym=name, understood=True), await make_code(house.hasher))
    assert 400 <= refused.value.status < 500
    async with query(house) as ctx:
        assert len(cast.everybody) == (await ctx.db.exec(select(func.count()).select_from(Session))).one()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_name_is_nowhere_in_the_file(house: House, cast: Cast, sqlite_url: str) -> None:
    """The database file holds no pseudonym, code or token in clear, whole or in part (FAULTS 115)."""
    person = await arrived(house, CANARY)
    async with house.database.read() as db:
        assert "account" in str((await db.exec(select(Account).limit(1))).one().__tablename__)
    files = Path(sqlite_url.removeprefix("sqlite:///")).parent.glob("beside.db*")
    raw = b"".join(file.read_bytes() for file in files)
    assert str(person.account).replace("-", "").encode() in raw, "the row itself is in what we searched"
    for secret in (CANARY, "Zephyrine", person.code, person.code.replace("-", ""), person.token):
        for case in (secret, secret.lower(), secret.upper()):
            assert case.encode() not in raw


async def test_the_doorway_shows_a_name_that_can_be_taken(house: House, cast: Cast) -> None:
    """The public face of a hub suggests a name with which one can arrive at once, and counts who was counted."""
    async with query(house) as ctx:
        shown = await doorway(ctx, await hub_by_slug(ctx, "harbour"), peers_here=3)
    assert ("harbour", "Harbour", True, None, 3) == (shown.hub, shown.name, shown.open_now, shown.opens_at, shown.peers_here)
    assert (await arrived(house, shown.suggested_pseudonym)).token


@pytest.mark.parametrize("slug", ["\0", "har\0bour", "har\nbour", "\u202eharbour"])
async def test_a_hub_that_no_database_can_look_for_is_not_there(house: House, cast: Cast, slug: str) -> None:
    """Whoever arrives at it, signs in to it or only looks is told that it is not found, on each database; it is no fault of ours (FAULTS 57, 64)."""
    with pytest.raises(NotFound):
        await _arrive(house, Arrive(pseudonym="Mild Otter", understood=True, hub=slug), await make_code(house.hasher))
    with pytest.raises(NotFound):
        await sign_in_with_password(house, SignInWithPassword(name="ada", password=PASSWORD, hub=slug))
    async with query(house) as ctx:
        with pytest.raises(NotFound):
            await hub_by_slug(ctx, slug)
        assert "harbour" == (await hub_by_slug(ctx, "harbour")).slug
