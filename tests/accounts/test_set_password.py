"""Passwords: which are good enough, and what setting one ends."""

import pytest
from sqlmodel import select

from beside.accounts.passwords import require_good_password, sign_in_name
from beside.accounts.set_password import set_password
from beside.accounts.sign_in import sign_in_with_password
from beside.accounts.tables import Account, Password
from beside.kit.context import query
from beside.kit.errors import BadInput, BesideError, Conflict, NotAllowed, NotSignedIn
from beside.kit.house import House
from beside.protocol.codes import CloseCode
from beside.protocol.requests import SignInWithPassword
from beside.protocol.shapes import Role
from beside.protocol.signals import Revoked
from tests.accounts.people import PASSWORD, another_session, arrived, at_once, employed, listen, told, who
from tests.rig.cast import Cast

OTHER = "nine lanterns by a gate"


@pytest.mark.parametrize("password", [PASSWORD, OTHER, "xK9#mQ2$vL", "пять чашек чая", "🫖🕯️🧺🪴🧶 five things", "correct horse battery"])
def test_long_and_uncommon_is_enough(password: str) -> None:
    """Ten characters that are not common will do: no rules about signs and capitals."""
    assert password == require_good_password(password, "Mild Otter")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_short"),
        ("nine char", "password_short"),
        ("aaaaaaaaaaaa", "password_easy"),
        ("1212121212", "password_easy"),
        ("1234567890", "password_easy"),
        ("abcdefghijkl", "password_easy"),
        ("password123", "password_easy"),
        ("Password2026!", "password_easy"),
        ("QWERTYUIOP", "password_easy"),
        ("iloveyou1234", "password_easy"),
        ("Mild Otter", "password_easy"),
        ("mild otter99", "password_easy"),
        ("0987654321!?", "password_easy"),
        ("with a nul\0 in it", "bad_text"),
        ("a lone surrogate \ud800", "bad_text"),
    ],
)
def test_short_common_and_own_names_are_refused(password: str, code: str) -> None:
    """Short ones, common ones, runs and repetitions, and the person's own name are refused, each by its code."""
    with pytest.raises(BadInput) as refused:
        require_good_password(password, "Mild Otter")
    assert (code, "password") == (refused.value.code, refused.value.field)


async def test_setting_a_password_ends_every_other_session(house: House, cast: Cast) -> None:
    """After a password change this device stays, every other one is out and told so, and nobody else is (FAULTS 72)."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    elsewhere = await another_session(house, ada.account)
    other = await who(house, elsewhere)
    assert other is not None
    ear, other_ear = await listen(house, ada.account), await listen(house, cast.peer.account)
    await set_password(house, ada.actor, OTHER, PASSWORD)
    assert await who(house, ada.token)
    assert await who(house, elsewhere) is None
    assert [Revoked(code=CloseCode.signed_out, session=other.actor.session)] == await told(ear)
    assert [] == await told(other_ear)
    with pytest.raises(NotSignedIn):
        await sign_in_with_password(house, SignInWithPassword(name="ada", password=PASSWORD, hub="harbour"))
    assert await sign_in_with_password(house, SignInWithPassword(name="ada", password=OTHER, hub="harbour"))


@pytest.mark.parametrize("current", [None, "", "not this one at all", PASSWORD + "x", "\ud800"])
async def test_changing_needs_the_current_one(house: House, cast: Cast, current: str | None) -> None:
    """Whoever finds an open session cannot change its password without knowing the current one."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    with pytest.raises((NotAllowed, BadInput)):
        await set_password(house, ada.actor, OTHER, current)
    assert await sign_in_with_password(house, SignInWithPassword(name="ada", password=PASSWORD, hub="harbour"))


async def test_of_two_changes_at_once_one_holds(house: House, cast: Cast) -> None:
    """Two changes at the same time: one is made, the other is told that it came too late, or that the password it gave is not the one any more."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    results = await at_once(*(set_password(house, ada.actor, f"{OTHER} {n}", PASSWORD) for n in range(2)))
    assert 1 == results.count(None)
    (refused,) = [result.code for result in results if isinstance(result, BesideError)]
    assert refused in ("already_done", "wrong_sign_in")


async def test_a_member_cannot_take_a_colleagues_sign_in_name(house: House, cast: Cast) -> None:
    """Where a pseudonym equals somebody's name to sign in with, no second password goes under that name."""
    await employed(house, cast.hub, Role.peer, "Warm Kettle", "Mild Otter")
    person = await arrived(house, "warm kettle")
    with pytest.raises(Conflict) as refused:
        await set_password(house, person.actor, OTHER, None)
    assert "name_taken" == refused.value.code


async def test_the_name_is_sealed_beside_the_password(house: House, cast: Cast) -> None:
    """The row holds Argon2id and a sealed name, which opens for its own account only."""
    ada = await employed(house, cast.hub, Role.peer, "Ada Lark", "Mild Otter")
    ben = await employed(house, cast.hub, Role.peer, "Ben Finch", "Warm Kettle")
    async with query(house) as ctx:
        row = (await ctx.db.exec(select(Password).where(Password.account_id == ada.account))).one()
        hers, his = await ctx.db.get(Account, ada.account), await ctx.db.get(Account, ben.account)
        assert hers
        assert his
        assert row.password_hash.startswith("$argon2id$")
        assert b"Ada" not in row.sealed_name
        assert ("Ada Lark", "") == (sign_in_name(ctx, hers, row), sign_in_name(ctx, his, row))
