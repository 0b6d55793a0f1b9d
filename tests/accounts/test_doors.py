"""The doors, knocked at over HTTP: who comes in, who must not, and what a strange body meets."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pyotp
import pytest
from starlette.applications import Starlette

from beside.accounts.cookies import NAME
from beside.accounts.routes import doors
from beside.accounts.suspend import suspend
from beside.gateway.doors import DoorKeeper
from beside.hubs.make import make_hub
from beside.hubs.policy import Policy
from beside.kit.context import command
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.protocol.codes import REFUSALS
from beside.protocol.shapes import Role
from tests.accounts.people import PASSWORD, employed, who
from tests.rig.cast import Cast, Person
from tests.rig.house import PUBLIC_URL

ID = str(new_id())
GOOD_BODIES: dict[str, Any] = {
    "POST /api/arrivals": {"pseudonym": "Mild Otter", "understood": True},
    "POST /api/sessions/code": {"code": "0000-0000-0000-0000-0000-0000"},
    "POST /api/sessions/password": {"name": "ada", "password": PASSWORD},
    "PUT /api/me/password": {"password": "nine lanterns by a gate"},
    "PUT /api/me/second-factor": {"numbers": "123456"},
    "POST /api/invitations": {"role": "peer"},
    "POST /api/invitations/{token}": {"name": "ada lark", "pseudonym": "Mild Otter", "password": PASSWORD},
    "POST /api/staff/{account}/roles": {"role": "peer"},
}
EVERY_DOOR = [f"{door.method} {door.path}" for door in doors]
ANYBODYS = {f"{door.method} {door.path}" for door in doors if door.who in ("anyone", "link")}
COORDINATORS = {f"{door.method} {door.path}" for door in doors if door.who == "staff"}


class Knocker:
    """A browser without a window: brings a cookie, the right Origin and a body."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def knock(
        self, door: str, token: str | None = None, body: Any = None, *, origin: str | None = PUBLIC_URL, raw: bytes | None = None
    ) -> httpx2.Response:
        method, path = door.split(" ")
        for name in ("{account}", "{invitation}"):
            path = path.replace(name, ID)
        path = path.replace("{token}", "x" * 43).replace("{role}", "peer")
        headers = {"cookie": f"{NAME}={token}"} if token else {}
        if origin:
            headers["origin"] = origin
        if raw is None and method != "GET":
            return await self._http.request(method, path, headers=headers, json=body if body is not None else GOOD_BODIES.get(door, {}))
        return await self._http.request(method, path, headers=headers, content=raw)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The doors are the same on each database; the verbs behind them are tried on both elsewhere."""
    return sqlite_url


@pytest.fixture
async def browser(house: House) -> AsyncIterator[Knocker]:
    app = Starlette(routes=DoorKeeper(house, frozenset({PUBLIC_URL})).routes(doors))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=PUBLIC_URL) as http:
        yield Knocker(http)


def code_of(answer: httpx2.Response) -> str:
    """The refusal's code; its words must be the ones we keep for it."""
    said = answer.json()
    assert REFUSALS[said["code"]] == said["message"]
    return str(said["code"])


def token_in(answer: httpx2.Response) -> str:
    return answer.headers["set-cookie"].split(";")[0].removeprefix(f"{NAME}=")


@pytest.mark.parametrize("door", [door for door in EVERY_DOOR if door not in ANYBODYS])
async def test_nobody_comes_in_without_a_session(browser: Knocker, cast: Cast, door: str) -> None:
    """Without a cookie, with a made-up one, and with somebody's account id for one, each door says: not signed in."""
    for token in (None, "x" * 43, str(cast.member.account)):
        answer = await browser.knock(door, token)
        assert (401, "not_signed_in") == (answer.status_code, code_of(answer))


@pytest.mark.parametrize("door", sorted(COORDINATORS))
async def test_the_staff_page_is_for_coordinators(browser: Knocker, cast: Cast, door: str) -> None:
    """Members, peers, moderators, clinicians, the outsider and the stranger are not let in where only coordinators are (FAULTS 76)."""
    for person in (cast.member, cast.peer, cast.moderator, cast.clinician, cast.outsider, cast.stranger):
        answer = await browser.knock(door, person.token)
        assert (403, "not_allowed") == (answer.status_code, code_of(answer))


