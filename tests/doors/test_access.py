"""Each door against each person: who may not come in learns nothing, not even that something is there."""

import json
from typing import Any
from uuid import UUID

import pytest

from beside.doors import DOORS
from beside.kit.web import Door
from beside.protocol.codes import REFUSALS
from tests.doors.access import ACCESS, EVERYBODY
from tests.doors.town import FAR, Ids, Town
from tests.rig.knock import Answered, Knocker

NAMES = {f"{door.method} {door.path}": door for door in DOORS}
SHUT = [name for name in NAMES if name in ACCESS and not ACCESS[name].open_to_all]
BY_BODY = {"POST /api/reports", "POST /api/escalations", "POST /api/rota/swaps"}
WITH_IDS = [name for name in SHUT if "{" in name or name in BY_BODY]
STRANGE = ("not-an-id", "%00", "9" * 400, "-1", "%F0%9F%92%A5", "{}", "%C3%28")


async def knock(knocker: Knocker, town: Town, who: str | None, name: str, ids: Ids) -> Answered:
    door, row = NAMES[name], ACCESS[name]
    return await knocker(town.people[who] if who else None, door.method, town.path(door, ids), row.body(ids) if row.body else None)


def test_every_door_has_its_row() -> None:
    """A door of which nobody wrote down who must not come in is noticed; so is a row of a door that is gone (FAULTS 76)."""
    assert set(NAMES) == set(ACCESS)


@pytest.mark.parametrize("name", SHUT)
async def test_who_may_not_come_in_learns_nothing(knocker: Knocker, town: Town, name: str) -> None:
    """Refused people get the same answer for a thing that is there and for one that never was; without a session nobody is let in (FAULTS 76)."""
    row = ACCESS[name]
    unknown = await knock(knocker, town, None, name, town.real)
    assert (401, "not_signed_in") == (unknown.status, unknown.body["code"])
    for who in sorted(EVERYBODY - row.may):
        there = await knock(knocker, town, who, name, town.real)
        assert there.status in (403, 404), who
        assert REFUSALS[there.body["code"]] == there.body["message"]
        if who not in row.sees and name in WITH_IDS:
            assert await knock(knocker, town, who, name, town.never) == there, who


@pytest.mark.parametrize("name", SHUT)
async def test_who_may_come_in_does(knocker: Knocker, town: Town, name: str) -> None:
    """The table is no wall: for somebody it names, the door does what it does not do for a thing that never was (FAULTS 76)."""
    who = sorted(ACCESS[name].may)[0]
    never = await knock(knocker, town, who, name, town.never) if name in WITH_IDS else None
    if name == "PUT /api/me/second-factor":
        await knock(knocker, town, who, "POST /api/me/second-factor", town.real)  # there is one to confirm
    there = await knock(knocker, town, who, name, town.real)
    assert there.status not in (401, 404, 500, 503), there
    assert there != never


@pytest.mark.parametrize("name", [name for name in SHUT if name.startswith("GET") and name not in WITH_IDS])
async def test_lists_hold_nothing_of_another_hub(knocker: Knocker, town: Town, name: str) -> None:
    """Whoever may ask for a list in another hub finds no id, no name and no word of this one in it (FAULTS 76)."""
    ours = [value for value in town.real.values() if len(value) > 10] + ["the words of the town"]
    ours += [value for who in EVERYBODY - FAR for value in (str(town.people[who].account), town.people[who].name)]
    for who in sorted(ACCESS[name].may & FAR):
        said = json.dumps((await knock(knocker, town, who, name, town.real)).body)
        assert [] == [value for value in ours if value in said]


@pytest.mark.parametrize("door", [door for door in DOORS if door.who == "link"], ids=lambda door: f"{door.method} {door.path}")
async def test_a_link_opens_for_its_token_only(knocker: Knocker, town: Town, door: Door) -> None:
    """A token that was never given, of any shape, opens nothing, signed in or not (FAULTS 76)."""
    body = ACCESS[f"{door.method} {door.path}"].body
    said: list[Any] = []
    for token in ("x" * 43, town.real["token"][:-1], town.real["token"] + "x", str(UUID(int=7)), town.real["invitation"]):
        for who in (None, town.people["far_coordinator"]):
            answer = await knocker(who, door.method, door.path.format(token=token), body({}) if body else None)
            said.append((answer.status, json.dumps(answer.body)))
    assert 1 == len(set(said))
    assert said[0][0] in (403, 404)


@pytest.mark.parametrize("name", [name for name in WITH_IDS if "{" in name])
async def test_ids_that_are_none_are_refused_in_words(knocker: Knocker, town: Town, name: str) -> None:
    """Whatever stands where an id belongs, it is not found or cannot be used; it never breaks anything (FAULTS 64, 76)."""
    row = ACCESS[name]
    for strange in STRANGE:
        ids = dict.fromkeys(town.real, strange)
        answer = await knocker(town.people[sorted(row.may)[0]], NAMES[name].method, town.path(NAMES[name], ids), row.body(town.real) if row.body else None)
        assert answer.status in (400, 404), strange
        assert REFUSALS[answer.body["code"]] == answer.body["message"]
