"""The table of who may come in where, door by door: written by hand, so that a mistake in the house's own rules shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.doors.town import FAR, HERE, Ids

Body = Callable[[Ids], Any]

EVERYBODY = HERE | FAR
MEMBERS = frozenset({"member", "outsider", "stranger"})
STAFF = EVERYBODY - MEMBERS
PEERS = frozenset({"peer", "far_peer"})
MODERATORS = frozenset({"moderator", "far_moderator"})
CLINICIANS = frozenset({"clinician", "far_clinician"})
COORDINATORS = frozenset({"coordinator", "far_coordinator"})
IN_CHAT = frozenset({"member", "peer"})
IN_ROOM = frozenset({"member", "peer", "moderator"})
PASSWORD = "seven lanterns by a gate"
PATIENCE = {"unsent": 30, "unseen": 60, "next_rung": 120, "remind": 600, "undo": 900}
NO_POLICY: dict[str, Any] = {
    "rungs": [],
    "duty_manager": None,
    "timers": dict.fromkeys(("critical", "high", "concern"), PATIENCE),
    "emergency_script": "Ring the night desk.",
}


@dataclass(frozen=True, slots=True)
class Row:
    """`may`: for whom the door does something. `sees`: who may know the thing is there, and is refused all the same. Everybody else learns nothing.

    `open_to_all` says why a door needs no session.
    """

    may: frozenset[str] = frozenset()
    sees: frozenset[str] = frozenset()
    body: Body | None = None
    open_to_all: str = ""


def says(**fields: Any) -> Body:
    return lambda ids: fields


EVENING = {"starts": "2026-03-02T18:00", "ends": "2026-03-02T22:00"}
REASON = says(reason="Because of how it was said.")

ACCESS: dict[str, Row] = {
    "POST /api/arrivals": Row(open_to_all="whoever is new", body=says(pseudonym="Mild Otter", understood=True, hub="harbour")),
    "POST /api/sessions/code": Row(open_to_all="the code is the secret", body=says(code="0000-0000-0000-0000-0000-0000")),
    "POST /api/sessions/password": Row(open_to_all="the password is the secret", body=says(name="ada", password=PASSWORD, hub="harbour")),
    "POST /api/sessions/leave": Row(open_to_all="the way out is never shut"),
    "GET /api/doorway": Row(open_to_all="the public face of a hub"),
    "GET /api/invitations/{token}": Row(open_to_all="the token is the secret"),
    "POST /api/invitations/{token}": Row(open_to_all="the token is the secret", body=says(name="ada lark", pseudonym="Mild Otter", password=PASSWORD)),
    "DELETE /api/sessions/current": Row(EVERYBODY),
    "GET /api/me": Row(EVERYBODY),
    "PUT /api/me/password": Row(EVERYBODY, body=says(password=PASSWORD)),
    "POST /api/me/recovery-code": Row(MEMBERS),
    "POST /api/me/second-factor": Row(EVERYBODY),
    "PUT /api/me/second-factor": Row(EVERYBODY, body=says(numbers="123456")),
    "POST /api/tickets": Row(EVERYBODY),
    "POST /api/exchange": Row(EVERYBODY, body=says(said=[{"type": "ping"}])),  # what may be said there is what may be said on a socket
    "GET /api/roles": Row(EVERYBODY),
    "GET /api/staff": Row(COORDINATORS),
    "POST /api/invitations": Row(COORDINATORS, body=says(role="peer")),
    "DELETE /api/invitations/{invitation}": Row(frozenset({"coordinator"})),
    "POST /api/staff/{account}/roles": Row(frozenset({"coordinator"}), body=says(role="peer")),
    "DELETE /api/staff/{account}/roles/{role}": Row(frozenset({"coordinator"})),
    "GET /api/conversations": Row(EVERYBODY),
    "GET /api/conversations/{conversation}": Row(IN_CHAT),
    "POST /api/conversations/{conversation}/seen": Row(IN_CHAT, body=says(seq=1)),
    "POST /api/conversations/{conversation}/leave": Row(IN_ROOM),
    "POST /api/conversations/{conversation}/close": Row(IN_CHAT),
    "POST /api/conversations/{conversation}/messages": Row(IN_CHAT, body=says(client_id="0197a000-0000-7000-8000-000000000001", body="hello")),
    "PUT /api/conversations/{conversation}/messages/{seq}": Row(frozenset({"member"}), body=says(body="other words")),
    "GET /api/conversations/{conversation}/events": Row(IN_CHAT),
    "POST /api/conversations/{conversation}/question": Row(frozenset({"peer"})),
    "POST /api/questions/{question}/answer": Row(frozenset({"member"}), body=says(answer="not_now")),
    "GET /api/readings": Row(EVERYBODY),
    "GET /api/rooms": Row(EVERYBODY),
    "POST /api/rooms/{conversation}/join": Row(HERE, body=says(agreements=0)),
    "POST /api/groups": Row(COORDINATORS, body=says(title="Night", purpose="For the late", agreements="Be kind")),
    "POST /api/line": Row(MEMBERS, body=says(unsafe=False)),
    "GET /api/line": Row(EVERYBODY),
    "DELETE /api/line": Row(MEMBERS),
    "GET /api/line/watch": Row(STAFF),
    "PUT /api/desk/ready": Row(PEERS | MODERATORS, body=says(ready=False)),
    "GET /api/desk": Row(PEERS | MODERATORS | COORDINATORS),
    "GET /api/desk/conversations": Row(PEERS | MODERATORS | COORDINATORS),
    "POST /api/reports": Row(
        frozenset({"peer"}),
        sees=frozenset({"member"}),  # their own message
        body=lambda ids: {"conversation": ids["conversation"], "seq": int(ids["seq"]), "reason": "worried"},
    ),
    "GET /api/reports": Row(EVERYBODY),
    "GET /api/desk/reports/{report}": Row(frozenset({"moderator"})),
    "POST /api/desk/reports/{report}/claim": Row(frozenset({"moderator"})),
    "POST /api/desk/reports/{report}/hide": Row(frozenset({"moderator"}), body=REASON),
    "POST /api/desk/reports/{report}/restore": Row(frozenset({"moderator"})),
    "POST /api/desk/reports/{report}/step-out": Row(frozenset({"moderator"}), body=says(minutes=30, reason="A rest.", offer_one_to_one=False)),
    "POST /api/desk/reports/{report}/close": Row(frozenset({"moderator"}), body=says(outcome="talked")),
    "GET /api/acts": Row(EVERYBODY),
    "POST /api/acts/{act}/appeal": Row(frozenset({"member"}), body=says(words="Please look again.")),
    "GET /api/desk/appeals/{appeal}": Row(frozenset({"coordinator"}), sees=frozenset({"moderator"})),  # the moderator's own decision
    "POST /api/desk/appeals/{appeal}/decide": Row(frozenset({"coordinator"}), sees=frozenset({"moderator"}), body=says(upheld=True, words="It stands.")),
    "POST /api/desk/accounts/{account}/suspend": Row(frozenset({"moderator", "coordinator"}), body=says(minutes=60, reason="A rest.")),
    "POST /api/desk/accounts/{account}/lift": Row(frozenset({"moderator", "coordinator"})),
    "GET /api/policy": Row(COORDINATORS),
    "PUT /api/policy": Row(COORDINATORS, body=lambda ids: {"basis": 0, "draft": NO_POLICY}),
    "POST /api/policy/preview": Row(COORDINATORS, body=lambda ids: {"draft": NO_POLICY}),
    "POST /api/policy/restore": Row(COORDINATORS, body=says(basis=1, number=0)),
    "POST /api/escalations": Row(
        frozenset({"peer"}),
        body=lambda ids: {"conversation": ids["conversation"], "severity": "high", "consent": "agreed", "view": "Still worried."},
    ),
    "GET /api/escalations/{id}": Row(frozenset({"peer", "clinician"})),
    "POST /api/escalations/{id}/cancel": Row(frozenset({"peer", "clinician"}), body=REASON),
    "POST /api/escalations/{id}/helped": Row(frozenset({"peer"}), sees=frozenset({"clinician"}), body=says(helped="partly")),
    "GET /api/escalations/{closed}/review": Row(frozenset({"peer", "clinician"})),
    "POST /api/escalations/{closed}/review": Row(frozenset({"peer", "clinician"}), body=says(went_well="We spoke early.")),
    "POST /api/escalations/{closed}/review/put-off": Row(frozenset({"peer", "clinician"})),
    "GET /api/lessons": Row(STAFF),
    "POST /api/lessons/{lesson}/take-off": Row(frozenset({"coordinator"})),
    "GET /api/channels": Row(COORDINATORS),
    "POST /api/channels": Row(COORDINATORS, body=says(kind="webhook", name="Night pager", address="https://pager.example.org/on-call")),
    "PUT /api/channels/{channel}": Row(frozenset({"coordinator"}), body=says(name="Day pager")),
    "DELETE /api/channels/{channel}": Row(frozenset({"coordinator"})),
    "POST /api/channels/{channel}/exchange": Row(frozenset({"coordinator"}), body=says()),
    "POST /api/channels/{channel}/exchange/end": Row(frozenset({"coordinator"})),
    "POST /api/channels/{channel}/test": Row(frozenset({"coordinator"})),
    "GET /api/deliveries": Row(COORDINATORS),
    "POST /api/deliveries/{delivery}/again": Row(frozenset({"coordinator"}), body=says(client_id="0197a000-0000-7000-8000-000000000003")),
    "POST /api/on-call/callback/{channel}": Row(open_to_all="the signature is the key"),
    "GET /api/alarms": Row(STAFF),
    "GET /api/on-call": Row(CLINICIANS),
    "GET /api/on-call/{id}": Row(frozenset({"clinician"})),
    "POST /api/on-call/{id}/acknowledge": Row(frozenset({"clinician"})),
    "POST /api/on-call/{id}/start": Row(frozenset({"clinician"})),
    "POST /api/on-call/{id}/join": Row(frozenset({"clinician"})),
    "POST /api/on-call/{id}/hand-back": Row(frozenset({"clinician"})),
    "POST /api/on-call/{id}/lower": Row(frozenset({"clinician"}), body=says(severity="concern", reason="They are calmer, and not alone.")),
    "POST /api/on-call/{id}/resolve": Row(frozenset({"clinician"}), body=says(outcome="talked", feedback="Thank you for seeing it.")),
    "GET /api/rota": Row(CLINICIANS | COORDINATORS),
    "POST /api/rota/shifts": Row(COORDINATORS, body=lambda ids: {"rung": 1, "account": ids["answerer"], **EVENING}),
    "PUT /api/rota/shifts/{shift}": Row(frozenset({"coordinator"}), body=lambda ids: {"rung": 1, "account": ids["answerer"], **EVENING}),
    "POST /api/rota/shifts/{shift}/end": Row(frozenset({"coordinator"}), body=says(from_day="2026-03-20")),
    "POST /api/rota/shifts/{shift}/change": Row(frozenset({"coordinator"}), body=says(day="2026-03-10", off=True)),
    "POST /api/rota/swaps": Row(frozenset({"clinician", "coordinator"}), body=lambda ids: {"shift": ids["shift"], "day": "2026-03-12"}),
    "POST /api/rota/swaps/{swap}/agree": Row(frozenset({"coordinator", "clinician"}), body=lambda ids: {"who": ids["other_answerer"]}),
    "DELETE /api/rota/swaps/{swap}": Row(frozenset({"clinician", "coordinator"})),
    "POST /api/rota/feed": Row(CLINICIANS, body=says(whole=False)),
    "POST /api/rota/calendar/look": Row(COORDINATORS, body=says(text="BEGIN:VCALENDAR")),
    "POST /api/rota/calendar": Row(COORDINATORS, body=lambda ids: {"text": "BEGIN:VCALENDAR", "rung": 1, "people": []}),
    "POST /api/rota/leave": Row(CLINICIANS | COORDINATORS, body=says(starts="2026-03-20T08:00", ends="2026-03-21T08:00")),
    "DELETE /api/rota/leave/{leave}": Row(frozenset({"clinician", "coordinator"})),
    "POST /api/on-call/{id}/transcript": Row(frozenset({"clinician"}), body=says(reason="To know what was said tonight.")),
}
