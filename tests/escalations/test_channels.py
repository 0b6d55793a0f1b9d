"""What coordinators do with channels: secrets are shown once, exchanged without a gap, tried out for real, and nobody loses the way to be reached."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from beside.audit.tables import AuditEntry
from beside.escalations.channels.routes import doors
from beside.escalations.deliveries import deliveries_of, lines_of
from beside.escalations.resolve import resolve
from beside.kit.context import query
from beside.kit.house import House
from beside.kit.mail import relay_of
from beside.protocol.shapes import ChannelKind, Severity
from tests.escalations.providers import ROUTING_KEY, Provider, provider_of
from tests.escalations.scene import SECRET, Scene, make_scene
from tests.escalations.test_told import DONE
from tests.rig.knock import Answered, Knocker
from tests.rig.receiver import OnCallReceiver, Reply

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOOK = {"kind": "webhook", "name": "Night pager", "address": "https://pager.example.org/secret-path?token=hush"}


@pytest.fixture
async def scene(house: House) -> Scene:
    return await make_scene(house)


class Coordinator:
    """`await linden("POST", "", {...})`: doors under /api/channels."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self._knock = scene, Knocker(scene.house, doors)

    async def __call__(self, method: str, path: str = "", body: object = None, *, under: str = "/api/channels") -> Answered:
        return await self._knock(self._scene.cast.coordinator, method, under + path, body)

    async def make(self, **fields: Any) -> dict[str, Any]:
        answer = await self("POST", "", HOOK | fields)
        assert 201 == answer.status, answer
        made: dict[str, Any] = answer.body
        return made

    async def audited(self) -> list[str]:
        async with query(self._scene.house) as ctx:
            return list(
                (await ctx.db.exec(select(AuditEntry.action).where(AuditEntry.hub_id == self._scene.cast.hub).order_by(col(AuditEntry.position)))).all()
            )


@pytest.fixture
def linden(scene: Scene) -> Coordinator:
    return Coordinator(scene)


async def test_a_secret_is_shown_once(linden: Coordinator) -> None:
    """The answer to making it holds it; the list never does, nor the path of the address, which can be a secret too."""
    made = await linden.make()
    listed = (await linden("GET")).body["channels"]
    assert made["secret"].startswith("whsec_")
    assert [("Night pager", "webhook", "pager.example.org")] == [(one["name"], one["kind"], one["leads_to"]) for one in listed]
    assert [] == [secret for secret in (made["secret"], "whsec_", "secret-path", "hush") if secret in str(listed)]
    assert listed[0]["callback_url"].endswith(f"/api/on-call/callback/{made['channel']['channel']}")


WRONG = [
    ({"address": "http://pager.example.org/"}, "address_not_usable", "address"),
    ({"address": "https://127.0.0.1/"}, "address_not_usable", "address"),
    ({"address": "https://a@pager.example.org/"}, "address_not_usable", "address"),
    ({"address": ""}, "address_not_usable", "address"),
    ({"name": "  "}, "empty", "name"),
    ({"kind": "pagerduty", "address": "", "secret": "too short"}, "not_usable", "secret"),
    ({"kind": "pagerduty", "address": ""}, "not_usable", "secret"),
    ({"kind": "alertmanager", "address": "alerts"}, "address_not_usable", "address"),
    ({"kind": "email", "address": "on-call@clinic.test"}, "not_usable", "kind"),
    ({"account": str(uuid4())}, "not_usable", "account"),
]


@pytest.mark.parametrize(("fields", "code", "field"), WRONG, ids=[f"{row[1]} {n}" for n, row in enumerate(WRONG)])
async def test_what_could_not_reach_anybody_is_refused_at_once(linden: Coordinator, fields: dict[str, str], code: str, field: str) -> None:
    """An address inside, of another spelling, no routing key, a mailbox without a relay, somebody else's hub: said where it is typed (FAULTS 103)."""
    answer = await linden("POST", "", HOOK | fields)
    assert (400, code, field) == (answer.status, answer.body["code"], answer.body["field"])
    assert [] == (await linden("GET")).body["channels"]


