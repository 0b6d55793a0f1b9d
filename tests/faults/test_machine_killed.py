"""Any order of what people do while nodes, Redis and PostgreSQL are killed under them, stay away, and come back: the oracle is content at the end."""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from sqlmodel import col, select

from beside.conversations.about import About
from beside.conversations.join import join
from beside.conversations.open import open_room
from beside.conversations.tables import Participant
from beside.kit.context import command, query
from beside.kit.errors import Unavailable
from beside.kit.house import House
from beside.protocol.shapes import ConversationKind, Place
from tests.faults.ground import NODES, Ground, ground
from tests.faults.machine import PICK, SHOWN_S, Talk
from tests.faults.runs import STATEFUL, chosen
from tests.faults.talker import LOST, Talker, insist
from tests.rig.cast import Cast, Person, make_cast
from tests.rig.client import Refused, ScriptedClient
from tests.rig.wait import until

EXAMPLES = 6
MAY_DIE = (*NODES, "redis", "postgres")
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
    """Everything may happen while parts are away, all but one of the two nodes. A refusal that says "in a moment" is obeyed, as everywhere; while there is
    no database that refusal is all that may be heard, and nothing may come of what was refused."""

    ground: ClassVar[Ground]
    tried_without: ClassVar[Counter[str]]
    """What was tried while that part was away."""

    def __init__(self) -> None:
        super().__init__()
        self.away: set[str] = set()

    @initialize(pick=PICK)
    def begin(self, pick: int = 0) -> None:
        """Runs are short: each begins with something away."""
        super().begin()
        self.kill(pick, pick)

    @property
    def without_database(self) -> bool:
        return "postgres" in self.away

    def attempt(self, work: Coroutine[Any, Any, bool]) -> bool | None:
        self.tried_without.update(self.away)
        if not self.without_database:
            return super().attempt(work)
        with pytest.raises((Unavailable, Refused), check=_is_honest):
            self.run(work)
        return None

    async def _in_a_moment(self, ask: Callable[[], Awaitable[object]]) -> bool:
        """Nobody waits for a database that only a later step starts."""
        await (ask() if self.without_database else insist(ask))
        return True

    async def _come(self, client: ScriptedClient) -> None:
        await self._in_a_moment(client.connect)
        await self._follow(client)

    async def _follow(self, client: ScriptedClient) -> None:
        await self._in_a_moment(partial(super()._follow, client))

    async def _return(self, client: ScriptedClient) -> bool:
        """Where their node is away, at the other."""
        assert isinstance(client, Talker)
        while True:
            try:
                return await self._in_a_moment(partial(super()._return, client))
            except LOST as lost:
                await client.go_on(lost)

    async def _say(self, client: ScriptedClient, words: str, client_id: UUID) -> bool:
        return await self._in_a_moment(partial(super()._say, client, words, client_id))

    def killable(self) -> list[str]:
        return [part for part in MAY_DIE if part not in self.away and not (part in NODES and self.away & set(NODES))]

    @precondition(lambda self: self.killable())
    @rule(pick=PICK, who=PICK)
    def kill(self, pick: int, who: int) -> None:
        """While somebody is saying something, which may or may not get through."""
        part = self.killable()[pick % len(self.killable())]
        self.run(self._kill(part, self.clients[self.talking[who % len(self.talking)]] if self.talking and not self.closed else None))
        self.online -= {name for name in self.online if self.clients[name].closed}
        self.away.add(part)

    async def _kill(self, part: str, talking: ScriptedClient | None) -> None:
        self.count += 1
        saying = asyncio.create_task(talking.send(self.group, f"{self.count} while {part} is killed")) if talking else None
        await self.ground.kill(part)
        if saying:
            await asyncio.wait([saying])
            saying.exception()
        if part in NODES:
            there = [client for client in self.clients.values() if isinstance(client, Talker) and client.url == self.ground.nodes[part].url]
            await until(lambda: not any(client.is_connected for client in there), SHOWN_S, "those who were there to notice")

    def startable(self) -> list[str]:
        """A node that has no database waits for it."""
        return sorted(self.away - set(NODES) if self.without_database else self.away)

    @precondition(lambda self: self.away)
    @rule(pick=PICK)
    def start(self, pick: int) -> None:
        part = self.startable()[pick % len(self.startable())]
        self.run(self.ground.start(part))
        self.away.discard(part)
        if not self.without_database:
            self.run(self._say_again())

    async def _say_again(self) -> None:
        """Whatever was refused, or never answered."""
        for name in sorted(self.online & self.present):
            for said in list(self.clients[name].unsent.values()):
                await self._say(self.clients[name], said.body, said.client_id)

    def teardown(self) -> None:
        while self.away:
            self.start(0)
        if hasattr(self, "group"):
            here = self.run(self._participants())
            assert self.present == {name for name, person in self.people.items() if person.account in here}
        super().teardown()

    async def _participants(self) -> set[UUID]:
        async with query(self.here.house) as ctx:
            there = select(Participant.account_id).where(Participant.conversation_id == self.group, col(Participant.left_at).is_(None))
            return set((await ctx.db.exec(there)).all())


def _is_honest(refused: Exception) -> bool:
    return isinstance(refused, Unavailable | Refused) and refused.code == "unavailable"


@pytest.mark.long
@pytest.mark.timeout(0 if STATEFUL in os.environ else 900)
def test_whatever_is_killed_the_oracle_is_content(tmp_path: Path) -> None:
    """Six runs of up to twenty steps on two nodes, chosen by Hypothesis: whatever people do while Redis or a node is away works, and while PostgreSQL is
    away is refused as unavailable and leaves nothing behind (FAULTS 128; BESIDE_STATEFUL asks for its 5,000)."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        TalkWhileKilled.runner, TalkWhileKilled.tried, TalkWhileKilled.tried_without = runner, 0, Counter()
        TalkWhileKilled.ground = runner.run(stack.enter_async_context(ground(tmp_path)))
        try:
            TalkWhileKilled.here = OnGround(TalkWhileKilled.ground, runner.run(make_cast(TalkWhileKilled.ground.house)))
            run_state_machine_as_test(
                TalkWhileKilled,
                settings=chosen(EXAMPLES, STEPS),
            )
        finally:
            runner.run(stack.aclose())
        assert TalkWhileKilled.tried >= EXAMPLES
        assert TalkWhileKilled.tried_without.total() >= EXAMPLES
        print(f"tried while away: {TalkWhileKilled.tried_without}")  # noqa: T201  # figures, for whoever asks with -s
