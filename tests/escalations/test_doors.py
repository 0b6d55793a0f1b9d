"""The doors of escalations over HTTP: who may not come in, what bad input gets, and the whole way from a worry to a line back."""

from collections.abc import Sequence
from uuid import uuid4

import pytest

from beside.conversations.join import join
from beside.conversations.tables import Conversation
from beside.escalations.routes import doors
from beside.kit.context import command
from beside.protocol.shapes import Place, Role
from tests.escalations.scene import FACTS, VIEW, Scene
from tests.rig.cast import make_person
from tests.rig.knock import Knocker

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

REASON = {"reason": "A misunderstanding."}
READ = {"reason": "To know what was said about tonight."}
LOWER = {"severity": "concern", "reason": "They are calmer, and not alone."}
RESOLVE = {"outcome": "talked", "feedback": "You did well to stay."}


@pytest.fixture
def knock(scene: Scene) -> Knocker:
    return Knocker(scene.house, doors)


def worry(conversation: object) -> dict[str, object]:
    return {"conversation": str(conversation), "severity": "critical", "consent": "agreed", "view": VIEW, "agreed_facts": FACTS}


ON_CALL = [
    ("GET", "/api/on-call/{id}", None),
    ("POST", "/api/on-call/{id}/acknowledge", None),
    ("POST", "/api/on-call/{id}/start", None),
    ("POST", "/api/on-call/{id}/join", None),
    ("POST", "/api/on-call/{id}/hand-back", None),
    ("POST", "/api/on-call/{id}/lower", LOWER),
    ("POST", "/api/on-call/{id}/resolve", RESOLVE),
    ("POST", "/api/on-call/{id}/transcript", READ),
]
FOLLOWING = [("GET", "/api/escalations/{id}", None), ("POST", "/api/escalations/{id}/cancel", REASON)]
NOT_ON_CALL = {"nobody": 401, "member": 403, "outsider": 403, "peer": 403, "moderator": 403, "coordinator": 403, "stranger": 403}
NOT_FOLLOWING = {"nobody": (401, 401), "member": (403, 403), "outsider": (403, 403), "moderator": (404, 404), "coordinator": (404, 403), "stranger": (403, 403)}

WHO_MUST_NOT: list[tuple[str, str, object, str, int]] = [
    *[(method, path, body, who, status) for method, path, body in ON_CALL for who, status in NOT_ON_CALL.items()],
    *[(*door, who, statuses[n]) for n, door in enumerate(FOLLOWING) for who, statuses in NOT_FOLLOWING.items()],
    *[("GET", "/api/on-call", None, who, status) for who, status in NOT_ON_CALL.items()],
]


@pytest.mark.parametrize(("method", "path", "body", "who", "status"), WHO_MUST_NOT, ids=[f"{row[0]} {row[1]} by {row[3]}" for row in WHO_MUST_NOT])
async def test_who_must_not_come_in(scene: Scene, knock: Knocker, method: str, path: str, body: object, who: str, status: int) -> None:
    """Each door refuses those it is not for, in plain words and without a word of what is behind it (FAULTS 76)."""
    escalation = await scene.raise_it()
    answer = await knock(getattr(scene.cast, who, None), method, path.format(id=escalation), body)
    assert status == answer.status
    assert {"code", "message", "field", "retry_after_ms"} == set(answer.body)
    assert "acknowledged" not in [step.kind for step in (await scene.status(escalation)).steps]


@pytest.mark.parametrize("who", ["member", "outsider", "stranger", "clinician", "coordinator", "moderator", "nobody"])
async def test_who_must_not_raise(scene: Scene, knock: Knocker, who: str) -> None:
    """Only a peer or moderator who is in the conversation raises; to others it is not there, or not theirs to do."""
    answer = await knock(getattr(scene.cast, who, None), "POST", "/api/escalations", worry(scene.conversation))
    assert {"nobody": 401, "moderator": 404}.get(who, 403) == answer.status
    assert [] == await scene.house_open()


async def test_a_peer_who_is_there_as_a_member_does_not_raise(scene: Scene, knock: Knocker) -> None:
    """A moderator who takes part in a conversation as a member is one of those it is about: the door is not theirs there."""
    async with command(scene.house) as ctx:
        await join(ctx, await ctx.db.get_one(Conversation, scene.conversation), scene.cast.moderator.account, Place.member)
    assert 404 == (await knock(scene.cast.moderator, "POST", "/api/escalations", worry(scene.conversation))).status