@pytest.mark.parametrize(
    "mailbox", ["a b@clinic.test", "on-call@clinic", "on-call@clinic.test\r\nBcc: c@d.test", "<on-call@clinic.test>", "a@b@clinic.test", "@clinic.test"]
)
async def test_a_mailbox_is_one_plain_address(scene: Scene, linden: Coordinator, mailbox: str) -> None:
    """Nothing that a relay could read as two, or as a header."""
    scene.house.relay = relay_of("smtps://relay.test", "beside@beside.test")
    answer = await linden("POST", "", HOOK | {"kind": "email", "address": mailbox})
    assert (400, "mailbox_not_usable") == (answer.status, answer.body["code"])
    assert "o…@clinic.test" == (await linden.make(kind="email", address="on-call@clinic.test"))["channel"]["leads_to"]


async def test_a_secret_is_exchanged_without_a_gap(scene: Scene, linden: Coordinator) -> None:
    """After the first press both sign, so that who knows either accepts; after the second only the new one does (FAULTS 96)."""
    async with OnCallReceiver() as receiver:
        scene.house.private_hosts = [f"127.0.0.1:{receiver.port}"]
        made = await linden.make(address=receiver.url)
        path = f"/{made['channel']['channel']}"
        begun = await linden("POST", f"{path}/exchange", {})
        assert (409, 409) == ((await linden("POST", f"{path}/exchange", {})).status, (await _twice_ended(linden, path)))
    assert begun.body["secret"] not in (None, made["secret"])
    assert begun.body["channel"]["exchanging"]


async def _twice_ended(linden: Coordinator, path: str) -> int:
    assert 200 == (await linden("POST", f"{path}/exchange/end")).status
    return (await linden("POST", f"{path}/exchange/end")).status


@pytest.mark.parametrize("step", ["begun", "ended"])
async def test_what_is_sent_is_signed_by_whoever_is_good(scene: Scene, linden: Coordinator, step: str) -> None:
    """A receiver with the old secret alone, and one with the new: both are content in between, and only the new one afterwards (FAULTS 96)."""
    async with OnCallReceiver() as receiver:
        scene.house.private_hosts = [f"127.0.0.1:{receiver.port}"]
        made = await linden.make(address=receiver.url)
        path = f"/{made['channel']['channel']}"
        fresh = (await linden("POST", f"{path}/exchange", {})).body["secret"]
        if step == "ended":
            await linden("POST", f"{path}/exchange/end")
        found = []
        for known in (made["secret"], fresh):
            receiver._secrets = (known,)
            assert {"status": 200, "reason": None} == {name: (await linden("POST", f"{path}/test")).body[name] for name in ("status", "reason")}
            found.append(all(one.signed for one in receiver.received))
            receiver.received.clear()
    assert [step == "begun", True] == found


@pytest.mark.parametrize("kind", list(ChannelKind), ids=lambda kind: kind.value)
async def test_a_test_is_a_real_message(scene: Scene, linden: Coordinator, kind: ChannelKind) -> None:
    """It crosses by the same transport and guard as a page, says that it is a test, and the answer says how it went; the ledger has it (FAULTS 104)."""
    async with provider_of(kind) as provider:
        channel = await _made(scene, linden, provider)
        answer = await linden("POST", f"/{channel}/test")
        assert None is answer.body["reason"], answer
        assert (1, True) == (provider.count, answer.body["milliseconds"] is not None)
        assert "test" in provider.everything.lower()
        assert [] == [secret for secret in ("Night pager", "Harbour", "harbour", "Linden") if secret in provider.everything]
    assert "hub:channel:tested" == (await linden.audited())[-1]


async def _made(scene: Scene, linden: Coordinator, provider: Provider) -> UUID:
    provider.reach(scene)
    url = provider.target.url.removesuffix("/on-call") if provider.kind is ChannelKind.alertmanager else provider.target.url
    made = await linden.make(
        kind=provider.kind.value, address=url.removeprefix("mailto:"), secret=ROUTING_KEY if provider.kind is ChannelKind.pagerduty else None
    )
    return UUID(made["channel"]["channel"])


