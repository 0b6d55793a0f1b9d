"""Is anyone really reachable tonight? Every reason why not is named; where there is none, the answer is yes; a test really arrives."""

import pytest
from sqlalchemy import update
from sqlmodel import col

from beside.escalations import beats
from beside.escalations.deliver import Outbound
from beside.escalations.reachable import Reach, house_concerns, hubs_by_reach
from beside.escalations.rota import set_rungs
from beside.escalations.tables import Channel
from beside.escalations.try_channel import try_for_operator
from beside.hubs.policy import Rung
from beside.kit.context import command, query
from tests.escalations.scene import Scene
from tests.rig.receiver import OnCallReceiver, Reply

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HUB = "harbour"


async def reach(scene: Scene, hub: str = HUB) -> Reach:
    async with query(scene.house) as ctx:
        return (await hubs_by_reach(ctx, hub))[0]


async def spoil(scene: Scene, **values: object) -> None:
    async with command(scene.house) as ctx:
        await ctx.db.exec(update(Channel).where(col(Channel.hub_id) == scene.cast.hub).values(**values))


async def test_yes_where_somebody_would_be_reached(scene: Scene) -> None:
    """A rung with a channel that opens: no reason why not, and the channel is named for whoever wants to try it."""
    assert [] == (await reach(scene)).reasons
    assert 1 == len((await reach(scene)).channels)


async def test_every_hub_is_answered_for(scene: Scene) -> None:
    """Without a name, all hubs; one that has no ladder says so."""
    async with query(scene.house) as ctx:
        found = {one.hub: one.reasons for one in await hubs_by_reach(ctx)}
    assert {"harbour": [], "meadow": ["there is no ladder: nobody would be asked"]} == found


async def test_a_rung_without_a_channel_is_a_reason(scene: Scene) -> None:
    """It is named as the rota names it."""
    async with command(scene.house) as ctx:
        await set_rungs(ctx, scene.cast.hub, [Rung("First on call", [])])
    assert ["First on call has no channel to be reached by"] == (await reach(scene)).reasons


async def test_a_channel_that_does_not_open_is_a_reason(scene: Scene) -> None:
    """Sealed with a key that is not at hand: no page could leave by it."""
    await spoil(scene, sealed_target=b"something else altogether, and long enough to be sealed")
    assert ["channel 1 of On call 1 cannot be opened with the key at hand"] == (await reach(scene)).reasons


async def test_a_channel_that_said_it_is_gone_is_a_reason(scene: Scene) -> None:
    """410 at the last attempt: it is still tried, and nobody should count on it."""
    await spoil(scene, gone_at=scene.house.clock.now())
    assert ["channel 1 of On call 1 said that it is gone"] == (await reach(scene)).reasons


async def test_a_retired_channel_leaves_its_rung_empty(scene: Scene) -> None:
    """Taken out of use while it stands on the ladder."""
    await spoil(scene, retired_at=scene.house.clock.now())
    assert ["On call 1 has no channel to be reached by"] == (await reach(scene)).reasons


async def test_with_a_second_way_the_first_is_advice(scene: Scene, receiver: OnCallReceiver) -> None:
    """One channel of two is gone: somebody would still be reached, and it is said all the same."""
    await scene.ladder([receiver.url, receiver.url])
    gone = (await reach(scene)).channels[0]
    async with command(scene.house) as ctx:
        await ctx.db.exec(update(Channel).where(col(Channel.id) == gone).values(gone_at=ctx.now))
    found = await reach(scene)
    assert ([], True) == (found.reasons, "channel 1 of On call 1 said that it is gone" in found.advice)


async def test_a_gap_in_tonights_rota_is_a_reason(scene: Scene) -> None:
    """A rung that follows the rota, and nobody on shift in the next day."""
    async with command(scene.house) as ctx:
        await set_rungs(ctx, scene.cast.hub, [Rung("First on call", [], rota=True)])
    assert any("nobody is on shift for First on call from" in reason for reason in (await reach(scene)).reasons)


async def test_a_call_that_is_late_is_a_reason(scene: Scene) -> None:
    """Something is open and does not move: whatever is wrong is wrong for the next one too."""
    await scene.raise_it()
    scene.later(seconds=16)
    assert any("is late" in reason for reason in (await reach(scene)).reasons)


async def test_without_a_worker_nobody_is_reached(scene: Scene) -> None:
    """Never seen, seen just now, seen too long ago."""
    async with query(scene.house) as ctx:
        assert ["No worker has been seen yet: start `beside worker`"] == await house_concerns(ctx)
    await beats.beat(scene.house)
    async with query(scene.house) as ctx:
        assert [] == await house_concerns(ctx)
    scene.later(seconds=21)
    async with query(scene.house) as ctx:
        assert ["No worker has been seen since 10:00:00 UTC: start `beside worker`"] == await house_concerns(ctx)


@pytest.mark.parametrize(("reply", "expected"), [(Reply(200), None), (Reply(410), "gone"), (Reply(500), "not_accepted")], ids=["200", "410", "500"])
async def test_a_test_goes_the_way_of_a_page(scene: Scene, receiver: OnCallReceiver, reply: Reply, expected: str | None) -> None:
    """Signed, of the type that says it is a test, about no escalation; and what came of it is told."""
    receiver.replies.append(reply)
    channel = (await reach(scene)).channels[0]
    outcome = await try_for_operator(scene.house, Outbound([f"127.0.0.1:{receiver.port}"]), channel)
    assert expected == outcome.reason
    assert [(True, True)] == [(one.signed, b'"escalation.test"' in one.body) for one in receiver.received]
    assert [] == await scene.house_open()
