"""The six numbers: which count, when, and only once."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlmodel import select

from beside.accounts.actors import actor_for_token
from beside.accounts.me import me_of
from beside.accounts.second_factor import EITHER_SIDE, STEP_S, confirm_second_factor, matches_now, set_up_second_factor, step_of
from beside.accounts.tables import SecondFactor
from beside.hubs.make import make_hub
from beside.hubs.policy import Policy
from beside.kit.context import command, query
from beside.kit.errors import BadInput, Conflict, NotFound, SlowDown
from beside.kit.house import House
from beside.kit.limits import NAMED
from beside.protocol.shapes import Role
from tests.accounts.people import Known, another_session, at_once, employed, who
from tests.rig.cast import Cast
from tests.rig.house import MORNING

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238's own, in base32


@pytest.mark.parametrize(("at", "numbers"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")])
def test_the_numbers_are_those_of_the_standard(at: int, numbers: str) -> None:
    """The test vectors of RFC 6238 (SHA-1, six digits) are found at their step."""
    assert at // STEP_S == step_of(SECRET, numbers, datetime.fromtimestamp(at, UTC))


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(steps: int, good: bool) -> None:
    """The numbers of one step before and after are taken, further ones are not."""
    shown = pyotp.TOTP(SECRET).at(MORNING + timedelta(seconds=steps * STEP_S))
    assert good == (step_of(SECRET, shown, MORNING) is not None)
    assert 1 == EITHER_SIDE


async def set_up(house: House, person: Known) -> pyotp.TOTP:
    async with command(house, person.actor) as ctx:
        return pyotp.TOTP((await set_up_second_factor(ctx)).secret)


async def confirm(house: House, person: Known, numbers: str) -> None:
    async with command(house, person.actor) as ctx:
        await confirm_second_factor(ctx, numbers)


async def test_it_is_in_force_once_confirmed(house: House, cast: Cast) -> None:
    """Setting up changes nothing yet; confirming opens the doors that were held, and ends every other session (FAULTS 72, 81)."""
    async with command(house) as ctx:
        strict = (await make_hub(ctx, "strict", "Strict", Policy(staff_need_second_factor=True))).id
    ada = await employed(house, strict, Role.clinician, "ada", "Mild Otter")
    elsewhere = await another_session(house, ada.account)
    totp = await set_up(house, ada)
    assert (await _needs(house, ada), True) == (True, await _held(house, ada.token))
    await confirm(house, ada, totp.at(house.clock.now()))
    assert (False, False) == (await _needs(house, ada), await _held(house, ada.token))
    assert await who(house, elsewhere) is None


async def test_the_uri_is_what_apps_read_and_names_nobody(house: House, cast: Cast) -> None:
    """The otpauth address carries the secret and the house's name, and no name of a person."""
    ada = await employed(house, cast.hub, Role.peer, "Ada Lark", "Mild Otter")
    async with command(house, ada.actor) as ctx:
        setup = await set_up_second_factor(ctx)
    parts = urlsplit(setup.uri)
    assert ("otpauth", "totp", [setup.secret]) == (parts.scheme, parts.netloc, parse_qs(parts.query)["secret"])
    assert "Lark" not in setup.uri
    assert "Otter" not in setup.uri


async def test_wrong_numbers_confirm_nothing(house: House, cast: Cast) -> None:
    """Wrong numbers are refused kindly, and it stays not in force."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    totp = await set_up(house, ada)
    wrong = "000000" if totp.at(house.clock.now()) != "000000" else "111111"
    with pytest.raises(BadInput) as refused:
        await confirm(house, ada, wrong)
    assert "wrong_code" == refused.value.code
    async with query(house) as ctx:
        assert (await ctx.db.exec(select(SecondFactor.confirmed_at))).all() == [None]


async def test_there_must_be_something_to_confirm(house: House, cast: Cast) -> None:
    """Confirming before setting up is not found; setting up again after confirming is refused, so that no thief swaps it."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    with pytest.raises(NotFound):
        await confirm(house, ada, "123456")
    first = await set_up(house, ada)
    second = await set_up(house, ada)
    assert first.secret != second.secret
    await confirm(house, ada, second.at(house.clock.now()))
    with pytest.raises(Conflict):
        await set_up(house, ada)
    with pytest.raises(Conflict):
        await confirm(house, ada, second.at(house.clock.now()))


async def test_the_same_numbers_let_one_in(house: House, cast: Cast) -> None:
    """However many bring the same six numbers at once, they work once; earlier ones never after later ones."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    totp = await set_up(house, ada)

    async def attempt(numbers: str) -> bool:
        async with command(house) as ctx:
            return await matches_now(ctx, ada.account, numbers)

    now = house.clock.now()
    assert [True] + [False] * 4 == sorted(await at_once(*(attempt(totp.at(now)) for _ in range(5))), reverse=True)
    assert await attempt(totp.at(now - timedelta(seconds=STEP_S))) is False


async def test_guessing_is_slowed(house: House, cast: Cast) -> None:
    """Six numbers are few: after ten guesses one has to wait."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    totp = await set_up(house, ada)
    wrong = "000000" if totp.at(house.clock.now()) != "000000" else "111111"
    for _ in range(NAMED["sign_in_name"].amount):
        with pytest.raises(BadInput):
            await confirm(house, ada, wrong)
    with pytest.raises(SlowDown):
        await confirm(house, ada, totp.at(house.clock.now()))


async def test_the_secret_is_sealed(house: House, cast: Cast) -> None:
    """The row does not hold the secret in clear."""
    ada = await employed(house, cast.hub, Role.peer, "ada", "Mild Otter")
    totp = await set_up(house, ada)
    async with query(house) as ctx:
        assert totp.secret.encode() not in (await ctx.db.exec(select(SecondFactor.sealed_secret))).one()


async def _needs(house: House, person: Known) -> bool:
    async with query(house) as ctx:
        return (await me_of(ctx, person.account)).second_factor_needed


async def _held(house: House, token: str) -> bool:
    async with query(house) as ctx:
        signed_in = await actor_for_token(ctx, token)
    assert signed_in is not None
    return signed_in.second_factor_needed
