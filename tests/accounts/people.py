"""People made through the verbs that make them in life: with a code, or with a name and a password."""

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from beside.accounts.actors import SignedIn, actor_for_token
from beside.accounts.arrive import arrive
from beside.accounts.create import create_staff
from beside.accounts.recovery import make_code
from beside.accounts.sessions import start_session
from beside.kit.context import Actor, command, query
from beside.kit.house import House
from beside.protocol import topics
from beside.protocol.requests import Arrive
from beside.protocol.shapes import Role
from beside.protocol.signals import AnySignal
from tests.rig.ear import Ear

PASSWORD = "seven kettles on a shelf"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody with an open session and what brings them back: a code, or a name (with `PASSWORD`)."""

    account: UUID
    token: str
    actor: Actor
    code: str = ""
    name: str = ""


async def who(house: House, token: str) -> SignedIn | None:
    """Who is behind this token now."""
    async with query(house) as ctx:
        return await actor_for_token(ctx, token)


async def arrived(house: House, pseudonym: str, hub: str = "harbour") -> Known:
    """A member who just arrived."""
    code = await make_code(house.hasher)
    async with command(house) as ctx:
        account, token = await arrive(ctx, Arrive(pseudonym=pseudonym, understood=True, hub=hub), code)
        account_id = account.id
    return Known(account_id, token, await _actor(house, token), code=code.shown)


async def employed(house: House, hub: UUID, role: Role, name: str, pseudonym: str) -> Known:
    """Somebody of staff, made by the operator, signed in."""
    async with command(house) as ctx:
        account = await create_staff(ctx, hub, role=role, name=name, pseudonym=pseudonym, password=PASSWORD)
        account_id, token = account.id, await start_session(ctx, account.id)
    return Known(account_id, token, await _actor(house, token), name=name)


async def another_session(house: House, account: UUID) -> str:
    """The same person on another device."""
    async with command(house) as ctx:
        return await start_session(ctx, account)


async def listen(house: House, account: UUID) -> Ear:
    """What sockets of this account are told from now on."""
    ear = Ear()
    await house.broker.subscribe(topics.account(account), ear)
    return ear


async def told(ear: Ear) -> list[AnySignal]:
    """What an ear heard, read."""
    await asyncio.sleep(0)
    return [msgspec.json.decode(payload, type=AnySignal) for payload in ear.payloads]


async def at_once(*tries: Coroutine[Any, Any, Any] | Awaitable[Any]) -> list[Any]:
    """All of them at the same time; results and exceptions in order."""
    return list(await asyncio.gather(*tries, return_exceptions=True))


async def _actor(house: House, token: str) -> Actor:
    signed_in = await who(house, token)
    assert signed_in, "a session that was just started"
    return signed_in.actor
