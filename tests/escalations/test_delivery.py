"""Delivering: whatever the receiver does, the attempt is written down, the next one comes on schedule, and nothing of anybody leaves."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlmodel import col, select
from structlog.testing import capture_logs

from beside.escalations.advance import advance
from beside.escalations.channels.add import add_webhook
from beside.escalations.deliver import TIMEOUTS, Outbound
from beside.escalations.rota import set_rungs
from beside.escalations.tables import Attempt, Page
from beside.escalations.transports.shapes import BODY_BYTES
from beside.escalations.transports.webhook.transport import PagePayload
from beside.hubs.policy import Rung
from beside.kit.context import command, query
from beside.kit.egress import Timeouts
from beside.kit.house import House
from beside.kit.webhooks import new_secret
from beside.protocol.shapes import Severity
from beside.worker import Worker
from tests.escalations.scene import SECRET, Scene, make_scene
from tests.kit.far_end import Authority
from tests.rig.child import free_port
from tests.rig.receiver import OnCallReceiver, Reply

BRIEF = {severity.value: Timeouts(connect=0.3, total=0.6) for severity in Severity}  # the same bounds as in life, shorter

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def attempts(scene: Scene) -> list[Attempt]:
    async with query(scene.house) as ctx:
        return list((await ctx.db.exec(select(Attempt).order_by(col(Attempt.id)))).all())


async def test_it_is_sent_signed_and_counted_as_delivered(scene: Scene, receiver: OnCallReceiver) -> None:
    """One POST, its signature right, its attempt and its delivery written down; delivered is not acknowledged."""
    escalation = await scene.raise_it()
    await scene.worker.look()
    assert [("POST", True)] == [(one.method, one.signed) for one in receiver.received]
    assert [(200, None)] == [(attempt.status, attempt.reason) for attempt in await attempts(scene)]
    status = await scene.status(escalation)
    assert ("delivered", False) == (status.state, status.not_delivered)
    assert 0 == await scene.worker.look()


@ON_SQLITE
async def test_the_payload_is_thin(scene: Scene, receiver: OnCallReceiver) -> None:
    """Exactly type, timestamp and ids, severity, rung, times and a link of this service: no name, no words, under a kilobyte (FAULTS 104)."""
    escalation = await scene.raise_it()
    await scene.worker.look()
    body = receiver.received[0].body
    payload = json.loads(body)
    assert {"type", "timestamp", "data"} == set(payload)
    assert {"escalation", "hub", "severity", "rung", "raised_at", "respond_by", "url"} == set(payload["data"])
    assert ("escalation.raised", str(escalation), str(scene.cast.hub), "critical", 1) == (
        payload["type"], payload["data"]["escalation"], payload["data"]["hub"], payload["data"]["severity"], payload["data"]["rung"],
    )  # fmt: skip
    assert payload["data"]["url"].startswith(f"{scene.house.public_url}/on-call/link/")
    assert timedelta(minutes=2) == datetime.fromisoformat(payload["data"]["respond_by"]) - datetime.fromisoformat(payload["data"]["raised_at"])
    assert len(body) < BODY_BYTES
    everything = body.decode() + str(receiver.received[0].headers)
    assert [] == [secret for secret in ("canary", "Wren", "Alder", "Hazel", "Harbour", "harbour", SECRET) if secret in everything]
    msgspec.json.decode(body, type=PagePayload)


FAULTS = [
    ("hangs", Reply(hang=True), None, "timeout"),
    ("one byte a second", Reply(drip_s=0.2), None, "timeout"),
    ("200, but too late", Reply(delay_s=0.7), None, "timeout"),
    ("hangs up with RST", Reply(reset=True), None, "reset"),
    ("301 to inside", Reply(301, {"location": "http://127.0.0.1/"}), 301, "redirect"),
    ("302 to inside", Reply(302, {"location": "http://169.254.169.254/"}), 302, "redirect"),
    ("307 to inside", Reply(307, {"location": "http://127.0.0.1/"}), 307, "redirect"),
    ("410 for ever", Reply(410), 410, "gone"),
    ("429 for an hour", Reply(429, {"retry-after": "3600"}), 429, "asked_to_wait"),
    ("500", Reply(500), 500, "not_accepted"),
    ("404", Reply(404), 404, "not_accepted"),
]


@ON_SQLITE
@pytest.mark.parametrize(("what", "reply", "status", "reason"), FAULTS, ids=[row[0] for row in FAULTS])
async def test_whatever_goes_wrong_is_a_failed_attempt_and_is_tried_again(
    scene: Scene, receiver: OnCallReceiver, what: str, reply: Reply, status: int | None, reason: str
) -> None:
    """Failed within the deadline, in a word of our own list, not delivered; at the latest 30 s later it is tried again and gets through (FAULTS 88, 89)."""
    receiver.replies.append(reply)
    scene.reach(receiver, timeouts=BRIEF if reason == "timeout" else None)
    escalation = await scene.raise_it()
    await scene.worker.look()
    assert [(status, reason)] == [(attempt.status, attempt.reason) for attempt in await attempts(scene)], what
    assert "notifying" == (await scene.status(escalation)).state
    scene.reach(receiver)  # with all the time that there is in life: the machine may be busy
    scene.later(seconds=30)
    await scene.worker.look()
    assert "delivered" == (await scene.status(escalation)).state
    assert 1 == len({one.id for one in receiver.received})
    assert all(one.signed for one in receiver.received)


@ON_SQLITE
@pytest.mark.parametrize("reply", [Reply(202), Reply(204), Reply(200, {"content-type": "text/html"}, b"<html>Sign in</html>")])
async def test_any_2xx_is_delivered_and_none_is_an_answer(scene: Scene, receiver: OnCallReceiver, reply: Reply) -> None:
    """200 with a page, 202, 204: delivered, not acknowledged (FAULTS 89)."""
    receiver.replies.append(reply)
    escalation = await scene.raise_it()
    await scene.worker.look()
    status = await scene.status(escalation)
    assert ("delivered", ["raised", "asked", "delivered"]) == (status.state, [step.kind for step in status.steps])


@ON_SQLITE
@pytest.mark.parametrize(
    ("what", "url", "reason"),
    [
        ("nobody listens", "http://127.0.0.1:{free}/on-call", "refused"),
        ("no such name", "https://on-call.nowhere.invalid/", "dns"),
        ("an address inside that the operator did not name", "https://169.254.169.254/", "forbidden_address"),
        ("a port that the operator did not name", "https://example.org:8443/", "forbidden_port"),
        ("not https", "http://example.org/", "not_https"),
        ("another spelling of inside", "https://0x7f000001/", "bad_url"),
        ("with a password", "https://a@b/", "bad_url"),
    ],
)
async def test_a_channel_that_leads_nowhere_is_a_failed_attempt(house: House, what: str, url: str, reason: str) -> None:
    """Refused, unknown, forbidden: written down as such, the escalation goes on, and the peer is told by 35 s (FAULTS 88, 100, 103)."""
    port = free_port()
    scene = await make_scene(house)
    await scene.ladder([url.format(free=port)])
    scene.worker = Worker(house, {}, Outbound([f"127.0.0.1:{port}"]))
    escalation = await scene.raise_it()
    await scene.worker.look()
    assert [reason] == [attempt.reason for attempt in await attempts(scene)], what
    scene.later(seconds=35)
    assert (await scene.status(escalation)).not_delivered
    assert (await scene.row(escalation)).next_step_at is not None


@ON_SQLITE
@pytest.mark.parametrize(("kind", "expected"), [("right", None), ("unknown authority", "tls"), ("run out", "tls"), ("another name", "tls")])
async def test_a_certificate_that_is_not_right_is_a_failed_attempt(house: House, tmp_path: Path, kind: str, expected: str | None) -> None:
    """TLS of somebody else, run out, or of another name: not delivered. The right one: delivered (FAULTS 88)."""
    authority, name = Authority(tmp_path), "elsewhere.example" if kind == "another name" else "localhost"
    served = authority.server(name, lifetime=timedelta(days=-1 if kind == "run out" else 1))
    trust = Authority(tmp_path).trust() if kind == "unknown authority" else authority.trust()
    async with OnCallReceiver(SECRET, tls=served) as receiver:
        scene = await make_scene(house)
        await scene.ladder([f"https://localhost:{receiver.port}/on-call"])
        scene.worker = Worker(house, {}, Outbound([f"localhost:{receiver.port}"], TIMEOUTS, trust))
        await scene.raise_it()
        await scene.worker.look()
        assert [expected] == [attempt.reason for attempt in await attempts(scene)]
        assert (expected is None) == bool(receiver.received)


@ON_SQLITE
async def test_a_rest_is_given_but_not_for_long(scene: Scene, receiver: OnCallReceiver) -> None:
    """429 for an hour: a critical page rests 30 s and no longer (FAULTS 89)."""
    receiver.replies.append(Reply(429, {"retry-after": "3600"}))
    await scene.raise_it()
    await scene.worker.look()
    scene.later(seconds=29)
    assert 0 == await scene.worker.look()
    scene.later(seconds=1)
    assert 1 == await scene.worker.look()


@ON_SQLITE
async def test_a_channel_that_is_gone_is_never_given_up(scene: Scene, receiver: OnCallReceiver) -> None:
    """410 again and again is an alarm in the logs, and each time the page is tried once more (FAULTS 89)."""
    receiver.always = Reply(410)
    await scene.raise_it()
    with capture_logs() as said:
        for _ in range(3):
            await scene.worker.look()
            scene.later(seconds=36)
    assert 3 == len(receiver.received)
    assert 3 == sum(entry["event"] == "escalation.channel_gone" for entry in said)


@ON_SQLITE
async def test_when_the_first_channel_is_silent_the_second_is_used_by_30_seconds(scene: Scene, receiver: OnCallReceiver) -> None:
    """The first hangs; at 30 s the second channel of the same person gets the page (FAULTS 88)."""
    receiver.always = Reply(hang=True)
    async with OnCallReceiver(SECRET) as second:
        await scene.ladder([receiver.url, second.url])
        scene.reach(receiver, second, timeouts=BRIEF)
        await scene.raise_it()
        for _ in range(30):
            await scene.worker.look()
            scene.later(seconds=1)
        assert [] == second.received
        await scene.worker.look()
        assert [True] == [one.signed for one in second.received]


@ON_SQLITE
async def test_while_a_receiver_hangs_others_are_served(house: House) -> None:
    """One receiver hangs; another escalation's page goes out in the same look."""
    async with OnCallReceiver(SECRET) as hangs, OnCallReceiver(SECRET) as answers:
        hangs.always = Reply(hang=True)
        scene = await make_scene(house, hangs, answers)
        await scene.ladder([hangs.url, answers.url])
        scene.reach(hangs, answers, timeouts=BRIEF)
        escalation = await scene.raise_it()
        await scene.worker.look()
        scene.later(seconds=30)
        look = asyncio.create_task(scene.worker.look())
        await answers.wait_for(1)
        assert not look.done()
        await look
        assert "delivered" == (await scene.status(escalation)).state


