"""What people may do in any order: say, say again, lose the line, come back, join, leave, hide, show, suspend, while time passes."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, ClassVar, Protocol
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from beside.conversations.join import join
from beside.conversations.leave import leave
from beside.conversations.tables import Conversation
from beside.kit.context import Context, command
from beside.kit.errors import Conflict
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.messages.edit import edit
from beside.messages.redact import redact
from beside.messages.restore import restore
from beside.protocol.codes import CloseCode
from beside.protocol.shapes import Place
from tests.moderation.desk import lifts, suspends
from tests.rig.cast import Cast, Person
from tests.rig.client import ScriptedClient
from tests.rig.oracle import complaints
from tests.rig.wait import until

SHOWN_S = 60.0  # bounds each wait, on a machine that is busy with other tests
SUSPENDED_MINUTES = 10
WHO = st.sampled_from(["wren", "alder", "finch"])


class Stage(Protocol):
    """Where they do it: a house, the cast in it, and the two things that differ from place to place."""

    @property
    def house(self) -> House: ...

    @property
    def cast(self) -> Cast: ...

    def client(self, who: Person) -> ScriptedClient: ...

    async def group(self, *people: Person) -> UUID: ...


class Talk(RuleBasedStateMachine):
    """Three people and a moderator in a group. `here` and `runner` are the test's: one place serves every run, each run has its own group."""

    here: ClassVar[Stage]
    runner: ClassVar[asyncio.Runner]
    tried: ClassVar[int] = 0

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        cast = self.here.cast
        self.people: dict[str, Person] = {"wren": cast.member, "alder": cast.peer, "finch": cast.outsider}
        self.group: UUID = self.run(self.here.group(cast.member, cast.peer))
        self.clients = {name: self.here.client(person) for name, person in self.people.items()}
        self.present, self.online = {"wren", "alder"}, {"wren", "alder"}
        self.suspended = False
        self.count = 0
        for name in sorted(self.online):
            self.run(self._come(self.clients[name]))

    async def _come(self, client: ScriptedClient) -> None:
        await client.connect()
        await client.subscribe(self.group)

    async def _return(self, client: ScriptedClient) -> None:
        await (client.resume() if client.timelines else self._come(client))

    async def _say(self, client: ScriptedClient, words: str, client_id: UUID) -> None:
        await client.send(self.group, words, client_id=client_id)

    async def _do(self, who: Person, act: Callable[[Context, Conversation], Awaitable[Any]]) -> bool:
        """Whether it could be done: hiding what is hidden, for one, is a conflict."""
        try:
            async with command(self.here.house, who.actor) as ctx:
                await act(ctx, await ctx.db.get_one(Conversation, self.group))
        except Conflict:
            return False
        return True

    def talking(self, who: str) -> bool:
        return who in self.present & self.online

    @rule(who=WHO, times=st.integers(1, 3))
    def say(self, who: str, times: int) -> None:
        """Said once, or again and again under one number."""
        if self.talking(who):
            self.count += 1
            client_id = new_id()
            for _ in range(times):
                self.run(self._say(self.clients[who], f"{who} {self.count}", client_id))

    @rule(who=WHO)
    def say_and_lose_the_line(self, who: str) -> None:
        """Nobody knows whether it got through."""
        if self.talking(who):
            self.count += 1
            self.run(self._say_and_drop(self.clients[who], f"{who} {self.count}"))
            self.online.discard(who)

    async def _say_and_drop(self, client: ScriptedClient, words: str) -> None:
        sending = asyncio.create_task(client.send(self.group, words))
        await asyncio.sleep(0.001 * (self.count % 7))
        await client.drop()
        await asyncio.wait([sending])
        sending.exception()

    @rule(who=WHO)
    def lose_the_line(self, who: str) -> None:
        if who in self.online:
            self.run(self.clients[who].drop())
            self.online.discard(who)

    @rule(who=WHO)
    def come_back(self, who: str) -> None:
        if who in self.present - self.online:
            self.run(self._return(self.clients[who]))
            self.online.add(who)

    @precondition(lambda self: "finch" not in self.present and not self.suspended)
    @rule()
    def join(self) -> None:
        finch = self.people["finch"]
        self.run(self._do(finch, lambda ctx, group: join(ctx, group, finch.account, Place.member)))
        self.present.add("finch")
        if "finch" in self.online:
            self.run(self.clients["finch"].subscribe(self.group))

    @precondition(lambda self: "finch" in self.present)
    @rule()
    def leave(self) -> None:
        finch = self.people["finch"]
        self.clients["finch"].unsent.clear()  # what was not acknowledged is theirs to say again, elsewhere
        self.run(self._do(finch, lambda ctx, group: leave(ctx, group, finch.account)))
        self.present.discard("finch")

    @precondition(lambda self: "finch" in self.present)
    @rule()
    def suspend(self) -> None:
        """They are out of the group, and out of the door."""
        finch = self.clients["finch"]
        finch.unsent.clear()  # as when leaving
        self.run(suspends(self.here.house, self.here.cast.moderator, self.people["finch"].account, minutes=SUSPENDED_MINUTES))
        if "finch" in self.online:
            self.run(until(lambda: finch.closed is not None, SHOWN_S, "the close"))
            assert (CloseCode.blocked,) == (finch.closed or ())[:1]
        self.run(finch.drop())
        self.present.discard("finch")
        self.online.discard("finch")
        self.suspended = True

    @precondition(lambda self: self.suspended)
    @rule()
    def lift(self) -> None:
        with suppress(Conflict):  # it has run out by itself
            self.run(lifts(self.here.house, self.here.cast.moderator, self.people["finch"].account))
        self.suspended = False

    @rule(pick=st.integers(0, 50))
    def hide_or_show(self, pick: int) -> None:
        seq = self._some_message(pick)
        moderator = self.here.cast.moderator
        if seq and not self.run(self._do(moderator, lambda ctx, group: redact(ctx, group, seq, "That could hurt somebody."))):
            assert self.run(self._do(moderator, lambda ctx, group: restore(ctx, group, seq)))

    @rule(pick=st.integers(0, 50))
    def mend(self, pick: int) -> None:
        mine = [said.seq for said in self.clients["wren"].acknowledged if said.seq]
        if mine:
            self.run(self._do(self.people["wren"], lambda ctx, group: edit(ctx, self.group, mine[pick % len(mine)], f"mended {pick}")))

    def _some_message(self, pick: int) -> int | None:
        said = [each.seq for client in self.clients.values() for each in client.acknowledged if each.seq]
        return said[pick % len(said)] if said else None

    def teardown(self) -> None:
        if not hasattr(self, "clients"):
            return
        if self.suspended:
            self.lift()
        if "finch" not in self.present and self.clients["finch"].timelines:
            self.join()  # nobody is shown what happened while they were away until they may come back
        for name in sorted(self.present - self.online):
            self.come_back(name)
        self.run(self._judge())
        type(self).tried += 1

    async def _judge(self) -> None:
        async with command(self.here.house) as ctx:
            end = (await ctx.db.get_one(Conversation, self.group)).last_seq
        here = [self.clients[name] for name in sorted(self.present)]
        for client in here:
            await until(lambda client=client: client.timelines[self.group, "public"].have == end, SHOWN_S)  # type: ignore[misc]  # a default is the loop's value
        assert [] == await complaints(self.here.house, list(self.clients.values()))
        for client in self.clients.values():
            await client.close()
            await client.http.aclose()