@pytest.mark.parametrize("door", ["POST /api/staff/{account}/roles", "DELETE /api/staff/{account}/roles/{role}"])
async def test_another_hubs_people_look_like_nobody(browser: Knocker, cast: Cast, door: str) -> None:
    """For a coordinator, somebody of another hub, a made-up id and no id at all give one and the same answer (FAULTS 76)."""
    answers = []
    for account in (str(cast.stranger.account), ID, "not-an-id", "..%2f..%2fme"):
        answer = await browser.knock(door.replace("{account}", account), cast.coordinator.token, {"role": "peer"})
        answers.append((answer.status_code, answer.content))
    assert {404} == {status for status, _ in answers}
    assert 1 == len({body for _, body in answers[:3]})


@pytest.mark.parametrize("door", [door for door in EVERY_DOOR if not door.startswith("GET")])
async def test_another_site_cannot_act(browser: Knocker, cast: Cast, door: str) -> None:
    """From another origin, a null one or none, no door that changes something acts (FAULTS 68)."""
    for origin in ("https://evil.test", "null", None, PUBLIC_URL + ".evil.test"):
        answer = await browser.knock(door, cast.coordinator.token, origin=origin)
        assert (403, "cross_site") == (answer.status_code, code_of(answer))
    assert {Role.coordinator} == {Role(role) for role in (await browser.knock("GET /api/me", cast.coordinator.token)).json()["roles"]}


STRANGE = [b"", b"[]", b"null", b"{", b'{"a":1}', b"\xff\xfe", b'{"a":1,"a":2}', b"[" * 2000, b'{"code":"\\ud800"}', b'{"code":NaN}']


@pytest.mark.parametrize("door", sorted(GOOD_BODIES))
async def test_a_strange_body_is_refused_kindly(browser: Knocker, cast: Cast, door: str) -> None:
    """Whatever the body is, the answer is a refusal with our words, and never a fault (FAULTS 55, 56, 57)."""
    for raw in STRANGE:
        answer = await browser.knock(door, cast.coordinator.token, raw=raw)
        assert 400 <= answer.status_code < 500
        assert "too_many_tries" != code_of(answer)


async def test_arriving_and_coming_back(browser: Knocker, cast: Cast, house: House) -> None:
    """One request and a member is in, with a code and a flagged cookie; the code brings them back; signing out forgets the cookie."""
    arrived = await browser.knock("POST /api/arrivals")
    assert 200 == arrived.status_code
    assert arrived.headers["set-cookie"].endswith("; Path=/; Secure; HttpOnly; SameSite=Lax")
    me = (await browser.knock("GET /api/me", token_in(arrived))).json()
    assert arrived.json()["me"] == me
    back = await browser.knock("POST /api/sessions/code", body={"code": arrived.json()["recovery_code"].lower()})
    assert me == back.json()
    out = await browser.knock("DELETE /api/sessions/current", token_in(back))
    assert (200, "") == (out.status_code, token_in(out))
    assert await who(house, token_in(back)) is None
    assert await who(house, token_in(arrived))


@pytest.mark.parametrize("raw", [b"", b"bye", b"{}", b"\xff"])
async def test_leaving_in_a_hurry_always_works(browser: Knocker, cast: Cast, house: House, raw: bytes) -> None:
    """The quick exit signs out whatever its body is, and answers the same to somebody who was not signed in (FAULTS 111)."""
    answers = [await browser.knock("POST /api/sessions/leave", token, raw=raw) for token in (cast.member.token, None, "x" * 43)]
    assert 1 == len({(answer.status_code, answer.content, answer.headers["set-cookie"]) for answer in answers})
    assert 200 == answers[0].status_code
    assert await who(house, cast.member.token) is None


async def test_a_whole_career(browser: Knocker, cast: Cast, house: House) -> None:
    """Over the doors alone: invited, shown what for, accepted, listed, given a role, and let go."""
    boss = cast.coordinator.token
    link = (await browser.knock("POST /api/invitations", boss, {"role": "peer", "note": "for Ada"})).json()["link"]
    token = link.rsplit("/", 1)[1]
    opened = (await browser.knock(f"GET /api/invitations/{token}")).json()
    assert ("Harbour", "peer") == (opened["hub_name"], opened["card"]["role"])
    accepted = await browser.knock(f"POST /api/invitations/{token}", body=GOOD_BODIES["POST /api/invitations/{token}"])
    account, session = accepted.json()["account"], token_in(accepted)
    assert ["peer"] == accepted.json()["roles"]
    assert "link_used" == code_of(await browser.knock(f"GET /api/invitations/{token}"))
    given = await browser.knock(f"POST /api/staff/{account}/roles", boss, {"role": "moderator"})
    assert [["peer", "moderator"]] == [person["roles"] for person in given.json()["staff"] if person["account"] == account]
    for role in ("moderator", "peer"):
        taken = await browser.knock(f"DELETE /api/staff/{account}/roles/{role}", boss)
        assert 200 == taken.status_code
    assert [] == [person for person in taken.json()["staff"] if person["account"] == account]
    assert await who(house, session) is None
    signing_in = await browser.knock("POST /api/sessions/password", body={"name": "ada lark", "password": PASSWORD})
    assert (401, "wrong_sign_in") == (signing_in.status_code, code_of(signing_in))


