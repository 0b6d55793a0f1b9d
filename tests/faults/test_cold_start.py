"""Everything is killed at once, as when the power goes: all of it comes back, every word is there, and what was due goes on."""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import pytest

from beside.conversations.tables import Conversation
from beside.escalations.channels.add import add_webhook
from beside.escalations.open import open_escalation
from beside.escalations.rota import set_rungs
from beside.hubs.policy import Rung
from beside.kit.context import command
from beside.kit.house import House
from beside.protocol.requests import RaiseEscalation
from beside.protocol.shapes import Consent, Role, Severity
from tests.escalations.scene import SECRET
from tests.faults.crowd import make_pairs
from tests.faults.ground import PARTS, ground
from tests.rig.cast import make_person
from tests.rig.oracle import complaints
from tests.rig.receiver import OnCallReceiver, Reply

LINES = 20  # said by each before the power goes
SOON_S = 60.0  # bounds each wait; FAULTS 130 asks for 15 s in all


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_after_the_power_went_everything_goes_on(tmp_path: Path) -> None:
    """All killed at once, then started: people resume and miss nothing; a page that was refused is tried again, and then the next channel (FAULTS 130)."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(OnCallReceiver(SECRET))
        second = await stack.enter_async_context(OnCallReceiver(SECRET))
        first.always = Reply(status=500)
        allowed = json.dumps([f"127.0.0.1:{receiver.port}" for receiver in (first, second)])
        at = await stack.enter_async_context(ground(tmp_path, BESIDE_ALLOWED_PRIVATE_HOSTS=allowed))
        talkers = await make_pairs(at, stack, 2)
        for talker in talkers:
            await talker.until_back()
            for n in range(LINES):
                await talker.send(talker.rooms[0], f"{talker.name} {n}")
        await _raise(at.house, talkers[0].rooms[0], [first.url, second.url])
        tried = len(await first.wait_for(1, SOON_S))
        await asyncio.gather(*(at.kill(part) for part in PARTS))
        assert 0 == len(second.received)
        await asyncio.gather(*(at.start(part) for part in PARTS))
        await first.wait_for(tried + 1, SOON_S)
        await second.wait_for(1, SOON_S)
        for talker in talkers:
            await talker.until_back()
            await talker.send(talker.rooms[0], f"{talker.name} again")
        for talker in talkers:
            await talker.settle()
            assert 2 * (LINES + 1) == len(talker.bodies(talker.rooms[0]))
        assert 1 == len({one.id for one in first.received})  # the receiver opens one incident
        assert [] == await complaints(at.house, talkers)


async def _raise(house: House, room: UUID, urls: list[str]) -> None:
    """The most urgent kind, by a peer, on a ladder of one person with two channels."""
    async with command(house) as ctx:
        hub = (await ctx.db.get_one(Conversation, room)).hub_id
        peer = await make_person(ctx, hub, "Alder", Role.peer)
        await set_rungs(ctx, hub, [Rung("First on call", [await add_webhook(ctx, hub, url, [SECRET]) for url in urls])])
    asked = RaiseEscalation(conversation=room, severity=Severity.critical, consent=Consent.agreed, view="They said it could be tonight.")
    async with command(house, peer.actor) as ctx:
        await open_escalation(ctx, await ctx.db.get_one(Conversation, room), asked)