async def test_a_test_that_does_not_arrive_says_why(scene: Scene, linden: Coordinator) -> None:
    """Not accepted, gone, nobody there: one of our own words; an address that is gone is marked on the channel, until it takes something in (FAULTS 89)."""
    async with OnCallReceiver() as receiver:
        scene.house.private_hosts = [f"127.0.0.1:{receiver.port}"]
        path = f"/{(await linden.make(address=receiver.url))['channel']['channel']}"
        found = []
        for reply in (Reply(500), Reply(302, {"location": "http://127.0.0.1/"}), Reply(410), Reply(200)):
            receiver.replies.append(reply)
            said = (await linden("POST", f"{path}/test")).body
            found.append((said["status"], said["reason"], (await linden("GET")).body["channels"][0]["gone_at"] is not None))
    gone = (await linden("POST", f"{path}/test")).body
    assert [(500, "not_accepted", False), (302, "redirect", False), (410, "gone", True), (200, None, False)] == found
    assert (None, "refused") == (gone["status"], gone["reason"])


async def test_testing_has_a_limit(scene: Scene, linden: Coordinator) -> None:
    """Each is a real message to somebody's pager: ten in five minutes, then a rest in plain words."""
    path = f"/{(await linden.make(address='https://nobody.invalid/'))['channel']['channel']}/test"
    assert [200] * 10 + [429] == [(await linden("POST", path)).status for _ in range(11)]


async def test_what_is_used_is_not_retired(scene: Scene, linden: Coordinator) -> None:
    """On the ladder, or of a call that is open: refused, and the list says by whom it is used; afterwards it goes, and its log stays."""
    async with OnCallReceiver(SECRET) as receiver:
        scene.house.private_hosts = [f"127.0.0.1:{receiver.port}"]
        scene.rehouse()
        await scene.ladder([receiver.url])
        (listed,) = (await linden("GET")).body["channels"]
        path = f"/{listed['channel']}"
        assert (["On call 1"], False) == (listed["used_by"], listed["in_open_call"])
        assert (409, "channel_in_use") == ((refused := await linden("DELETE", path)).status, refused.body["code"])
        escalation = await scene.raise_it(Severity.high)
        await scene.worker.look()
        await scene.ladder()
        assert ([], True) == ((again := (await linden("GET")).body["channels"][0])["used_by"], again["in_open_call"])
        assert 409 == (await linden("DELETE", path)).status
        async with scene.acting(escalation) as (ctx, row):
            await resolve(ctx, row, DONE)
    assert (200, []) == ((done := await linden("DELETE", path)).status, done.body["channels"])
    assert 404 == (await linden("DELETE", path)).status
    assert 1 == len((await linden("GET", under="/api/deliveries")).body["deliveries"])


async def test_a_channel_is_renamed_and_given_to_somebody(scene: Scene, linden: Coordinator) -> None:
    """What it is called and whose it is can change; the person is named by pseudonym."""
    path = f"/{(await linden.make())['channel']['channel']}"
    changed = (await linden("PUT", path, {"name": "Hazel’s phone", "account": str(scene.cast.clinician.account)})).body
    assert ("Hazel’s phone", "Hazel") == (changed["name"], changed["belongs_to"])
    assert 400 == (await linden("PUT", path, {"name": "x", "account": str(scene.cast.stranger.account)})).status


@pytest.fixture
async def receiver() -> AsyncIterator[OnCallReceiver]:
    async with OnCallReceiver(SECRET) as here:
        yield here


