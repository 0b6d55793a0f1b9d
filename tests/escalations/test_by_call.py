"""A provider's call takes an escalation once, in a person's name; whatever is unsigned, old, changed or about something else takes nothing."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlmodel import col, select
from starlette.applications import Starlette

from beside.escalations.acknowledge import acknowledge
from beside.escalations.channels.routes import doors
from beside.escalations.hand_back import hand_back
from beside.escalations.resolve import resolve
from beside.escalations.tables import Acknowledgement, Channel
from beside.escalations.transports.incidents import incident_of
from beside.gateway.doors import DoorKeeper
from beside.kit.context import query
from beside.kit.house import House
from beside.kit.webhooks import new_secret, sign
from beside.protocol.shapes import ChannelKind
from tests.escalations.providers import SIGNING, Provider, provider_of
from tests.escalations.scene import SECRET, Scene, make_scene
from tests.escalations.test_answering import second_clinician
from tests.escalations.test_told import DONE
from tests.rig.house import PUBLIC_URL

KINDS = [ChannelKind.webhook, ChannelKind.pagerduty]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.value)
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[Provider]:
    async with provider_of(request.param) as here:
        yield here


@pytest.fixture
async def scene(house: House, provider: Provider) -> Scene:
    scene = await make_scene(house)
    await scene.ladder_of([(provider.kind, provider.target)])
    provider.reach(scene)
    return scene


class Caller:
    """The provider, as it calls us: without a session, and without an Origin."""

    def __init__(self, scene: Scene, provider: Provider) -> None:
        self.scene, self.provider = scene, provider
        self.app = Starlette(routes=[*DoorKeeper(scene.house, frozenset({PUBLIC_URL})).routes(doors)])

    def call(
        self, escalation: UUID, *, name: str = "call-1", age: timedelta = timedelta(0), secret: str | None = None, by: str | None = None, turn: int = 1
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body that say: taken."""
        at = self.scene.house.clock.now() - age
        if self.provider.kind is ChannelKind.webhook:
            body = json.dumps({"type": "escalation.acknowledged", "data": {"escalation": str(escalation)} | ({"by": by} if by else {})}).encode()
            return sign([secret or SECRET], name, at, body), body
        event = {
            "id": name, "event_type": "incident.acknowledged", "resource_type": "incident", "occurred_at": at.isoformat(), "agent": {"summary": "Somebody"},
            "data": {"id": "PGR0VU2", "type": "incident", "incident_key": incident_of(escalation, turn), "status": "acknowledged"},
        }  # fmt: skip
        body = json.dumps({"event": event}).encode()
        digest = hmac.new((secret or SIGNING).encode(), body, hashlib.sha256).hexdigest()
        return {"x-pagerduty-signature": f"v1={'0' * 64},v1={digest}"}, body

    async def knock(self, headers: dict[str, str], body: bytes, channel: UUID | str | None = None) -> int:
        """The status of the answer; what it says is the same for all that is refused."""
        where = channel or (await self.channels())[0]
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.app), base_url=PUBLIC_URL) as http:
            answer = await http.post(f"/api/on-call/callback/{where}", content=body, headers={"content-type": "application/json", **headers})
        if answer.status_code != 200:
            assert (403, "unsigned") == (answer.status_code, answer.json()["code"])
        return answer.status_code

    async def channels(self) -> list[UUID]:
        async with query(self.scene.house) as ctx:
            return list((await ctx.db.exec(select(Channel.id).order_by(col(Channel.id)))).all())

    async def takings(self) -> list[Acknowledgement]:
        async with query(self.scene.house) as ctx:
            return list((await ctx.db.exec(select(Acknowledgement))).all())


@pytest.fixture
def caller(scene: Scene, provider: Provider) -> Caller:
    return Caller(scene, provider)


async def asked(scene: Scene) -> UUID:
    escalation = await scene.raise_it()
    await scene.worker.look()
    return escalation