@pytest.mark.parametrize(("method", "path", "body"), [*ON_CALL, *FOLLOWING])
async def test_what_is_not_there_and_what_is_not_theirs_look_the_same(scene: Scene, knock: Knocker, method: str, path: str, body: object) -> None:
    """An unknown id, a malformed one, and one of another hub get one and the same answer (FAULTS 76)."""
    escalation = await scene.raise_it()
    async with command(scene.house) as ctx:
        far = await make_person(ctx, scene.cast.other_hub, "Heath", Role.clinician)
    near = scene.cast.clinician
    answers = [await knock(far, method, path.format(id=escalation), body)] + [
        await knock(near, method, path.format(id=one), body) for one in (uuid4(), "x", "0")
    ]
    assert [404] * 4 == [answer.status for answer in answers]
    assert 1 == len({str(answer.body) for answer in answers})


BAD: Sequence[tuple[dict[str, object], int, str]] = [
    ({"severity": "emergency"}, 400, "not_usable"),
    ({"consent": "maybe"}, 400, "not_usable"),
    ({"view": ""}, 400, "empty"),
    ({"view": "x" * 2001}, 400, "too_long"),
    ({"view": "a\0b"}, 400, "bad_text"),
    ({"consent": "declined"}, 400, "reason_needed"),
    ({"conversation": "x"}, 400, "bad_frame"),
    ({"extra": 1}, 400, "bad_frame"),
    ({"conversation": str(uuid4())}, 404, "not_found"),
]


@pytest.mark.parametrize(("change", "status", "code"), BAD)
async def test_what_cannot_be_used_gets_a_typed_answer(scene: Scene, knock: Knocker, change: dict[str, object], status: int, code: str) -> None:
    """Never a fault, always a code and a sentence, and nothing is raised."""
    answer = await knock(scene.cast.peer, "POST", "/api/escalations", worry(scene.conversation) | change)
    assert (status, code) == (answer.status, answer.body["code"])
    assert [] == await scene.house_open()


@pytest.mark.parametrize(
    ("path", "body"), [("resolve", {"outcome": "won", "feedback": "x"}), ("resolve", {"outcome": "talked"}), ("transcript", {"reason": "short"})]
)
async def test_an_answer_of_another_shape_changes_nothing(scene: Scene, knock: Knocker, path: str, body: object) -> None:
    """An outcome that is not on the list, no line back, too short a reason: 400, and it is as open as before."""
    escalation = await scene.raise_it()
    assert 400 == (await knock(scene.cast.clinician, "POST", f"/api/on-call/{escalation}/{path}", body)).status
    assert [escalation] == await scene.house_open()


async def test_the_whole_way(scene: Scene, knock: Knocker) -> None:
    """Raised, delivered, listed, taken, begun, joined, read, closed with a line back that the peer reads."""
    raised = (await knock(scene.cast.peer, "POST", "/api/escalations", worry(scene.conversation))).body
    assert ("notifying", False) == (raised["state"], raised["not_delivered"])
    await scene.worker.look()
    escalation = raised["escalation"]
    assert "delivered" == (await knock(scene.cast.peer, "GET", f"/api/escalations/{escalation}")).body["state"]
    listed = (await knock(scene.cast.clinician, "GET", "/api/on-call")).body["open"]
    assert [(escalation, "critical", None)] == [(line["escalation"], line["severity"], line["acknowledged_by"]) for line in listed]
    page = (await knock(scene.cast.clinician, "GET", f"/api/on-call/{escalation}")).body
    assert ("Alder", VIEW, FACTS, 1, False) == (page["raised_by"], page["view"], page["agreed_facts"], page["rung"], page["acknowledged_by_me"])
    states = [(await knock(scene.cast.clinician, "POST", f"/api/on-call/{escalation}/{act}")).body["state"] for act in ("acknowledge", "start", "join")]
    assert ["acknowledged", "in_progress", "in_progress"] == states
    read = await knock(scene.cast.clinician, "POST", f"/api/on-call/{escalation}/transcript", READ)
    assert "notice.posted" in [event["type"] for event in read.body["events"]]
    assert "resolved" == (await knock(scene.cast.clinician, "POST", f"/api/on-call/{escalation}/resolve", RESOLVE)).body["state"]
    told = (await knock(scene.cast.peer, "GET", f"/api/escalations/{escalation}")).body
    assert ("talked", RESOLVE["feedback"]) == (told["outcome"], told["feedback"])
    assert [] == (await knock(scene.cast.clinician, "GET", "/api/on-call")).body["open"]
