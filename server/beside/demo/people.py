"""The demo's hub and the people in it: staff of each role, two members, two groups, the lounge, and a few words already said."""

import secrets
from datetime import timedelta
from typing import Any, TypedDict
from uuid import UUID

from beside.accounts.arrive import arrive
from beside.accounts.create import create_staff
from beside.accounts.recovery import make_code
from beside.conversations.about import About
from beside.conversations.join import join
from beside.conversations.open import open_one_to_one, open_room
from beside.demo.words import CARERS, CHAT, LOUNGE, LOUNGE_CHAT, TUESDAY, TUESDAY_CHAT
from beside.escalations.channels.add import add_webhook
from beside.escalations.rota import set_rungs
from beside.escalations.shifts.plan_shift import plan_shift
from beside.hubs.make import make_hub
from beside.hubs.policy import Policy, Rung
from beside.kit.context import Actor, command
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.messages.send import send
from beside.protocol.account_snapshots import UrgentPlace
from beside.protocol.requests import Arrive
from beside.protocol.rota import PlanShift
from beside.protocol.shapes import ConversationKind, Place, Role

STAFF = [
    ("rowan", "Rowan", Role.peer),
    ("moss", "Moss", Role.peer),
    ("ada", "Ada", Role.moderator),
    ("ines", "Ines", Role.moderator),
    ("sana", "Sana", Role.clinician),
    ("tove", "Tove", Role.clinician),
    ("juno", "Juno", Role.coordinator),
]
MEMBERS = ["Wren", "Fern"]

URGENT = [
    UrgentPlace(name="Emergency services", detail="If your life is in danger now", contact="112", link="tel:112"),
    UrgentPlace(name="Night line", detail="Somebody to talk to, from 20:00 to 08:00", contact="116 123", link="tel:116123"),
    UrgentPlace(name="Walk-in, Northside clinic", detail="Day and night, no appointment", contact="12 Mill Lane", link=None),
]


class Signing(TypedDict):
    """How the demo's people come in; written to the ready file."""

    staff: list[dict[str, str]]
    members: list[dict[str, str]]


def people_of(kept: dict[str, Any]) -> Signing:
    return Signing(staff=kept["staff"], members=kept["members"])


async def seed(house: House, kept: dict[str, Any], *, webhook_url: str, webhook_secret: str) -> None:
    """Fill an empty database, once. `kept` remembers what was chosen."""
    if "staff" in kept:
        return
    accounts: dict[str, UUID] = {}
    async with command(house) as ctx:
        policy = Policy(urgent_places=URGENT, staff_need_second_factor=False, one_to_ones_per_peer=3, timezone="Europe/London")
        hub = (await make_hub(ctx, "northside", "Northside", policy)).id
    kept["staff"] = []
    for name, pseudonym, role in STAFF:
        password = f"{name}-{secrets.token_hex(4)}-demo"  # digits alone after a name would be refused as easy
        async with command(house) as ctx:
            accounts[pseudonym] = (await create_staff(ctx, hub, role=role, name=name, pseudonym=pseudonym, password=password)).id
        kept["staff"].append({"role": role.value, "name": name, "pseudonym": pseudonym, "password": password})
    kept["members"] = []
    for pseudonym in MEMBERS:
        code = await make_code(house.hasher)
        async with command(house) as ctx:
            accounts[pseudonym] = (await arrive(ctx, Arrive(pseudonym=pseudonym, understood=True), code))[0].id
        kept["members"].append({"pseudonym": pseudonym, "code": code.shown})
    await _rooms(house, hub, accounts)
    async with command(house) as ctx:
        channel = await add_webhook(ctx, hub, webhook_url, [webhook_secret])
        await set_rungs(ctx, hub, [Rung("First on call", [channel], rota=True)], Rung("the duty manager", [channel]))
    await _rota(house, Actor(accounts["Juno"], hub, new_id(), frozenset({Role.coordinator.value})), accounts)


async def _rota(house: House, juno: Actor, who: dict[str, UUID]) -> None:
    """Sana from Monday to Friday, Tove at the weekend, from eight to eight the next morning."""
    async with command(house, juno) as ctx:
        monday = ctx.now.date() - timedelta(days=ctx.now.weekday() + 7)
        for person, days in (("Sana", [0, 1, 2, 3, 4]), ("Tove", [5, 6])):
            first = monday + timedelta(days=days[0])
            starts, ends = (f"{day.isoformat()}T08:00" for day in (first, first + timedelta(days=1)))
            await plan_shift(ctx, PlanShift(rung=1, account=who[person], starts=starts, ends=ends, every_weeks=1, weekdays=days))


async def _rooms(house: House, hub: UUID, who: dict[str, UUID]) -> None:
    """The rooms, who is in them, and what they have said so far."""
    async with command(house) as ctx:
        chat = await open_one_to_one(ctx, hub, who["Wren"], who["Rowan"])
        tuesday = await open_room(ctx, hub, ConversationKind.group, About(*TUESDAY), keeps_history=True, leads=[who["Ada"], who["Rowan"]])
        await open_room(ctx, hub, ConversationKind.group, About(*CARERS), keeps_history=False, leads=[who["Ines"], who["Moss"]])
        lounge = await open_room(ctx, hub, ConversationKind.lounge, About(*LOUNGE), keeps_history=True, leads=[])
        for member in MEMBERS:
            await join(ctx, tuesday, who[member], Place.member, agreements=1)
            await join(ctx, lounge, who[member], Place.member, agreements=1)
        await join(ctx, lounge, who["Moss"], Place.peer, agreements=1)
    for conversation, lines in ((chat.id, CHAT), (tuesday.id, TUESDAY_CHAT), (lounge.id, LOUNGE_CHAT)):
        for pseudonym, words in lines:
            async with command(house, Actor(who[pseudonym], hub, new_id(), frozenset())) as ctx:
                await send(ctx, conversation, new_id(), words)