async def test_the_log_has_every_try_and_no_word(scene: Scene, linden: Coordinator, receiver: OnCallReceiver) -> None:
    """When, channel, kind, rung, status, milliseconds and a short reason: of every message, newest first, by call and by how it went (FAULTS 104)."""
    receiver.always = Reply(500, {}, b"canary-of-the-receiver")
    scene.house.private_hosts = [f"127.0.0.1:{receiver.port}"]
    scene.rehouse()
    await scene.ladder([receiver.url])
    escalation = await scene.raise_it()
    await scene.worker.look()
    receiver.always = Reply(200)
    scene.later(seconds=5)
    await scene.worker.look()
    said = (await linden("GET", under="/api/deliveries")).body
    (delivery,) = said["deliveries"]
    assert (str(escalation), "page", "critical", 1, "webhook", True) == tuple(
        delivery[name] for name in ("escalation", "act", "severity", "rung", "kind", "may_be_tried")
    )
    assert [(500, "not_accepted"), (200, None)] == [(one["status"], one["reason"]) for one in delivery["attempts"]]
    assert [] == [secret for secret in ("canary", "Wren", "Alder", "http://") if secret in str(said)]
    for query_text, count in (("state=delivered", 1), ("state=not_delivered", 0), (f"escalation={escalation}", 1), (f"escalation={uuid4()}", 0)):
        assert count == len((await linden("GET", f"?{query_text}", under="/api/deliveries")).body["deliveries"]), query_text
    assert [400, 400] == [(await linden("GET", f"?{text}", under="/api/deliveries")).status for text in ("state=lost", "older_than=7")]


async def test_the_log_is_printed_for_an_operator(scene: Scene, receiver: OnCallReceiver) -> None:
    """A line a message and one a try, with how to see what is older: no address, no word, nobody's name (FAULTS 104)."""
    receiver.replies.append(Reply(410))
    scene.reach(receiver)
    await scene.ladder([receiver.url])
    await scene.raise_it()
    await scene.worker.look()
    async with query(scene.house) as ctx:
        message, attempt = lines_of(await deliveries_of(ctx, scene.cast.hub))
    assert "page  critical  person 1  Webhook (webhook)  not arrived" in message
    assert (True, True) == ("status 410" in attempt, attempt.endswith("gone"))
    assert [] == [secret for secret in ("canary", "Alder", "Wren", "127.0.0.1") if secret in message + attempt]


async def test_the_log_is_read_page_by_page(scene: Scene, linden: Coordinator, receiver: OnCallReceiver) -> None:
    """Older pages follow by cursor, each message once, to the first one."""
    scene.house.private_hosts = [f"127.0.0.1:{receiver.port}"]
    scene.rehouse()
    await scene.ladder([receiver.url])
    await scene.raise_it()
    for _ in range(60):
        await scene.worker.look()
        scene.later(minutes=2)
        assert 200 == (await linden("GET")).status  # who does nothing for half an hour is signed out
    seen: list[str] = []
    asked = ""
    for _ in range(2):
        said = (await linden("GET", asked, under="/api/deliveries")).body
        seen += [one["delivery"] for one in said["deliveries"]]
        asked = f"?older_than={said['older']}"
    assert (None, 60) == (said["older"], len(seen))
    assert seen == sorted(set(seen), reverse=True)


async def test_one_more_try_is_made_once_a_press(scene: Scene, linden: Coordinator, receiver: OnCallReceiver) -> None:
    """The same message under the same `webhook-id`, one try a press however often it is sent, in the ledger; refused once the call is closed."""
    scene.house.private_hosts = [f"127.0.0.1:{receiver.port}"]
    scene.rehouse()
    await scene.ladder([receiver.url])
    escalation = await scene.raise_it()
    await scene.worker.look()
    delivery = (await linden("GET", under="/api/deliveries")).body["deliveries"][0]["delivery"]
    press = {"client_id": str(uuid4())}
    answers = [await linden("POST", f"/{delivery}/again", press, under="/api/deliveries") for _ in range(3)]
    assert [(200, 2)] * 3 == [(answer.status, len(answer.body["attempts"])) for answer in answers]
    assert (2, 1) == (len(receiver.received), len({one.id for one in receiver.received}))
    assert 1 == (await linden.audited()).count("account:page:sent_again")
    async with scene.acting(escalation) as (ctx, row):
        await resolve(ctx, row, DONE)
    assert (409, 2) == ((await linden("POST", f"/{delivery}/again", {"client_id": str(uuid4())}, under="/api/deliveries")).status, len(receiver.received))
    assert not (await linden("GET", under="/api/deliveries")).body["deliveries"][0]["may_be_tried"]