async def test_a_signed_call_takes_it_in_the_persons_name(scene: Scene, caller: Caller) -> None:
    """Acknowledged as the account of the rung; the peer sees it, and the same call again changes nothing (FAULTS 93, 95)."""
    escalation = await asked(scene)
    call = caller.call(escalation)
    assert [200, 200, 200] == [await caller.knock(*call) for _ in range(3)]
    assert [scene.cast.clinician.account] == [taking.account_id for taking in await caller.takings()]
    assert "acknowledged" == (await scene.status(escalation)).state


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_call_that_is_not_theirs_is_refused(scene: Scene, caller: Caller, provider: Provider) -> None:
    """Unsigned, by another secret, changed by one byte, older than five minutes, from the future, about another escalation: 403, all alike (FAULTS 95)."""
    escalation = await asked(scene)
    headers, body = caller.call(escalation)
    refused = [
        ({}, body),
        caller.call(escalation, secret=new_secret()),
        (headers, body.replace(b"acknowledged", b"Acknowledged")),
        (headers, body + b" "),
        caller.call(escalation, age=timedelta(minutes=5, seconds=1)),
        caller.call(escalation, age=-timedelta(minutes=5, seconds=1)),
        caller.call(uuid4()),
    ]
    assert [403] * len(refused) == [await caller.knock(*call) for call in refused]
    assert [403, 403] == [await caller.knock(headers, body, channel) for channel in (uuid4(), "no-id")]
    assert [] == await caller.takings()
    assert 200 == await caller.knock(*caller.call(escalation, age=timedelta(minutes=4, seconds=59)))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_call_by_another_channel_takes_nothing(scene: Scene, caller: Caller, provider: Provider) -> None:
    """Signed with the right secret of a channel that never carried this escalation: refused (FAULTS 93)."""
    await scene.ladder_of([(provider.kind, provider.target)], [(provider.kind, provider.target)])
    escalation = await asked(scene)
    channels = await caller.channels()
    assert [403, 403, 200] == [await caller.knock(*caller.call(escalation), channel) for channel in (channels[0], channels[2], channels[1])]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_looking_at_the_door_takes_nothing(scene: Scene, caller: Caller) -> None:
    """GET, HEAD and OPTIONS, with whatever headers, find no door: a scanner that follows the address acknowledges nothing (FAULTS 92)."""
    escalation = await asked(scene)
    headers, _ = caller.call(escalation)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=caller.app), base_url=PUBLIC_URL) as http:
        where = f"/api/on-call/callback/{(await caller.channels())[0]}"
        assert {405} == {(await http.request(method, where, headers=headers)).status_code for method in ("GET", "HEAD", "OPTIONS", "PUT")}
    assert [] == await caller.takings()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_replayed_call_takes_nothing_more(scene: Scene, caller: Caller) -> None:
    """Taken by it, handed back, and the same call once more: it was counted (FAULTS 93, 95)."""
    escalation = await asked(scene)
    call = caller.call(escalation)
    await caller.knock(*call)
    async with scene.acting(escalation) as (ctx, row):
        await hand_back(ctx, row)
    scene.later(seconds=1)
    await scene.worker.look()
    assert 200 == await caller.knock(*call)
    assert [False] == [taking.ended_at is None for taking in await caller.takings()]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_late_call_takes_nothing(scene: Scene, caller: Caller) -> None:
    """Somebody else took it meanwhile: the call changes nothing, and whoever has it keeps it."""
    escalation = await asked(scene)
    willow = await second_clinician(scene)
    async with scene.acting(escalation, willow) as (ctx, row):
        await acknowledge(ctx, row)
    assert 200 == await caller.knock(*caller.call(escalation))
    assert [willow.account] == [taking.account_id for taking in await caller.takings()]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("provider", [ChannelKind.webhook], indirect=True, ids=lambda kind: kind.value)
async def test_the_receiver_may_name_who_took_it(scene: Scene, caller: Caller, provider: Provider) -> None:
    """A clinician of the hub is named; a peer, a stranger or any other text is passed over, and the rung's person has it all the same."""
    willow = await second_clinician(scene)
    names = [str(willow.account), str(scene.cast.peer.account), str(scene.cast.stranger.account), "Dr Somebody"]
    found = []
    for number, by in enumerate(names):
        escalation = await asked(scene)
        assert 200 == await caller.knock(*caller.call(escalation, name=f"call-{number}", by=by))
        found.append((await caller.takings())[-1].account_id)
        async with scene.acting(escalation, willow if number == 0 else None) as (ctx, row):
            await resolve(ctx, row, DONE)
        scene.later(seconds=1)
    assert [willow.account, *[scene.cast.clinician.account] * 3] == found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("provider", [ChannelKind.pagerduty], indirect=True, ids=lambda kind: kind.value)
async def test_what_is_about_something_else_is_passed_over(scene: Scene, caller: Caller, provider: Provider) -> None:
    """Other events, incidents that are not ours, and those of an earlier climb get 200 and take nothing: their retries would never end."""
    escalation = await asked(scene)
    for event in ({"event_type": "incident.resolved"}, {"data": {"incident_key": "another system's"}}, {"data": {"incident_key": incident_of(escalation, 9)}}):
        said = json.loads(caller.call(escalation)[1])
        said["event"] |= event
        body = json.dumps(said).encode()
        assert 200 == await caller.knock({"x-pagerduty-signature": "v1=" + hmac.new(SIGNING.encode(), body, hashlib.sha256).hexdigest()}, body)
    assert [] == await caller.takings()
