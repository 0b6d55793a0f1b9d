"""The person it is about goes, and those who answer for them are told; the call goes on."""

from datetime import timedelta
from uuid import UUID

import pytest

from beside.conversations.close import close
from beside.conversations.tables import Conversation
from beside.escalations.acknowledge import acknowledge
from beside.escalations.advance import advance
from beside.kit.context import command
from beside.presence import connected
from beside.protocol.shapes import Severity
from tests.escalations.scene import Scene
from tests.rig.receiver import OnCallReceiver


async def member_goes(scene: Scene) -> None:
    """They end the conversation, and their page is gone."""
    await connected.leave(scene.house, scene.conversation, scene.cast.member.account)
    async with command(scene.house, scene.cast.member.actor) as ctx:
        await close(ctx, await ctx.db.get_one(Conversation, scene.conversation), scene.cast.member.account)


@pytest.mark.parametrize("severity", [Severity.high, Severity.critical])
async def test_the_person_leaves_and_the_call_goes_on(scene: Scene, receiver: OnCallReceiver, severity: Severity) -> None:
    """They end the conversation right after a high call: the peer and the clinician are told when, the ladder climbs on, and it can be taken (FAULTS 105)."""
    await connected.arrive(scene.house, scene.conversation, scene.cast.member.account)
    escalation = await scene.raise_it(severity)
    assert (await scene.status(escalation)).person.here  # type: ignore[union-attr]  # a one-to-one
    await scene.worker.look()
    scene.later(seconds=20)
    gone_at = scene.house.clock.now()
    await member_goes(scene)
    status = await scene.status(escalation)
    assert ("left", "Wren", gone_at) == (status.steps[-1].kind, status.steps[-1].who, status.steps[-1].at)
    assert status.person
    assert ("Wren", False, gone_at) == (status.person.name, status.person.here, status.person.left_at)
    scene.later(minutes=6)
    await scene.worker.look()
    await advance(scene.house, escalation)
    status = await scene.status(escalation)
    assert 1 < sum(step.kind == "asked" for step in status.steps)
    async with scene.acting(escalation) as (ctx, row):
        await acknowledge(ctx, row)
    page = await scene.page(escalation)
    assert ("acknowledged", gone_at) == (page.state, page.person.left_at if page.person else None)


async def test_last_seen_outlives_the_page(scene: Scene) -> None:
    """Gone without a word, they are shown as last here when their session last spoke, to the minute, however long ago (FAULTS 105)."""
    last = scene.house.clock.now()
    escalation: UUID = await scene.raise_it()
    scene.later(hours=3)
    person = (await scene.status(escalation)).person
    assert person
    assert (False, None) == (person.here, person.left_at)
    assert person.last_here_at is not None
    assert timedelta(minutes=1) >= abs(person.last_here_at - last)
