"""Recovery codes: what they are made of, and what a person may type."""

import pytest
from sqlmodel import select

from beside.accounts.recovery import ALPHABET, LOCATOR, SECRET, make_code, read_code, replace_code
from beside.accounts.sign_in import sign_in_with_code
from beside.accounts.tables import RecoveryCode
from beside.kit.context import command, query
from beside.kit.errors import NotAllowed, NotSignedIn
from beside.kit.hashing import Hasher
from beside.kit.house import House
from tests.accounts.people import arrived
from tests.rig.cast import Cast

PLAIN = "0123456789ABCDEFGHJKMNPQ"


async def test_a_code_has_eighty_bits_of_secret() -> None:
    """The part of a code that is not for finding its row has at least 80 bits, of an alphabet without look-alikes."""
    assert 80 <= SECRET * (len(ALPHABET).bit_length() - 1)
    assert not set("ILOU") & set(ALPHABET)
    codes = {(await make_code(Hasher(cheap=True))).shown for _ in range(50)}
    assert 50 == len(codes)
    for code in codes:
        groups = code.split("-")
        assert {4} == {len(group) for group in groups}
        assert LOCATOR + SECRET == len("".join(groups))


@pytest.mark.parametrize(
    "typed",
    [
        "0123-4567-89AB-CDEF-GHJK-MNPQ",
        "0123456789ABCDEFGHJKMNPQ",
        "0123-4567-89ab-cdef-ghjk-mnpq",
        " 0123 4567 89AB CDEF GHJK MNPQ \n",
        "O1l3-4567".replace("l3", "23") + "-89AB-CDEF-GHJK-MNPQ",
        "oI23-4567-89AB-CDEF-GHJK-MNPQ",
        "0L23-4567-89AB-CDEF-GHJK-MNPQ",
        "0123\u20134567\u201389AB\u2013CDEF\u2013GHJK\u2013MNPQ",
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    """Case, spaces, hyphens and dashes do not matter; O is 0, I and L are 1."""
    assert PLAIN == read_code(typed)


@pytest.mark.parametrize("typed", ["", "0123", PLAIN + "0", PLAIN[:-1] + "U", PLAIN[:-1] + "é", "'; drop table account"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    """A wrong length or a letter outside the alphabet is no code."""
    assert read_code(typed) is None


async def test_a_new_code_replaces_the_old(house: House, cast: Cast) -> None:
    """After asking for a new code, the new one signs in and the old one does not (FAULTS 72)."""
    old = await arrived(house, "Mild Otter")
    new = await make_code(house.hasher)
    async with command(house, old.actor) as ctx:
        await replace_code(ctx, new)
    account, _ = await sign_in_with_code(house, new.shown)
    assert old.account == account
    with pytest.raises(NotSignedIn):
        await sign_in_with_code(house, old.code)


async def test_the_code_itself_is_stored_nowhere(house: House, cast: Cast) -> None:
    """A row of a code holds neither the code nor its first part."""
    person = await arrived(house, "Mild Otter")
    plain = read_code(person.code) or ""
    async with query(house) as ctx:
        row = (await ctx.db.exec(select(RecoveryCode))).one()
    kept = f"{row.locator} {row.code_hash}"
    assert row.code_hash.startswith("$argon2id$")
    assert plain[:LOCATOR] not in kept
    assert plain not in kept


async def test_staff_get_no_code(house: House, cast: Cast) -> None:
    """A code would go around the second factor, so that staff cannot have one."""
    code = await make_code(house.hasher)
    for person in (cast.peer, cast.moderator, cast.clinician, cast.coordinator):
        with pytest.raises(NotAllowed):
            async with command(house, person.actor) as ctx:
                await replace_code(ctx, code)
