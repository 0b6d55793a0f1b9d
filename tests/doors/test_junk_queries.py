"""What stands after the question mark: every parameter of every door that reads one, against values that no page sends."""

from urllib.parse import quote
from uuid import UUID

import pytest

from beside.doors import DOORS
from beside.protocol.codes import REFUSALS
from tests.doors.access import ACCESS
from tests.doors.town import Town
from tests.rig.knock import Answered, Knocker

READING = {f"{door.method} {door.path}": door for door in DOORS if door.method == "GET"}
ASKED = [(name, parameter) for name, door in READING.items() for parameter in door.query]
BEYOND = str(2**63)
UGLY = ("x" * 5_000, "a\0b", "\u202eabc", "\u0663", "\U0001f4a5", "'; drop table event; --", "../../etc/passwd", "[1]", "{}", "null", "true")
NO_NUMBER = (*UGLY, "", " ", "-1", "+1", "1.5", "1e3", " 1", "1 ", "0x10", "NaN", "Infinity", BEYOND, "9" * 400, "9" * 16)
NO_ID = (*UGLY, " ", "0", "-1", BEYOND, str(UUID(int=7))[:-1], str(UUID(int=7)) + "0")
NO_WORD = (*UGLY, "", " ", "PUBLIC", "public ", "public,staff")
NO_DAY = (*UGLY, "", "0", "-1", "2026-13-01", "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "26-03-02", "2026-03-02T00:00", "2026-03-02 ", BEYOND)
JUNK: dict[str, tuple[str, ...]] = {
    "hub": (*UGLY, " ", "-1", BEYOND, "HARBOUR", "harbour "),
    "after": NO_NUMBER,
    "before": NO_NUMBER,
    "limit": (*NO_NUMBER, "0", "201"),
    "log": NO_WORD,
    "older_than": NO_ID,
    "escalation": NO_ID,
    "state": (*NO_WORD, "0"),
    "week": NO_DAY,
}


async def ask(knocker: Knocker, town: Town, name: str, query: str) -> Answered:
    """By somebody who may come in."""
    who = sorted(ACCESS[name].may or {"member"})[0]
    return await knocker(town.people[who], "GET", f"{town.path(READING[name], town.real)}?{query}")


@pytest.mark.parametrize(("name", "parameter"), ASKED)
async def test_a_parameter_that_makes_no_sense_is_refused_in_words(knocker: Knocker, town: Town, name: str, parameter: str) -> None:
    """Whatever stands there, the answer names the parameter and says so in care text, or finds nothing by that name; it is no fault of ours (FAULTS 8, 64)."""
    for junk in JUNK[parameter]:
        answer = await ask(knocker, town, name, f"{parameter}={quote(junk)}")
        expected = (404, "not_found", None) if parameter == "hub" else (400, "not_usable", parameter)
        assert expected == (answer.status, answer.body.get("code"), answer.body.get("field")), junk[:40]
        assert REFUSALS[answer.body["code"]] == answer.body["message"]


@pytest.mark.parametrize("name", READING)
async def test_what_no_door_asked_for_changes_nothing(knocker: Knocker, town: Town, name: str) -> None:
    """Parameters that are nobody's, without a value, twice or not even text, are passed over: the answer is the one without them (FAULTS 64)."""
    plain = await ask(knocker, town, name, "")
    for query in ("nobody=1", "nobody", "&&=&", "%ff=%fe", "nobody=%00", "nobody[]=1&nobody[]=2", "=" * 4_000):
        answer = await ask(knocker, town, name, query)
        assert plain.status == answer.status < 500, query
        assert sorted(plain.body) == sorted(answer.body), query
