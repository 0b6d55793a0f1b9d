"""Coming back: by code, by password, with the six numbers; and what somebody who is guessing learns."""

import pyotp
import pytest
from limits import parse

from beside.accounts.recovery import make_code
from beside.accounts.revoke_role import revoke_role
from beside.accounts.second_factor import confirm_second_factor, set_up_second_factor
from beside.accounts.set_password import set_password
from beside.accounts.sign_in import sign_in_with_code, sign_in_with_password
from beside.kit.context import command
from beside.kit.errors import NotSignedIn, SlowDown
from beside.kit.hashing import THREADS
from beside.kit.house import House
from beside.kit.limits import NAMED
from beside.protocol.requests import SignInWithPassword
from beside.protocol.shapes import Role
from tests.accounts.people import PASSWORD, arrived, at_once, employed, who
from tests.rig.cast import Cast


def wish(name: str, password: str = PASSWORD, numbers: str | None = None, hub: str = "harbour") -> SignInWithPassword:
    return SignInWithPassword(name=name, password=password, numbers=numbers, hub=hub)


async def test_a_code_brings_its_person_back(house: House, cast: Cast) -> None:
    """The code signs in on another device, however it is typed, and the first device stays signed in."""
    person = await arrived(house, "Mild Otter")
    account, token = await sign_in_with_code(house, f"  {person.code.lower().replace('-', ' ')} ")
    assert person.account == account
    assert await who(house, token)
    assert await who(house, person.token)


async def test_wrong_codes_all_sound_the_same(house: House, cast: Cast) -> None:
    """A code nobody has, one with a real first part, and one that is no code at all get one and the same answer (FAULTS 79)."""
    person = await arrived(house, "Mild Otter")
    unknown = (await make_code(house.hasher)).shown
    half_known = person.code[:9] + unknown[9:]
    answers = await at_once(*(sign_in_with_code(house, typed) for typed in (unknown, half_known, "hello", person.code + "0")))
    assert {(NotSignedIn, "wrong_code", "code")} == {(type(a), a.code, a.field) for a in answers}


async def test_a_ward_is_never_locked_out_by_wrong_codes(house: House, cast: Cast) -> None:
    """However many wrong codes came from an address, whoever holds a right one comes in there; and others elsewhere notice nothing (FAULTS 80)."""
    person = await arrived(house, "Mild Otter")
    house.limiter._named = house.limiter._named | {"code_address": parse("3/5 minutes")}
    wrong = [(await make_code(house.hasher)).shown for _ in range(4)]
    answers = [(await at_once(sign_in_with_code(house, typed, "ward")))[0] for typed in wrong]
    assert ["wrong_code"] * 3 + ["too_many_tries"] == [answer.code for answer in answers]
    assert person.account == (await sign_in_with_code(house, person.code, "ward"))[0]
    assert ["wrong_code"] == [answer.code for answer in await at_once(sign_in_with_code(house, wrong[0], "elsewhere"))]


async def test_trying_one_persons_code_often_is_slowed_for_that_code_only(house: House, cast: Cast) -> None:
    """Ten wrong ones under one first part, then a rest, wherever they come from; the codes of others work, and right ones never count."""
    person, other = await arrived(house, "Mild Otter"), await arrived(house, "Warm Kettle")
    for _ in range(20):
        await sign_in_with_code(house, person.code, "home")
    wrong = person.code[:9] + (await make_code(house.hasher)).shown[9:]
    answers = [(await at_once(sign_in_with_code(house, wrong, f"address {n}")))[0] for n in range(11)]
    assert ["wrong_code"] * 10 + ["too_many_tries"] == [answer.code for answer in answers]
    assert other.account == (await sign_in_with_code(house, other.code, "address 1"))[0]


