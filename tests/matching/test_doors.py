"""The doors of the line: who may knock, and what bad input gets."""

import pytest

from beside.kit.house import House
from beside.matching.routes import doors
from tests.rig.cast import Cast
from tests.rig.knock import Knocker

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def knock(house: House) -> Knocker:
    return Knocker(house, doors)


WHO_MUST_NOT = [
    ("POST", "/api/line", {}, "nobody", 401),
    ("POST", "/api/line", {}, "peer", 403),
    ("GET", "/api/line", None, "nobody", 401),
    ("DELETE", "/api/line", None, "nobody", 401),
    ("DELETE", "/api/line", None, "coordinator", 403),
    ("PUT", "/api/desk/ready", {"ready": True}, "nobody", 401),
    ("PUT", "/api/desk/ready", {"ready": True}, "member", 403),
    ("PUT", "/api/desk/ready", {"ready": True}, "clinician", 403),
    ("PUT", "/api/desk/ready", {"ready": False}, "coordinator", 403),
]


@pytest.mark.parametrize(("method", "path", "body", "who", "status"), WHO_MUST_NOT)
async def test_who_must_not_come_in(knock: Knocker, cast: Cast, method: str, path: str, body: object, who: str, status: int) -> None:
    """Each door refuses those it is not for, in plain words."""
    answer = await knock(getattr(cast, who, None), method, path, body)
    assert status == answer.status
    assert {"code", "message", "field", "retry_after_ms"} == set(answer.body)


async def test_each_sees_their_own_place_and_nobody_elses(knock: Knocker, cast: Cast) -> None:
    """The line has no id to guess: who asks, sees themselves (FAULTS 76)."""
    await knock(cast.member, "POST", "/api/line", {"wants": "to talk", "who": None, "unsafe": True})
    mine, theirs, far = [(await knock(who, "GET", "/api/line")).body for who in (cast.member, cast.outsider, cast.stranger)]
    assert (True, 1, "to talk") == (mine["waiting"], mine["place"], mine["wants"])
    assert [(False, None, None)] * 2 == [(each["waiting"], each["place"], each["wants"]) for each in (theirs, far)]


async def test_the_whole_way_over_http(knock: Knocker, cast: Cast) -> None:
    """Ask, be met, find the conversation; the doorway counts the peer from then on."""
    assert 0 == (await knock(None, "GET", "/api/doorway")).body["peers_here"]
    assert 1 == (await knock(cast.member, "POST", "/api/line", {})).body["place"]
    met = (await knock(cast.peer, "PUT", "/api/desk/ready", {"ready": True})).body
    assert met["conversation"] == (await knock(cast.member, "GET", "/api/line")).body["conversation"]
    assert 1 == (await knock(None, "GET", "/api/doorway?hub=harbour")).body["peers_here"]
    assert {"done": True} == (await knock(cast.member, "DELETE", "/api/line")).body


async def test_the_doorway_of_another_hub_counts_its_own(knock: Knocker, cast: Cast) -> None:
    """Nothing crosses hubs, numbers included."""
    await knock(cast.peer, "PUT", "/api/desk/ready", {"ready": True})
    there = (await knock(None, "GET", "/api/doorway?hub=meadow")).body
    assert ("meadow", 0) == (there["hub"], there["peers_here"])


@pytest.mark.parametrize("hub", ["nowhere", "%00", "%ED%A0%80", "a%0Ab", "x" * 5000])
async def test_a_hub_that_is_not_there_is_not_found(knock: Knocker, cast: Cast, hub: str) -> None:
    """Whatever is asked for by name, the answer is a plain not found, never a fault."""
    assert 404 == (await knock(None, "GET", f"/api/doorway?hub={hub}")).status


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"wants": "x" * 501}, 400, "too_long"),
        ({"wants": "a\0b"}, 400, "bad_text"),
        ({"wants": 5}, 400, "bad_frame"),
        ({"unsafe": "yes"}, 400, "bad_frame"),
        ({"place": 1}, 400, "bad_frame"),
        ([], 400, "bad_frame"),
        (None, 415, "not_json"),
    ],
)
async def test_what_cannot_be_used_is_refused_by_name(knock: Knocker, cast: Cast, body: object, status: int, code: str) -> None:
    """A typed refusal with care text, and nobody is put in line."""
    answer = await knock(cast.member, "POST", "/api/line", body)
    assert (status, code) == (answer.status, answer.body["code"])
    assert not (await knock(cast.member, "GET", "/api/line")).body["waiting"]
