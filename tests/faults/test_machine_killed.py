"""Any order of what people do while nodes, Redis and PostgreSQL are killed under them: the oracle is content at the end."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from beside.conversations.about import About
from beside.conversations.join import join
from beside.conversations.open import open_room
from beside.kit.context import command
from beside.kit.house import House
from beside.protocol.shapes import ConversationKind, Place
from tests.faults.ground import NODES, Ground, ground
from tests.faults.machine import Talk
from tests.faults.talker import LOST, Talker, insist
from tests.rig.cast import Cast, Person, make_cast
from tests.rig.client import ScriptedClient

EXAMPLES = 6
STEPS = 20


@dataclass(frozen=True, slots=True)
class OnGround:
    """The ground with the cast on it."""

    at: Ground
    cast: Cast

    @property
    def house(self) -> House:
        return self.at.house

    def client(self, who: Person) -> ScriptedClient:
        way = self.at.ways[len(who.name) % len(self.at.ways)]
        return Talker(f"http://127.0.0.1:{way}", self.at.premises.public_url, who.token, who.name, ways=self.at.ways)

    async def group(self, *people: Person) -> UUID:
        async with command(self.house) as ctx:
            room = await open_room(ctx, self.cast.hub, ConversationKind.group, About("Evening", "For all", "Be kind"), keeps_history=True, leads=[])
            for person in people:
                await join(ctx, room, person.account, Place.member)
            return room.id


class TalkWhileKilled(Talk):
    """A refusal that says "in a moment" is obeyed, as everywhere."""

    ground: ClassVar[Ground]
    kills: ClassVar[int] = 0

    async def _come(self, client: ScriptedClient) -> None:
        await insist(client.connect)
        await insist(partial(client.subscribe, self.group))

    async def _return(self, client: ScriptedClient) -> None:
        await insist(partial(super()._return, client))

    async def _say(self, client: ScriptedClient, words: str, client_id: UUID) -> None:
        await insist(partial(super()._say, client, words, client_id))

    @rule(part=st.sampled_from([*NODES, "redis", "postgres"]), who=st.sampled_from(["wren", "alder", "finch"]))
    def kill(self, part: str, who: str) -> None:
        """While somebody is saying something, which may or may not get through."""
        self.run(self._kill(part, self.clients[who] if self.talking(who) else None))
        self.online -= {name for name in self.online if self.clients[name].closed}
        type(self).kills += 1

    async def _kill(self, part: str, talking: ScriptedClient | None) -> None:
        self.count += 1
        saying = asyncio.create_task(talking.send(self.group, f"{self.count} while {part} is killed")) if talking else None
        await self.ground.kill(part)
        if saying:
            await asyncio.wait([saying])
            saying.exception()
        await self.ground.start(part)
        for client in self.clients.values():
            for said in list(client.unsent.values()) if client.closed is None else ():
                await self._say_again(client, said.body, said.client_id)

    async def _say_again(self, client: ScriptedClient, words: str, client_id: UUID) -> None:
        try:
            await self._say(client, words, client_id)
        except LOST:
            await client.drop()


@pytest.mark.long
@pytest.mark.timeout(900)
def test_whatever_is_killed_the_oracle_is_content(tmp_path: Path) -> None:
    """Six runs of up to twenty steps on two nodes, chosen by Hypothesis (FAULTS 128; a night's run takes more)."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        TalkWhileKilled.runner, TalkWhileKilled.tried, TalkWhileKilled.kills = runner, 0, 0
        TalkWhileKilled.ground = runner.run(stack.enter_async_context(ground(tmp_path)))
        try:
            TalkWhileKilled.here = OnGround(TalkWhileKilled.ground, runner.run(make_cast(TalkWhileKilled.ground.house)))
            run_state_machine_as_test(
                TalkWhileKilled,
                settings=settings(
                    max_examples=EXAMPLES,
                    stateful_step_count=STEPS,
                    deadline=None,
                    phases=[Phase.generate],
                    database=None,
                    derandomize=True,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(stack.aclose())
        assert TalkWhileKilled.tried >= EXAMPLES
        assert TalkWhileKilled.kills >= EXAMPLES
