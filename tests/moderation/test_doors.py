"""The doors of reports, acts and appeals: who must not come in, bad input, and the way over HTTP."""

from uuid import UUID, uuid4

import pytest

from beside.gateway.desk import doors as desk_doors
from beside.kit.house import House
from beside.moderation.routes import doors
from tests.moderation.desk import item_of, make_group, reports, suspends
from tests.rig.cast import Cast
from tests.rig.knock import Knocker

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ANYTHING = UUID(int=7)  # the same in every process that runs the tests: the names of the cases are made of it


@pytest.fixture
def knock(house: House) -> Knocker:
    return Knocker(house, [*doors, *desk_doors])


BODIES: dict[str, object] = {
    "hide": {"reason": "it hurts"},
    "step-out": {"minutes": 60, "reason": "a pause", "offer_one_to_one": True},
    "close": {"outcome": "acted", "words": None},
    "claim": None,
    "restore": None,
}


async def test_every_door_is_closed_to_somebody_who_is_not_signed_in(knock: Knocker, cast: Cast) -> None:
    """None of them answers a stranger with anything but: not signed in."""
    for door in (*doors, *desk_doors):
        answer = await knock(None, door.method, door.path.replace("{", "").replace("}", ""), {})
        assert (401, "not_signed_in") == (answer.status, answer.body["code"]), door.path


@pytest.mark.parametrize("what", ["read", *BODIES])
async def test_who_must_not_touch_a_report(knock: Knocker, house: House, cast: Cast, what: str) -> None:
    """Members and staff without the right are refused; an id that is not theirs, of nothing, or that is none, is not found, in the same words (FAULTS 76)."""
    group = await make_group(house, cast)
    await reports(house, cast.outsider, group)
    item = await item_of(house, cast.moderator)
    method, path = ("GET", "/api/desk/reports/{}") if what == "read" else ("POST", f"/api/desk/reports/{{}}/{what}")
    for who in (cast.member, cast.outsider, cast.peer, cast.clinician, cast.coordinator, cast.stranger):
        assert 403 == (await knock(who, method, path.format(item), BODIES.get(what))).status
    missing = [await knock(cast.moderator, method, path.format(each), BODIES.get(what)) for each in (uuid4(), "none", "%00", group.conversation)]
    assert [404] * 4 == [answer.status for answer in missing]
    assert 1 == len({answer.body["message"] for answer in missing})


async def test_a_report_from_the_first_tap_to_the_answer(knock: Knocker, house: House, cast: Cast) -> None:
    """Report, receipt, desk, claim, hide, close, hear back, act, appeal, decision: every answer is what its document says."""
    group = await make_group(house, cast)
    tap = {"conversation": str(group.conversation), "seq": group.seq, "reason": "unkind", "words": "it hurt"}
    assert "received" == (await knock(cast.outsider, "POST", "/api/reports", tap)).body["state"]
    desk = (await knock(cast.moderator, "GET", "/api/desk")).body
    item = desk["reports"][0]["report"]
    assert (await knock(cast.moderator, "POST", f"/api/desk/reports/{item}/claim")).body["claimed_by_me"]
    assert 409 == (taken := await knock(group.second, "POST", f"/api/desk/reports/{item}/claim")).status
    assert "already_taken" == taken.body["code"]
    assert "Rowan" == (await knock(group.second, "GET", f"/api/desk/reports/{item}")).body["claimed_by"]
    assert (await knock(cast.moderator, "POST", f"/api/desk/reports/{item}/hide", BODIES["hide"])).body["hidden"]
    assert "closed" == (await knock(cast.moderator, "POST", f"/api/desk/reports/{item}/close", BODIES["close"])).body["state"]
    assert "acted" == (await knock(cast.outsider, "GET", "/api/reports")).body["receipts"][0]["outcome"]
    act = (await knock(cast.member, "GET", "/api/acts")).body["acts"][0]
    assert ("hide", "it hurts") == (act["kind"], act["reason"])
    assert "asked" == (await knock(cast.member, "POST", f"/api/acts/{act['act']}/appeal", {"words": "I meant it kindly"})).body["appeal_state"]
    appeal = (await knock(cast.coordinator, "GET", "/api/desk")).body["appeals"][0]["appeal"]
    assert "I meant it kindly" == (await knock(cast.coordinator, "GET", f"/api/desk/appeals/{appeal}")).body["words"]
    assert 403 == (await knock(cast.moderator, "GET", f"/api/desk/appeals/{appeal}")).status
    decided = await knock(cast.coordinator, "POST", f"/api/desk/appeals/{appeal}/decide", {"upheld": False, "words": "It may stay."})
    assert (True, "undone") == (decided.body["act"]["undone"], decided.body["act"]["appeal_state"])


