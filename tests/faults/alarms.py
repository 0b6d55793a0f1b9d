"""Thousands of escalations under kills: who raises them, receivers of every mood, clinicians who answer some; and what must be true at the end."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import httpx2
import msgspec
from sqlmodel import col, select

from beside.conversations.open import open_one_to_one
from beside.escalations.ladder import TIMERS
from beside.escalations.tables import Acknowledgement, Escalation, Page
from beside.kit.context import command, query
from beside.kit.house import House
from beside.protocol.shapes import Severity
from tests.escalations.scene import VIEW, Scene
from tests.faults.talker import LOST, PASSING
from tests.rig.client import Refused, ScriptedClient
from tests.rig.receiver import OnCallReceiver, Reply

MOMENT_S = 0.2
ANSWERED = 0.5  # of what arrives, so much is taken by somebody
SEVERITIES = (Severity.critical, Severity.critical, Severity.critical, Severity.high)  # a concern that was refused twice waits five minutes
MOODS = (
    (60, Reply()),
    (8, Reply(500)),
    (5, Reply(429, {"retry-after": "1"})),
    (5, Reply(302, {"location": "http://169.254.169.254/"})),
    (6, Reply(reset=True)),
    (6, Reply(hang=True)),
    (4, Reply(drip_s=1.0)),
    (3, Reply(200, {"content-type": "text/html"}, b"<html>Sign in</html>")),  # a lie that counts: 2xx is taken in, and not acknowledged
    (3, Reply(200, {"content-length": "9999"})),  # and one that does not: less comes than was promised
)


class Moods:
    """Stands where a receiver keeps its script: for the first `count` requests each answer is drawn; then everything is taken in."""

    def __init__(self, rng: random.Random, count: int) -> None:
        self._rng, self._left = rng, count
        self.given: list[Reply] = []

    def popleft(self) -> Reply:
        self._left -= 1
        weights, replies = zip(*MOODS, strict=True)
        chosen: Reply = self._rng.choices(replies, weights)[0] if self._left >= 0 else Reply()
        self.given.append(chosen)
        return chosen


@dataclass(slots=True)
class Alarms:
    """`raised` holds what was answered to whoever raised it; `taken` what was answered to whoever took it."""

    ways: Sequence[int]
    public_url: str
    token: str
    rng: random.Random
    raised: set[UUID] = field(default_factory=set)
    taken: set[UUID] = field(default_factory=set)
    again: Counter[str] = field(default_factory=Counter)

    async def raise_all(self, conversations: Sequence[UUID], at_once: int) -> None:
        """Each until it was answered; so many together."""
        todo = list(conversations)

        async def some() -> None:
            async with ScriptedClient(f"http://127.0.0.1:{self.rng.choice(self.ways)}", self.public_url, self.token) as peer:
                while todo:
                    await self._raise(peer, todo.pop())

        await asyncio.gather(*(some() for _ in range(at_once)))

    async def _raise(self, peer: ScriptedClient, conversation: UUID) -> None:
        asked = {"conversation": conversation, "severity": self.rng.choice(SEVERITIES), "consent": "agreed", "view": VIEW}
        while True:
            try:
                self.raised.add(UUID((await peer.call("POST", "/api/escalations", asked))["escalation"]))
                return
            except Refused as refusal:
                if refusal.code not in PASSING:
                    raise
                self.again[refusal.code] += 1
            except LOST as lost:
                self.again[type(lost).__name__] += 1
                peer.http.base_url = f"http://127.0.0.1:{self.rng.choice(self.ways)}"
            await asyncio.sleep(MOMENT_S)

    async def answer(self, receiver: OnCallReceiver) -> None:
        """Until cancelled: of what arrives, some is taken by the link in it, again and again until the page says so."""
        seen = 0
        async with asyncio.TaskGroup() as taking:
            while True:
                for one in receiver.received[seen:]:
                    data = msgspec.json.decode(one.body)["data"]
                    if self.rng.random() < ANSWERED:
                        taking.create_task(self._take(UUID(data["escalation"]), data["url"]))
                seen = len(receiver.received)
                await asyncio.sleep(MOMENT_S)

    async def _take(self, escalation: UUID, url: str) -> None:
        headers = {"origin": self.public_url, "host": self.public_url.split("//")[1]}
        async with httpx2.AsyncClient(timeout=10.0, trust_env=False, headers=headers) as http:
            while True:
                try:
                    there = f"http://127.0.0.1:{self.rng.choice(self.ways)}{url.removeprefix(self.public_url)}"
                    if (await http.post(there)).status_code == 200:
                        self.taken.add(escalation)
                        return
                except LOST:
                    pass
                await asyncio.sleep(MOMENT_S)


async def make_conversations(scene: Scene, count: int) -> list[UUID]:
    """Of the same two, so many: in each, one escalation can be open."""
    made: list[UUID] = []
    for start in range(0, count, 50):
        async with command(scene.house) as ctx:
            made += [
                (await open_one_to_one(ctx, scene.cast.hub, scene.cast.member.account, scene.cast.peer.account)).id
                for _ in range(start, min(count, start + 50))
            ]
    return made


async def quiet(house: House, receivers: Sequence[OnCallReceiver]) -> bool:
    """Whether everything that was raised has arrived somewhere, and nothing is late."""
    async with query(house) as ctx:
        rows = (await ctx.db.exec(select(Escalation.id, Escalation.next_step_at).where(col(Escalation.closed_at).is_(None)))).all()
        bound = ctx.now - TIMERS["critical"].late
    return {found for found, _ in rows} <= arrived(receivers) and all(due is None or due > bound for _, due in rows)


def arrived(receivers: Sequence[OnCallReceiver]) -> set[UUID]:
    return {UUID(msgspec.json.decode(one.body)["data"]["escalation"]) for receiver in receivers for one in receiver.received}


async def complaints(house: House, alarms: Alarms, receivers: Sequence[OnCallReceiver]) -> list[str]:
    """Everything that must not be: lost, silent, foreign, unsigned, or under two names."""
    said: list[str] = []
    came = arrived(receivers)
    received = [one for receiver in receivers for one in receiver.received]  # before the rows: what comes after has rows that we did not see
    async with query(house) as ctx:
        stored = {row.id: row for row in (await ctx.db.exec(select(Escalation))).all()}
        acknowledged = set((await ctx.db.exec(select(Acknowledgement.escalation_id))).all())
        pages = (await ctx.db.exec(select(Page))).all()
        bound = ctx.now - TIMERS["critical"].late
    names = {f"{page.kind}_{page.escalation_id.hex}_{page.turn}_{page.rung + 1}_{page.place + 1}" for page in pages}
    said += [f"{one}: raised and not there" for one in alarms.raised - stored.keys()]
    said += [f"{one}: there, and it never arrived" for one in stored.keys() - came]
    said += [f"{one}: taken, and nobody has it" for one in alarms.taken - acknowledged]
    said += [f"{row.id}: open, and nothing will happen" for row in stored.values() if row.closed_at is None and row.next_step_at is None]
    said += [f"{row.id}: late" for row in stored.values() if row.closed_at is None and row.next_step_at and row.next_step_at <= bound]
    said += [f"{one.id}: a page that we do not know" for one in received if one.id not in names]
    said += [f"{one.id}: not signed" for one in received if not one.signed]
    return said


def twice(receiver: OnCallReceiver, moods: Moods) -> Counter[str]:
    """Pages that were sent again although the receiver had taken them in: how often each."""
    took_in = Counter(one.id for one, reply in zip(receiver.received, moods.given, strict=True) if reply.status == 200 and is_whole(reply))
    return Counter({name: count - 1 for name, count in took_in.items() if count > 1})


def is_whole(reply: Reply) -> bool:
    return not (reply.hang or reply.reset or reply.drip_s or reply.headers.get("content-length"))