@pytest.mark.parametrize("typed", ["", "nobody's code", "0000-0000-0000-0000-0000-0000"])
async def test_unknown_codes_cost_as_much_as_known_ones(house: House, cast: Cast, typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether or not there is such a code, exactly one Argon2 is computed before the answer (FAULTS 79)."""
    assert 1 == await _hashes_of(house, monkeypatch, sign_in_with_code(house, typed))


WRONG = [("ada", "not this one at all"), ("nobody", "not this one at all"), ("\ud800", PASSWORD), ("a\0da", PASSWORD), ("ada", "lone \ud800!")]


@pytest.mark.parametrize(("name", "password"), WRONG)
async def test_wrong_names_and_passwords_sound_the_same(house: House, cast: Cast, name: str, password: str) -> None:
    """Whether the name is unknown or the password is wrong, the answer does not say which (FAULTS 79)."""
    await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    with pytest.raises(NotSignedIn) as refused:
        await sign_in_with_password(house, wish(name, password))
    assert ("wrong_sign_in", None) == (refused.value.code, refused.value.field)


@pytest.mark.parametrize("name", ["ada", "nobody"])
async def test_unknown_names_cost_as_much_as_known_ones(house: House, cast: Cast, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Known or not, a name with a wrong password costs exactly one Argon2 (FAULTS 79)."""
    await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    assert 1 == await _hashes_of(house, monkeypatch, sign_in_with_password(house, wish(name, "not this one at all")))


async def test_a_name_is_folded_and_stays_in_its_hub(house: House, cast: Cast) -> None:
    """Case and spaces of a name do not matter; another hub does not know it."""
    ada = await employed(house, cast.hub, Role.peer, "Ada Lark", "Mild Otter")
    account, _ = await sign_in_with_password(house, wish("  ADA  lark "))
    assert ada.account == account
    with pytest.raises(NotSignedIn):
        await sign_in_with_password(house, wish("Ada Lark", hub="meadow"))


async def test_a_member_signs_in_with_their_pseudonym(house: House, cast: Cast) -> None:
    """A password is optional for a member; once set, their pseudonym and it bring them back."""
    person = await arrived(house, "Mild Otter")
    with pytest.raises(NotSignedIn):
        await sign_in_with_password(house, wish("Mild Otter"))
    await set_password(house, person.actor, PASSWORD, None)
    account, _ = await sign_in_with_password(house, wish("mild otter"))
    assert person.account == account


async def test_guessing_one_name_is_slowed_and_locks_nobody_out(house: House, cast: Cast) -> None:
    """After ten tries at a name even the right password waits; the person's open session does not notice, nor do other names (FAULTS 79)."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    await employed(house, cast.hub, Role.peer, "ben", "Warm Kettle")
    for n in range(NAMED["sign_in_name"].amount):
        with pytest.raises(NotSignedIn):
            await sign_in_with_password(house, wish("ada", f"guess number {n}"))
    with pytest.raises(SlowDown) as slowed:
        await sign_in_with_password(house, wish("Ada"))
    assert "too_many_tries" == slowed.value.code
    assert slowed.value.retry_after_ms
    assert await who(house, ada.token)
    assert (await sign_in_with_password(house, wish("ben")))[1]


async def test_with_a_second_factor_the_numbers_are_asked_for(house: House, cast: Cast) -> None:
    """With a second factor: no numbers is asked again, wrong ones are refused, right ones let in, and the same ones never twice."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    async with command(house, ada.actor) as ctx:
        secret = (await set_up_second_factor(ctx)).secret
    totp = pyotp.TOTP(secret)
    now = int(house.clock.now().timestamp())
    async with command(house, ada.actor) as ctx:
        await confirm_second_factor(ctx, totp.at(now - 30))
    expected = [(None, "second_factor_needed"), ("000000" if totp.at(now) != "000000" else "111111", "wrong_sign_in"), (totp.at(now - 30), "wrong_sign_in")]
    for numbers, code in expected:
        with pytest.raises(NotSignedIn) as refused:
            await sign_in_with_password(house, wish("ada", numbers=numbers))
        assert code == refused.value.code
    results = await at_once(*(sign_in_with_password(house, wish("ada", numbers=totp.at(now))) for _ in range(3)))
    assert 1 == sum(isinstance(result, tuple) for result in results)
    assert ["wrong_sign_in"] * 2 == [r.code for r in results if isinstance(r, NotSignedIn)]


async def test_numbers_without_the_password_say_nothing(house: House, cast: Cast) -> None:
    """That a second factor is set is only told to somebody who has the password."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    async with command(house, ada.actor) as ctx:
        secret = (await set_up_second_factor(ctx)).secret
    async with command(house, ada.actor) as ctx:
        await confirm_second_factor(ctx, pyotp.TOTP(secret).at(house.clock.now()))
    with pytest.raises(NotSignedIn) as refused:
        await sign_in_with_password(house, wish("ada", "not this one at all"))
    assert "wrong_sign_in" == refused.value.code


async def test_without_any_role_nobody_comes_in(house: House, cast: Cast) -> None:
    """Somebody whose last role was taken gets the same answer as a stranger, by password and by code (FAULTS 72)."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    member = await arrived(house, "Warm Kettle")
    async with command(house, cast.coordinator.actor) as ctx:
        await revoke_role(ctx, ada.account, Role.peer)
        await revoke_role(ctx, member.account, Role.member)
    answers = await at_once(sign_in_with_password(house, wish("ada")), sign_in_with_code(house, member.code))
    assert ["wrong_sign_in", "wrong_code"] == [answer.code for answer in answers]


async def test_many_sign_ins_at_once_use_few_threads(house: House, cast: Cast) -> None:
    """A hundred sign-ins at once are hashed a few at a time, and all of them get their answer (FAULTS 80)."""
    people = [await arrived(house, f"Otter {n}") for n in range(10)]
    results = await at_once(*(sign_in_with_code(house, person.code) for person in people * 10))
    assert 100 == sum(isinstance(result, tuple) for result in results)
    assert THREADS >= len(house.hasher._pool._threads)
    assert THREADS <= 4


async def _hashes_of(house: House, monkeypatch: pytest.MonkeyPatch, attempt: object) -> int:
    """How many Argon2 verifications this attempt, which must be refused, computes."""
    verify, counted = house.hasher._matches, []

    def counting(stored: str, secret: str, exists: bool) -> bool:
        counted.append(stored)
        return verify(stored, secret, exists)

    monkeypatch.setattr(house.hasher, "_matches", counting)
    with pytest.raises(NotSignedIn):
        await attempt  # type: ignore[misc]  # a coroutine
    return len(counted)
