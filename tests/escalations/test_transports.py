"""The contract of every transport: whatever the far end is and does, the page goes out thin, under one name, and is written down truly."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import col, select
from structlog.testing import capture_logs

from beside.escalations.acknowledge import acknowledge
from beside.escalations.hand_back import hand_back
from beside.escalations.tables import Attempt, Channel
from beside.escalations.transports.shapes import BODY_BYTES
from beside.kit.context import query
from beside.kit.egress import Timeouts
from beside.kit.house import House
from beside.protocol.shapes import ChannelKind, Severity
from tests.escalations.providers import Provider, provider_of
from tests.escalations.scene import SECRET, Scene, make_scene
from tests.rig.receiver import Reply

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is written is tried on both in `test_delivery`
KINDS = list(ChannelKind)
HTTP = [kind for kind in KINDS if kind is not ChannelKind.email]
BRIEF = {severity.value: Timeouts(connect=0.3, total=0.6) for severity in Severity}


@pytest.fixture(params=KINDS, ids=lambda kind: kind.value)
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[Provider]:
    """One of each kind."""
    async with provider_of(request.param) as here:
        yield here


@pytest.fixture
async def scene(house: House, provider: Provider) -> Scene:
    """One rung, with one channel, to that."""
    scene = await make_scene(house)
    await scene.ladder_of([(provider.kind, provider.target)])
    provider.reach(scene)
    return scene


async def attempts(scene: Scene) -> list[tuple[int | None, str | None]]:
    async with query(scene.house) as ctx:
        found = (await ctx.db.exec(select(Attempt).order_by(col(Attempt.id)))).all()
    return [(attempt.status, attempt.reason) for attempt in found]


async def test_taken_in_is_delivered_and_is_no_answer(scene: Scene, provider: Provider) -> None:
    """200, 202 or 250: one message, delivered, and nobody has acknowledged anything (FAULTS 89)."""
    escalation = await scene.raise_it()
    await scene.worker.look()
    status = await scene.status(escalation)
    assert (1, "delivered", False) == (provider.count, status.state, "acknowledged" in [step.kind for step in status.steps])
    assert [None] == [reason for _, reason in await attempts(scene)]
    assert 0 == await scene.worker.look()


async def test_nothing_of_anybody_leaves(scene: Scene, provider: Provider) -> None:
    """Ids, severity, rung, times and a signed link: no name, no pseudonym, no word, no secret of ours; under a kilobyte (FAULTS 104)."""
    escalation = await scene.raise_it()
    await scene.worker.look()
    canaries = ["canary", "Wren", "Alder", "Hazel", "Harbour", "harbour", "On call 1", SECRET, SECRET.removeprefix("whsec_"), "provider-signing"]
    assert [] == [secret for secret in canaries if secret in provider.everything]
    assert f"{scene.house.public_url}/on-call/link/" in provider.everything
    assert "critical" in provider.everything
    assert all(len(body) < BODY_BYTES for body in provider.bodies)
    if provider.kind is not ChannelKind.email:
        assert str(escalation) in provider.everything


FAULTS: list[tuple[str, Reply, tuple[int | None, str]]] = [
    ("hangs", Reply(hang=True), (None, "timeout")),
    ("a byte at a time", Reply(drip_s=0.2), (None, "timeout")),
    ("right, but too late", Reply(250, delay_s=0.7), (None, "timeout")),
    ("hangs up with RST", Reply(reset=True), (None, "reset")),
    ("500", Reply(500), (500, "not_accepted")),
    ("451", Reply(451), (451, "not_accepted")),
]


@pytest.mark.parametrize(("what", "reply", "written"), FAULTS, ids=[row[0] for row in FAULTS])
async def test_whatever_goes_wrong_is_a_failed_attempt_and_goes_on_under_the_same_name(
    scene: Scene, provider: Provider, what: str, reply: Reply, written: tuple[int | None, str]
) -> None:
    """Failed in time and in a word; 30 s later it is sent again with the same `webhook-id`, `dedup_key`, labels or `Message-ID` (FAULTS 86, 88)."""
    provider.goes(reply)
    scene.rehouse(BRIEF if written[1] == "timeout" else None)
    escalation = await scene.raise_it()
    await scene.worker.look()
    assert [written] == await attempts(scene), what
    assert "notifying" == (await scene.status(escalation)).state
    scene.rehouse()  # with all the time that there is in life: the machine may be busy
    scene.later(seconds=30)
    await scene.worker.look()
    assert "delivered" == (await scene.status(escalation)).state
    assert (2, 1) == (len(provider.names), len(set(provider.names)))


async def test_nobody_listens(house: House, provider: Provider) -> None:
    """The far end is not there: refused, written down, and the escalation goes on (FAULTS 88)."""
    scene = await make_scene(house)
    async with provider_of(provider.kind) as gone:
        await scene.ladder_of([(gone.kind, gone.target)])
        gone.reach(scene)
    escalation = await scene.raise_it()
    await scene.worker.look()
    assert [(None, "refused")] == await attempts(scene)
    assert (await scene.row(escalation)).next_step_at is not None


HTTP_FAULTS: list[tuple[str, Reply, tuple[int, str]]] = [
    ("301", Reply(301, {"location": "http://127.0.0.1/"}), (301, "redirect")),
    ("302", Reply(302, {"location": "http://169.254.169.254/"}), (302, "redirect")),
    ("307", Reply(307, {"location": "http://127.0.0.1/"}), (307, "redirect")),
    ("410", Reply(410), (410, "gone")),
    ("429", Reply(429, {"retry-after": "3600"}), (429, "asked_to_wait")),
    ("400", Reply(400), (400, "not_accepted")),
]


@pytest.mark.parametrize("provider", HTTP, indirect=True, ids=lambda kind: kind.value)
@pytest.mark.parametrize(("what", "reply", "written"), HTTP_FAULTS, ids=[row[0] for row in HTTP_FAULTS])
async def test_every_http_transport_reads_an_answer_alike(scene: Scene, provider: Provider, what: str, reply: Reply, written: tuple[int, str]) -> None:
    """3xx is a failure and is not followed; 410 goes on; 429 is honoured for 30 s at most where it is critical (FAULTS 89)."""
    provider.goes(reply)
    escalation = await scene.raise_it()
    await scene.worker.look()
    assert [written] == await attempts(scene), what
    scene.later(seconds=29)
    before = await scene.worker.look()
    assert (0 if what == "429" else 1) == before
    scene.later(seconds=1)
    await scene.worker.look()
    assert "delivered" == (await scene.status(escalation)).state


@pytest.mark.parametrize("provider", HTTP, indirect=True, ids=lambda kind: kind.value)
async def test_an_address_that_is_gone_is_an_alarm_and_is_never_given_up(scene: Scene, provider: Provider) -> None:
    """410 again and again: an alarm each time, a mark that people see on the channel, and one attempt more; once it answers, the mark goes (FAULTS 89)."""
    provider.goes(Reply(410), always=True)
    await scene.raise_it()
    with capture_logs() as said:
        for _ in range(3):
            await scene.worker.look()
            scene.later(seconds=36)
    assert (3, 3) == (provider.count, sum(entry["event"] == "escalation.channel_gone" for entry in said))
    assert [True] == await gone(scene)
    provider.goes(Reply(200), always=True)
    await scene.worker.look()
    assert [False] == await gone(scene)


async def gone(scene: Scene) -> list[bool]:
    async with query(scene.house) as ctx:
        return [at is not None for at in (await ctx.db.exec(select(Channel.gone_at))).all()]


@pytest.mark.parametrize("provider", [ChannelKind.email], indirect=True, ids=lambda kind: kind.value)
async def test_without_a_relay_a_letter_is_a_failed_attempt(scene: Scene, provider: Provider) -> None:
    """The operator set none: said in a word, and the ladder goes on (FAULTS 88)."""
    scene.house.relay = None
    scene.rehouse()
    await scene.raise_it()
    await scene.worker.look()
    assert [(None, "no_relay")] == await attempts(scene)


@pytest.mark.parametrize("provider", [ChannelKind.email], indirect=True, ids=lambda kind: kind.value)
async def test_a_letter_is_a_link_and_nothing_else(scene: Scene, provider: Provider) -> None:
    """Its text is the signed link; subject and sender say what kind of letter it is, and no more (FAULTS 104)."""
    await scene.raise_it()
    await scene.worker.look()
    assert provider.mail
    letter = provider.mail.taken[0].letter
    assert ("Beside, on call: critical", "beside@beside.test", "on-call@clinic.test") == (letter["Subject"], letter["From"], letter["To"])
    (line,) = str(letter.get_payload()).split()
    assert line.startswith(f"{scene.house.public_url}/on-call/link/")


async def test_a_new_climb_has_a_new_name(scene: Scene, provider: Provider) -> None:
    """Taken, handed back, asked again: a provider that silenced the first must not take the second for a repeat of it."""
    escalation = await scene.raise_it()
    await scene.worker.look()
    async with scene.acting(escalation) as (ctx, row):
        await acknowledge(ctx, row)
        await hand_back(ctx, row)
    scene.later(seconds=1)
    await scene.worker.look()
    assert (2, 2) == (len(provider.names), len(set(provider.names)))