async def test_who_must_not_touch_an_appeal_or_an_act(knock: Knocker, cast: Cast) -> None:
    """Deciding is for moderators and coordinators; an act or appeal that is not there is not found."""
    for who in (cast.member, cast.peer, cast.clinician):
        assert 403 == (await knock(who, "GET", f"/api/desk/appeals/{uuid4()}")).status
        assert 403 == (await knock(who, "POST", f"/api/desk/appeals/{uuid4()}/decide", {"upheld": True, "words": "yes"})).status
    assert 404 == (await knock(cast.moderator, "GET", f"/api/desk/appeals/{uuid4()}")).status
    assert 404 == (await knock(cast.member, "POST", f"/api/acts/{uuid4()}/appeal", {"words": "why"})).status


async def test_who_must_not_see_the_desk(knock: Knocker, cast: Cast) -> None:
    """Members and clinicians have no desk; another hub's member has none here either."""
    for path in ("/api/desk", "/api/desk/conversations"):
        assert [403] * 3 == [(await knock(who, "GET", path)).status for who in (cast.member, cast.clinician, cast.stranger)]
        assert [200] * 3 == [(await knock(who, "GET", path)).status for who in (cast.peer, cast.moderator, cast.coordinator)]


async def test_who_must_not_suspend_or_lift_over_http(knock: Knocker, cast: Cast) -> None:
    """Refused to everybody without the right; people of another hub are not found."""
    wish = {"minutes": 60, "reason": "time apart"}
    for what, body in (("suspend", wish), ("lift", None)):
        path = f"/api/desk/accounts/{cast.outsider.account}/{what}"
        assert [403] * 4 == [(await knock(who, "POST", path, body)).status for who in (cast.member, cast.peer, cast.clinician, cast.stranger)]
        assert 404 == (await knock(cast.moderator, "POST", f"/api/desk/accounts/{cast.stranger.account}/{what}", body)).status


async def test_somebody_who_is_suspended_can_still_read_why_and_appeal(knock: Knocker, house: House, cast: Cast) -> None:
    """What was done and the way to ask somebody else stay open to them."""
    await suspends(house, cast.moderator, cast.member.account)
    act = (await knock(cast.member, "GET", "/api/acts")).body["acts"][0]
    assert 200 == (await knock(cast.member, "POST", f"/api/acts/{act['act']}/appeal", {"words": "please look again"})).status


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/api/reports", {"conversation": "x", "seq": 1, "reason": "unkind"}, "bad_frame"),
        ("/api/reports", {"conversation": str(ANYTHING), "seq": -1, "reason": "unkind"}, "not_usable"),
        ("/api/reports", {"conversation": str(ANYTHING), "seq": 2**60, "reason": "unkind"}, "not_usable"),
        ("/api/reports", {"conversation": str(ANYTHING), "seq": 1, "reason": "cruel"}, "not_usable"),
        ("/api/reports", {"conversation": str(ANYTHING), "seq": 1, "reason": "unkind\n"}, "not_usable"),
        ("/api/reports", {"conversation": str(ANYTHING), "seq": 1, "reason": "unkind", "words": "x" * 2001}, "too_long"),
        ("/api/reports", [], "bad_frame"),
        (f"/api/acts/{UUID(int=7)}/appeal", {"words": ""}, "empty"),
        (f"/api/acts/{UUID(int=7)}/appeal", {"words": "\0"}, "bad_text"),
        (f"/api/acts/{UUID(int=7)}/appeal", {}, "not_usable"),
    ],
)
async def test_what_cannot_be_used_is_refused_by_name(knock: Knocker, cast: Cast, path: str, body: object, code: str) -> None:
    """A typed refusal with care text, never a fault."""
    answer = await knock(cast.member, "POST", path, body)
    assert (400, code) == (answer.status, answer.body["code"])