async def test_without_the_second_factor_only_the_way_to_it_is_open(browser: Knocker, cast: Cast, house: House) -> None:
    """Where the hub asks for it, staff who have none can see themselves, set it up and sign out, and nothing else (FAULTS 81)."""
    async with command(house) as ctx:
        strict = (await make_hub(ctx, "strict", "Strict", Policy(staff_need_second_factor=True))).id
    ada = await employed(house, strict, Role.coordinator, "ada", "Mild Otter")
    for door in sorted(COORDINATORS | {"POST /api/tickets", "PUT /api/me/password", "POST /api/me/recovery-code"}):
        answer = await browser.knock(door, ada.token)
        assert (403, "second_factor_needed") == (answer.status_code, code_of(answer))
    secret = (await browser.knock("POST /api/me/second-factor", ada.token)).json()["secret"]
    confirmed = await browser.knock("PUT /api/me/second-factor", ada.token, {"numbers": pyotp.TOTP(secret).at(house.clock.now())})
    assert (True, False) == (confirmed.json()["has_second_factor"], confirmed.json()["second_factor_needed"])
    assert 200 == (await browser.knock("GET /api/staff", ada.token)).status_code


async def test_somebody_suspended_keeps_the_way_out(browser: Knocker, cast: Cast, house: House) -> None:
    """While suspended no ticket is given, but one's own page and the way out stay open (FAULTS 71)."""
    async with command(house, cast.moderator.actor) as ctx:
        await suspend(ctx, cast.member.account, ctx.now.replace(hour=23))
    refused = await browser.knock("POST /api/tickets", cast.member.token)
    assert (403, "suspended") == (refused.status_code, code_of(refused))
    assert 200 == (await browser.knock("GET /api/me", cast.member.token)).status_code
    assert 200 == (await browser.knock("DELETE /api/sessions/current", cast.member.token)).status_code


async def test_everybody_signed_in_can_read_the_role_cards(browser: Knocker, cast: Cast) -> None:
    """What each role may do is no secret from anybody who is here."""
    people: list[Person] = cast.everybody
    answers = {(await browser.knock("GET /api/roles", person.token)).content for person in people}
    assert 1 == len(answers)


def test_every_door_is_documented_and_tried() -> None:
    """Each door has a sentence for the documents, and each that takes a body has a good one here."""
    assert all(door.words.endswith(".") for door in doors)
    assert {f"{door.method} {door.path}" for door in doors if door.body} == set(GOOD_BODIES)


async def test_nobody_is_made_a_member_or_stopped_from_being_one(browser: Knocker, cast: Cast) -> None:
    """Roles that are given and taken are those of staff: whoever is to take no part is suspended, and reads why."""
    account, token = cast.member.account, cast.coordinator.token
    given = await browser.knock(f"POST /api/staff/{cast.peer.account}/roles", token, {"role": "member"})
    taken = await browser.knock(f"DELETE /api/staff/{account}/roles/member", token)
    invited = await browser.knock("POST /api/invitations", token, {"role": "member"})
    assert [(400, "not_usable", "role")] * 3 == [(each.status_code, each.json()["code"], each.json()["field"]) for each in (given, taken, invited)]
    assert ["member"] == (await browser.knock("GET /api/me", cast.member.token)).json()["roles"]


async def test_what_a_person_can_mend_is_said_kindly(browser: Knocker, cast: Cast) -> None:
    """Missing, too short, out of range: each with its field, and none tells a person to load the page again."""
    arrivals = "POST /api/arrivals"
    answers = [
        await browser.knock(arrivals, body={"pseudonym": "x", "understood": True}),
        await browser.knock(arrivals, body={"pseudonym": "Mild Otter"}),
        await browser.knock("POST /api/invitations", cast.coordinator.token, {"role": "owner"}),
    ]
    assert [("too_short", "pseudonym"), ("not_usable", "understood"), ("not_usable", "role")] == [(a.json()["code"], a.json()["field"]) for a in answers]
