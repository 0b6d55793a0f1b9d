"""Where a journey takes place: the embedded default, or two nodes and a worker behind one address. Each journey has a hub of its own in it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from beside.accounts.create import create_staff
from beside.conversations.about import About
from beside.conversations.open import open_room
from beside.escalations.channels.add import add_webhook
from beside.escalations.rota import set_rungs
from beside.hubs.make import make_hub
from beside.hubs.policy import Policy, Rung
from beside.kit.context import command
from beside.kit.house import House
from beside.kit.webhooks import new_secret
from beside.protocol.account_snapshots import UrgentPlace
from beside.protocol.shapes import ConversationKind, Role
from tests.journeys.person import Person, person
from tests.rig.browser import DESK, PHONE
from tests.rig.nodes import Premises
from tests.rig.receiver import OnCallReceiver
from tests.rig.turns import Turns

if TYPE_CHECKING:
    from playwright.async_api import Browser

SECRET = new_secret()
PLACES = [UrgentPlace(name="Emergency services", detail="If your life is in danger now", contact="112", link="tel:112")]
AGREEMENTS = "We speak about ourselves. What is said here stays here."


@dataclass(frozen=True, slots=True)
class Signing:
    """How somebody of staff signs in."""

    name: str
    password: str
    account: UUID | None = None


def signings(ready: dict[str, Any]) -> dict[str, Signing]:
    """The staff of the demo, from its ready file."""
    return {one["pseudonym"]: Signing(one["name"], one["password"]) for one in ready["staff"]}


@dataclass
class Deployment:
    """A running service. `turns` is its public address, `receiver` where its webhooks go."""

    name: str
    premises: Premises
    house: House
    turns: Turns
    receiver: OnCallReceiver
    browser: "Browser"
    hubs: int = 0

    async def open_hub(self, *, second_factor: bool = False) -> "Hub":
        """A hub that nobody has been in, and the one this address belongs to from now on: pages without a hub's name go to the oldest."""
        self.hubs += 1
        policy = Policy(urgent_places=PLACES, staff_need_second_factor=second_factor)
        async with command(self.house) as ctx:
            hub = await make_hub(ctx, f"hub-{self.hubs}", "Northside", policy)
            hub.created_at = ctx.now - timedelta(days=self.hubs)
            ctx.db.add(hub)
            return Hub(self.browser, self.premises.public_url, at=self, id=hub.id)


@dataclass
class Town:
    """An address, and how its staff sign in: enough to walk through its pages."""

    browser: "Browser"
    url: str
    staff: dict[str, Signing] = field(default_factory=dict)

    @asynccontextmanager
    async def visitor(self, **context: object) -> AsyncIterator[Person]:
        """Somebody with a phone who has never been here."""
        async with person(self.browser, self.url, **({"size": PHONE} | context)) as fresh:
            yield fresh

    @asynccontextmanager
    async def member(self, pseudonym: str, **context: object) -> AsyncIterator[Person]:
        """Somebody who has come in and kept their code."""
        async with self.visitor(**context) as fresh:
            await fresh.arrives(pseudonym)
            yield fresh

    @asynccontextmanager
    async def at_work(self, pseudonym: str, page: str = "/desk", **context: object) -> AsyncIterator[Person]:
        """Somebody of staff, signed in on that page."""
        known = self.staff[pseudonym]
        async with self.visitor(**({"size": DESK} | context)) as fresh:
            await fresh.goes_to(page)
            await fresh.signs_in(known.name, known.password)
            yield fresh


@dataclass(kw_only=True)
class Hub(Town):
    """One journey's own hub, in a deployment."""

    at: Deployment
    id: UUID

    async def employs(self, pseudonym: str, role: Role) -> Signing:
        """Somebody who signs in with the pseudonym in small letters."""
        name, password = pseudonym.lower(), f"seven kettles on a shelf, says {pseudonym[::-1]}"
        async with command(self.at.house) as ctx:
            made = await create_staff(ctx, self.id, role=role, name=name, pseudonym=pseudonym, password=password)
            self.staff[pseudonym] = Signing(name, password, made.id)
        return self.staff[pseudonym]

    async def makes_room(self, title: str, *, kind: ConversationKind = ConversationKind.group, keeps_history: bool = True, leads: Sequence[str] = ()) -> UUID:
        """A group, or the lounge, led by these people of its staff."""
        async with command(self.at.house) as ctx:
            about = About(title, f"What {title} is for.", AGREEMENTS)
            led_by = [account for name in leads if (account := self.staff[name].account)]
            made = await open_room(ctx, self.id, kind, about, keeps_history=keeps_history, leads=led_by)
            return made.id

    async def calls(self, clinician: str) -> None:
        """The clinician is first on call: their pager is the receiver."""
        async with command(self.at.house) as ctx:
            channel = await add_webhook(ctx, self.id, self.at.receiver.url, [SECRET])
            await set_rungs(ctx, self.id, [Rung(person=clinician, account=self.staff[clinician].account, channels=[channel])])


@asynccontextmanager
async def embedded(folder: Path, database_url: str, browser: "Browser") -> AsyncIterator[Deployment]:
    """One process with everything in it."""
    async with OnCallReceiver(SECRET) as receiver:
        premises = Premises(folder, database_url, BESIDE_ALLOWED_PRIVATE_HOSTS=_allowing(receiver))
        async with _standing("embedded", premises, [premises.node().port], receiver, browser) as here:
            yield here


@asynccontextmanager
async def scaled(folder: Path, database_url: str, redis_url: str, browser: "Browser") -> AsyncIterator[Deployment]:
    """Two nodes, a worker, PostgreSQL and Redis, by settings alone."""
    async with OnCallReceiver(SECRET) as receiver:
        premises = Premises(folder, database_url, redis_url, BESIDE_ALLOWED_PRIVATE_HOSTS=_allowing(receiver))
        nodes = [premises.node(wait=False), premises.node(wait=False)]
        premises.worker()
        for node in nodes:
            node.wait_until_ready()
        async with _standing("scaled", premises, [node.port for node in nodes], receiver, browser) as here:
            yield here


@asynccontextmanager
async def _standing(name: str, premises: Premises, ports: list[int], receiver: OnCallReceiver, browser: "Browser") -> AsyncIterator[Deployment]:
    public_port = int(premises.public_url.rsplit(":", 1)[1])
    try:
        async with premises.house() as house, Turns(ports, public_port) as turns:
            yield Deployment(name, premises, house, turns, receiver, browser)
    finally:
        premises.close()


def _allowing(receiver: OnCallReceiver) -> str:
    return msgspec.json.encode([f"127.0.0.1:{receiver.port}"]).decode()
