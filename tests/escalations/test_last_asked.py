"""Who is asked where the list turns out to have nobody: the duty manager, and always last."""

from uuid import UUID

import msgspec

from beside.accounts.revoke_role import revoke_role
from beside.escalations.channels.add import add_webhook
from beside.escalations.rota import ladder_now, set_rungs
from beside.escalations.tables import Channel
from beside.hubs.policy import Policy, Rung, read_policy
from beside.hubs.scope import require_hub
from beside.kit.context import command, query
from beside.protocol.shapes import Role
from tests.escalations.scene import SECRET, Scene

MANAGER = "the duty manager"


async def with_manager(scene: Scene, *rungs: Rung) -> UUID:
    """These rungs, and a duty manager with a channel of their own; which one."""
    async with command(scene.house) as ctx:
        channel = await add_webhook(ctx, scene.cast.hub, "https://on-call.example.org/manager", [SECRET])
        await set_rungs(ctx, scene.cast.hub, rungs)
        hub = await require_hub(ctx, scene.cast.hub)
        hub.policy = msgspec.to_builtins(msgspec.structs.replace(read_policy(hub.policy), duty_manager=Rung(MANAGER, [channel])))
    return channel


async def called(scene: Scene) -> list[str]:
    """By what names, as an escalation would keep them now."""
    async with query(scene.house) as ctx:
        return [rung["person"] for rung in await ladder_now(ctx, scene.cast.hub)]


async def channel(scene: Scene) -> UUID:
    async with command(scene.house) as ctx:
        return await add_webhook(ctx, scene.cast.hub, "https://on-call.example.org/first", [SECRET])


async def test_the_duty_manager_is_the_last_to_be_asked(scene: Scene) -> None:
    """After the last rung, and not twice where they are the last rung already."""
    first = Rung("First", [await channel(scene)], scene.cast.clinician.account)
    manager = await with_manager(scene, first)
    assert ["First", MANAGER] == await called(scene)
    async with command(scene.house) as ctx:
        await set_rungs(ctx, scene.cast.hub, [first, Rung(MANAGER, [manager])])
    assert ["First", MANAGER] == await called(scene)


async def test_a_rung_of_the_rota_that_nobody_has_is_the_duty_managers(scene: Scene) -> None:
    """No shift, no person: the duty manager is asked in their place, at once (FAULTS 99)."""
    manager = await with_manager(scene, Rung("By the rota", [], rota=True), Rung("Second", [await channel(scene)]))
    assert [MANAGER, "Second", MANAGER] == await called(scene)
    escalation = await scene.raise_it()
    assert [str(manager)] == (await scene.row(escalation)).ladder[0]["channels"]


async def test_a_rung_whose_channel_was_retired_is_the_duty_managers(scene: Scene) -> None:
    """Nothing is sent where nobody reads any more, and the place is not skipped in silence (FAULTS 99)."""
    first = await channel(scene)
    await with_manager(scene, Rung("First", [first]))
    async with command(scene.house) as ctx:
        (await ctx.db.get_one(Channel, first)).retired_at = ctx.now
    assert [MANAGER] == await called(scene)


async def test_a_rung_of_somebody_who_is_no_clinician_any_more_is_the_duty_managers(scene: Scene) -> None:
    """Who could not act on the call is not called (FAULTS 99)."""
    await with_manager(scene, Rung("First", [await channel(scene)], scene.cast.clinician.account))
    async with command(scene.house, scene.cast.coordinator.actor) as ctx:
        await revoke_role(ctx, scene.cast.clinician.account, Role.clinician)
    assert [MANAGER] == await called(scene)


async def test_without_a_duty_manager_an_empty_rung_is_passed_over(scene: Scene) -> None:
    """The others are asked all the same."""
    async with command(scene.house) as ctx:
        await set_rungs(
            ctx, scene.cast.hub, [Rung("By the rota", [], rota=True), Rung("Second", [await add_webhook(ctx, scene.cast.hub, "https://x.org", [])])]
        )
    assert ["By the rota", "Second"] == await called(scene)


def test_what_a_newer_node_wrote_is_passed_over() -> None:
    """Nodes of two versions share the rows of a hub: what this one does not know of a policy changes nothing of what it knows."""
    stored = {"timezone": "Europe/London", "tomorrow": 1, "escalation_rungs": [{"person": "First", "channels": [], "tomorrow": 2}]}
    assert Policy(timezone="Europe/London", escalation_rungs=[Rung("First", [])]) == read_policy(stored)
    assert {} == msgspec.to_builtins(Policy())
