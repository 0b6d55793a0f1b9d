"""Suggested pseudonyms: enough of them, each usable as it is, and free."""

from itertools import product

import pytest

from beside.accounts import pseudonyms
from beside.accounts.naming import clean_pseudonym, name_key
from beside.accounts.open_account import open_account
from beside.accounts.pseudonym_words import FIRST, SECOND
from beside.accounts.pseudonyms import draw, suggest
from beside.kit.context import command, query
from beside.kit.house import House
from beside.protocol.shapes import Role
from tests.rig.cast import Cast

FIRST_NAMES = "amber autumn basil cherry coral daisy dawn fern ginger grace heather hazel holly hope iris ivory ivy jade jasmine joy marigold merry olive opal"
MORE_FIRST_NAMES = "pearl poppy robin rose rosy ruby sage scarlet sky summer violet willow may june april august faith"


def test_every_suggestion_is_a_good_name() -> None:
    """All of them, more than 20,000, are different and pass the rule for names as they are."""
    names = [f"{one} {two}" for one, two in product(FIRST, SECOND)]
    assert len(names) >= 20_000
    assert len(names) == len({name_key(name) for name in names})
    assert all(name == clean_pseudonym(name) for name in names)


def test_no_word_is_a_first_name() -> None:
    """No suggestion says whether its bearer is a woman or a man."""
    assert not {word.lower() for word in FIRST + SECOND} & set(f"{FIRST_NAMES} {MORE_FIRST_NAMES}".split())


def test_a_draw_is_one_of_each() -> None:
    """A suggestion is a first and a second word."""
    one, two = draw().split()
    assert (True, True) == (one in FIRST, two in SECOND)


async def test_what_is_suggested_is_free(house: House, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that somebody in the hub has is not suggested, even where it is drawn first."""
    drawn = iter(["Mild Otter", "Warm Kettle"] * 4)
    monkeypatch.setattr(pseudonyms, "draw", lambda: next(drawn))
    async with command(house) as ctx:
        await open_account(ctx, cast.hub, "mild OTTER", Role.member)
    async with query(house) as ctx:
        assert "Warm Kettle" == await suggest(ctx, cast.hub)


async def test_with_every_draw_taken_there_is_still_a_name(house: House, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a hub where every draw is taken, the suggestion has a small number and can be used."""
    monkeypatch.setattr(pseudonyms, "draw", lambda: "Mild Otter")
    async with command(house) as ctx:
        await open_account(ctx, cast.hub, "Mild Otter", Role.member)
    async with query(house) as ctx:
        name = await suggest(ctx, cast.hub)
    assert name.startswith("Mild Otter ")
    assert name == clean_pseudonym(name)