async def test_of_two_workers_one_makes_each_attempt(scene: Scene, receiver: OnCallReceiver) -> None:
    """Five workers look at the same moment: one POST (FAULTS 87)."""
    await scene.raise_it()
    await asyncio.gather(*(scene.worker.look() for _ in range(5)))
    assert 1 == len(receiver.received)


async def test_a_worker_that_vanished_is_followed_by_another(scene: Scene, receiver: OnCallReceiver) -> None:
    """Claimed and never sent: after the lease another worker sends it; sent and never recorded: it is sent again under the same id (FAULTS 85, 86, 87)."""
    escalation = await scene.raise_it()
    assert 1 == len(await advance(scene.house, escalation))  # written down; and its worker is gone
    assert 0 == await scene.worker.look()
    scene.later(seconds=4)
    assert 1 == await scene.worker.look()
    assert "delivered" == (await scene.status(escalation)).state
    async with query(scene.house) as ctx:
        assert [2] == list((await ctx.db.exec(select(Page.tries))).all())
    assert 1 == len(receiver.received)


@ON_SQLITE
async def test_while_a_secret_is_exchanged_both_sign(scene: Scene) -> None:
    """With a new and an old secret on a channel, a receiver that knows either accepts it (FAULTS 96)."""
    fresh = new_secret()
    async with OnCallReceiver(SECRET) as knows_old, OnCallReceiver(fresh) as knows_new:
        async with command(scene.house) as ctx:
            channels = [await add_webhook(ctx, scene.cast.hub, one.url, [fresh, SECRET]) for one in (knows_old, knows_new)]
            await set_rungs(ctx, scene.cast.hub, [Rung("First", channels)])
        scene.reach(knows_old, knows_new)
        await scene.raise_it()
        for _ in range(2):
            await scene.worker.look()
            scene.later(seconds=60)
        assert [True, True] == [one.signed for receiver in (knows_old, knows_new) for one in receiver.received]
