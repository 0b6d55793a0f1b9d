"""What the tests of escalations stand on: the cast, one conversation, a ladder, and the acts of people in one line each."""

import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from beside.conversations.open import open_one_to_one
from beside.conversations.tables import Conversation
from beside.escalations.access import conversation_of, lock
from beside.escalations.channels.add import add_channel, add_webhook
from beside.escalations.deliver import TIMEOUTS, Outbound, outbound_of
from beside.escalations.on_call import on_call_page
from beside.escalations.open import open_escalation
from beside.escalations.rota import set_rungs
from beside.escalations.status import status_of
from beside.escalations.tables import Escalation
from beside.escalations.transports.shapes import Target
from beside.hubs.policy import Rung
from beside.kit.clock import SetClock
from beside.kit.context import Context, command, query
from beside.kit.egress import Timeouts
from beside.kit.house import House
from beside.kit.jobs import run_due
from beside.protocol.call_snapshots import EscalationStatus, OnCallPage
from beside.protocol.requests import RaiseEscalation
from beside.protocol.shapes import ChannelKind, Consent, Severity
from beside.reactions import WORK
from beside.worker import Worker
from tests.rig.cast import Cast, Person, make_cast
from tests.rig.receiver import OnCallReceiver

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSB0ZXN0cywgMzIgYnl0ZXMgbG9uZw=="
VIEW = "They said it could be tonight. canary-view"
FACTS = "First name, and safe to phone. canary-facts"
REASON = "There is a plan and a time. canary-reason"


@dataclass
class Scene:
    """A house, its people, and a one-to-one between the member and the peer."""

    house: House
    cast: Cast
    conversation: UUID
    worker: Worker

    async def ladder(self, *rungs: Sequence[str], accounts: bool = True) -> None:
        """Each rung is the addresses of its channels. The first is the clinician's own, unless `accounts` is false."""
        async with command(self.house) as ctx:
            mine = self.cast.clinician.account if accounts else None
            made = [
                Rung(
                    f"On call {number}",
                    [await add_webhook(ctx, self.cast.hub, url, [SECRET]) for url in urls],
                    mine if number == 1 else None,
                )
                for number, urls in enumerate(rungs, 1)
            ]
            await set_rungs(ctx, self.cast.hub, made)

    async def ladder_of(self, *rungs: Sequence[tuple[ChannelKind, Target]]) -> None:
        """Each rung is its channels. The first is the clinician's own."""
        async with command(self.house) as ctx:
            made = []
            for number, channels in enumerate(rungs, 1):
                ids = [(await add_channel(ctx, self.cast.hub, kind, target)).id for kind, target in channels]
                made.append(Rung(f"On call {number}", ids, self.cast.clinician.account if number == 1 else None))
            await set_rungs(ctx, self.cast.hub, made)

    def rehouse(self, timeouts: Mapping[str, Timeouts] | None = None) -> None:
        """The worker sends as the house says now, and does the jobs too."""
        self.worker = Worker(self.house, WORK, replace(outbound_of(self.house), timeouts=timeouts or TIMEOUTS))

    async def jobs(self) -> int:
        """Do what is due of the durable jobs; how many there were."""
        return await run_due(self.house, WORK)

    def reach(self, *receivers: OnCallReceiver, timeouts: Mapping[str, Timeouts] | None = None, trust: ssl.SSLContext | None = None) -> None:
        """The worker may reach these private receivers from now on."""
        allowed = [f"127.0.0.1:{receiver.port}" for receiver in receivers]
        self.worker = Worker(self.house, {}, Outbound(allowed, timeouts or TIMEOUTS, trust))

    async def raise_it(self, severity: Severity = Severity.critical, *, by: Person | None = None, consent: Consent = Consent.agreed, view: str = VIEW) -> UUID:
        """By the peer, unless said otherwise."""
        asked = RaiseEscalation(
            conversation=self.conversation,
            severity=severity,
            consent=consent,
            view=view,
            agreed_facts=FACTS,
            reason_to_go_on=REASON if consent is Consent.declined else None,
        )
        async with command(self.house, (by or self.cast.peer).actor) as ctx:
            return (await open_escalation(ctx, await ctx.db.get_one(Conversation, self.conversation), asked)).id

    @asynccontextmanager
    async def acting(self, escalation: UUID, person: Person | None = None) -> AsyncIterator[tuple[Context, Escalation]]:
        """A command of this person (the clinician) on the escalation, held."""
        async with command(self.house, (person or self.cast.clinician).actor) as ctx:
            row = await lock(ctx, escalation)
            assert row
            yield ctx, row

    async def status(self, escalation: UUID) -> EscalationStatus:
        """As the peer who raised it sees it now."""
        async with query(self.house, self.cast.peer.actor) as ctx:
            return await status_of(ctx, await ctx.db.get_one(Escalation, escalation))

    async def page(self, escalation: UUID, person: Person | None = None) -> OnCallPage:
        """As this person (the clinician) sees it now."""
        async with query(self.house, (person or self.cast.clinician).actor) as ctx:
            return await on_call_page(ctx, await ctx.db.get_one(Escalation, escalation))

    async def row(self, escalation: UUID) -> Escalation:
        async with query(self.house) as ctx:
            return await ctx.db.get_one(Escalation, escalation)

    async def talk(self, escalation: UUID) -> Conversation:
        async with query(self.house) as ctx:
            return await conversation_of(ctx, await ctx.db.get_one(Escalation, escalation))

    async def house_open(self) -> list[UUID]:
        """What is open, the oldest first."""
        async with query(self.house) as ctx:
            return list((await ctx.db.exec(select(Escalation.id).where(col(Escalation.closed_at).is_(None)).order_by(col(Escalation.raised_at)))).all())

    async def elsewhere(self) -> None:
        """From now on in one more conversation of the same two: in each, one escalation can be open."""
        async with command(self.house) as ctx:
            self.conversation = (await open_one_to_one(ctx, self.cast.hub, self.cast.member.account, self.cast.peer.account)).id

    def later(self, **by: float) -> None:
        assert isinstance(self.house.clock, SetClock)
        self.house.clock.forward(timedelta(**by))


async def make_scene(house: House, *receivers: OnCallReceiver) -> Scene:
    """With a ladder of one rung per receiver, where there are any."""
    cast = await make_cast(house)
    async with command(house) as ctx:
        conversation = await open_one_to_one(ctx, cast.hub, cast.member.account, cast.peer.account)
        conversation_id = conversation.id
    scene = Scene(house, cast, conversation_id, Worker(house, {}))
    scene.reach(*receivers)
    if receivers:
        await scene.ladder(*([receiver.url] for receiver in receivers))
    return scene
