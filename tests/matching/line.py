"""What the tests of the line do again and again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select

from beside.conversations.tables import Participant
from beside.kit.context import command, query
from beside.kit.errors import Unavailable
from beside.kit.house import House
from beside.matching.ask import ask
from beside.matching.place import line_place
from beside.matching.ready import not_ready, ready
from beside.matching.step_out_of_line import step_out_of_line
from beside.protocol.desk_snapshots import Met
from beside.protocol.line_snapshots import LinePlace
from beside.protocol.requests import AskForSupport
from beside.protocol.shapes import Role
from tests.rig.cast import Person, make_person

T = TypeVar("T")


async def people(house: House, hub: UUID, count: int, role: Role = Role.member) -> list[Person]:
    async with command(house) as ctx:
        return [await make_person(ctx, hub, f"{role.value} {'abcdefghijklmnopqrstuvwxyz'[n]}", role) for n in range(count)]


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """What every client does when the house is busy: the same again, in a moment. Bounded, so that a house that stays busy is seen."""
    for _ in range(20):
        try:
            return await call()
        except Unavailable:
            await asyncio.sleep(0.1)
    return await call()


async def asks(house: House, who: Person, *, unsafe: bool = False, wants: str | None = None, whom: str | None = None) -> LinePlace:
    async with command(house, who.actor) as ctx:
        await ask(ctx, AskForSupport(wants=wants, who=whom, unsafe=unsafe))
        return await line_place(ctx)


async def is_ready(house: House, who: Person) -> Met:
    async with command(house, who.actor) as ctx:
        return await ready(ctx)


async def is_not_ready(house: House, who: Person) -> Met:
    async with command(house, who.actor) as ctx:
        return await not_ready(ctx)


async def steps_out(house: House, who: Person) -> None:
    async with command(house, who.actor) as ctx:
        await step_out_of_line(ctx)


async def place(house: House, who: Person) -> LinePlace:
    async with query(house, who.actor) as ctx:
        return await line_place(ctx)


async def pairs(house: House) -> dict[UUID, list[UUID]]:
    """Conversation -> who is in it, in the order of their places."""
    async with query(house) as ctx:
        rows = (await ctx.db.exec(select(Participant).order_by(col(Participant.place)))).all()
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        found.setdefault(row.conversation_id, []).append(row.account_id)
    return found
