"""Providers that keep an incident of their own hear what became of it here, even where they were away at the moment."""

import json
from collections.abc import AsyncIterator

import pytest

from beside.escalations.acknowledge import acknowledge
from beside.escalations.hand_back import hand_back
from beside.escalations.resolve import resolve
from beside.kit.house import House
from beside.protocol.requests import ResolveEscalation
from beside.protocol.shapes import ChannelKind, EscalationOutcome, Severity
from tests.escalations.providers import Provider, provider_of
from tests.escalations.scene import Scene, make_scene
from tests.rig.receiver import Reply

DONE = ResolveEscalation(outcome=EscalationOutcome.talked, feedback="Thank you.")


@pytest.fixture
async def pagerduty() -> AsyncIterator[Provider]:
    async with provider_of(ChannelKind.pagerduty) as here:
        yield here


async def scene_with(house: House, provider: Provider) -> Scene:
    scene = await make_scene(house)
    await scene.ladder_of([(provider.kind, provider.target)])
    provider.reach(scene)
    return scene


def actions(provider: Provider) -> list[str]:
    return [json.loads(body)["event_action"] for body in provider.bodies]


async def test_pagerduty_hears_of_taking_and_of_the_end(house: House, pagerduty: Provider) -> None:
    """Triggered, acknowledged, resolved: once each, all under one `dedup_key` (FAULTS 86)."""
    scene = await scene_with(house, pagerduty)
    escalation = await scene.raise_it()
    await scene.worker.look()
    async with scene.acting(escalation) as (ctx, row):
        await acknowledge(ctx, row)
    assert 1 == await scene.jobs()
    async with scene.acting(escalation) as (ctx, row):
        await acknowledge(ctx, row)
        await resolve(ctx, row, DONE)
    assert 1 == await scene.jobs()
    assert 0 == await scene.jobs()
    assert (["trigger", "acknowledge", "resolve"], 1) == (actions(pagerduty), len(set(pagerduty.names)))
    assert "resolved" == (await scene.status(escalation)).state


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_told_although_it_was_away(house: House, pagerduty: Provider) -> None:
    """Their door was shut when it ended here: told again later, however the escalation stands by then."""
    scene = await scene_with(house, pagerduty)
    escalation = await scene.raise_it()
    await scene.worker.look()
    async with scene.acting(escalation) as (ctx, row):
        await resolve(ctx, row, DONE)
    pagerduty.goes(Reply(503), always=True)
    await scene.jobs()
    pagerduty.goes(Reply(202), always=True)
    scene.later(seconds=5)
    await scene.jobs()
    assert ["acknowledge", "acknowledge", "resolve", "resolve", "trigger"] == sorted(actions(pagerduty))
    scene.later(hours=1)
    assert 0 == await scene.jobs()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_climb_is_ended_there(house: House, pagerduty: Provider) -> None:
    """Taken, handed back and taken again: two incidents there, and both are resolved when it is over here."""
    scene = await scene_with(house, pagerduty)
    escalation = await scene.raise_it()
    for _ in range(2):
        await scene.worker.look()
        async with scene.acting(escalation) as (ctx, row):
            await acknowledge(ctx, row)
        await scene.jobs()
        async with scene.acting(escalation) as (ctx, row):
            await hand_back(ctx, row)
        scene.later(seconds=1)
    async with scene.acting(escalation) as (ctx, row):
        await resolve(ctx, row, DONE)
    await scene.jobs()
    found = [(json.loads(body)["event_action"], json.loads(body)["dedup_key"]) for body in pagerduty.bodies]
    assert 2 == len({key for action, key in found if action == "trigger"})
    assert {key for action, key in found if action == "trigger"} == {key for action, key in found if action == "resolve"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_alert_ends_under_the_severity_it_began_with(house: House) -> None:
    """Raised as high and made critical: both alerts end at Alertmanager, each under its own labels."""
    async with provider_of(ChannelKind.alertmanager) as alertmanager:
        scene = await scene_with(house, alertmanager)
        escalation = await scene.raise_it(Severity.high)
        await scene.worker.look()
        scene.later(seconds=5)
        await scene.raise_it(Severity.critical)
        await scene.worker.look()
        async with scene.acting(escalation) as (ctx, row):
            await resolve(ctx, row, DONE)
        await scene.jobs()
        alerts = [json.loads(body)[0] for body in alertmanager.bodies]
    begun, ended = alerts[:2], alerts[2:]
    assert ["high", "critical"] == [alert["labels"]["severity"] for alert in begun]
    assert [alert["labels"] for alert in begun] == [alert["labels"] for alert in ended]
    assert {scene.house.clock.now().isoformat()} == {alert["endsAt"].replace("Z", "+00:00") for alert in ended}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", [ChannelKind.webhook, ChannelKind.email])
async def test_who_keeps_no_incident_is_not_told(house: House, kind: ChannelKind) -> None:
    """A webhook and a mailbox get what asks for somebody, and nothing more."""
    async with provider_of(kind) as provider:
        scene = await scene_with(house, provider)
        escalation = await scene.raise_it()
        await scene.worker.look()
        async with scene.acting(escalation) as (ctx, row):
            await resolve(ctx, row, DONE)
        assert 0 == await scene.jobs()
        assert 1 == provider.count
