"""What people may do in any order: say, say again, lose the line, come back, join, leave, hide, show, suspend, close, while time passes."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from beside.conversations.close import close
from beside.conversations.join import join
from beside.conversations.leave import leave
from beside.conversations.tables import Conversation
from beside.kit.context import Context, command
from beside.kit.errors import Conflict
from beside.kit.ids import new_id
from beside.messages.edit import edit
from beside.messages.redact import redact
from beside.messages.restore import restore
from beside.protocol.codes import CloseCode
from beside.protocol.shapes import Place
from tests.faults.runs import Stage
from tests.moderation.desk import lifts, suspends
from tests.rig.cast import Person
from tests.rig.client import Refused, ScriptedClient
from tests.rig.oracle import complaints
from tests.rig.wait import until

SHOWN_S = 60.0  # bounds each wait, on a machine that is busy with other tests
SUSPENDED_MINUTES = 10
SAID_BEFORE_CLOSING = 4  # a run in which nothing can be said proves little
PICK = st.integers(0, 59)
"""One of as many as there are: a step that finds nobody to take it proves nothing."""


class Talk(RuleBasedStateMachine):
    """Three people and a moderator in a group. `here` and `runner` are the test's: one place serves every run, each run has its own group."""

    here: ClassVar[Stage]
    runner: ClassVar[asyncio.Runner]
    tried: ClassVar[int] = 0

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def attempt(self, work: Coroutine[Any, Any, bool]) -> bool | None:
        """Whether it could be done. None, on a stage where that happens: the house said honestly that it cannot now, and nothing has changed."""
        done: bool = self.run(work)
        return done

    @initialize()
    def begin(self) -> None:
        cast = self.here.cast
        self.people: dict[str, Person] = {"wren": cast.member, "alder": cast.peer, "finch": cast.outsider}
        self.group: UUID = self.run(self.here.group(cast.member, cast.peer))
        self.clients = {name: self.here.client(person) for name, person in self.people.items()}
        self.present, self.online = {"wren", "alder"}, {"wren", "alder"}
        self.suspended = self.closed = False
        self.count = 0
        # what was said on a whole line: whether a lost one brought its last words is different each time, and no step may hang on it
        self.sure: set[UUID] = set()
        for name in sorted(self.online):
            self.run(self._come(self.clients[name]))

    async def _come(self, client: ScriptedClient) -> None:
        await client.connect()
        await self._follow(client)

    async def _follow(self, client: ScriptedClient) -> None:
        await client.subscribe(self.group)

    async def _return(self, client: ScriptedClient) -> bool:
        await (client.resume() if client.timelines else self._come(client))
        return True

    async def _say(self, client: ScriptedClient, words: str, client_id: UUID) -> bool:
        """What is closed takes nothing more, and says so."""
        try:
            await client.send(self.group, words, client_id=client_id)
        except Refused as refused:
            if not self.closed or refused.code != "closed":
                raise
            client.unsent.pop(client_id)
            return False
        assert not self.closed
        return True

    async def _do(self, who: Person, act: Callable[[Context, Conversation], Awaitable[Any]]) -> bool:
        """Whether it could be done: hiding what is hidden, for one, is a conflict."""
        try:
            async with command(self.here.house, who.actor) as ctx:
                await act(ctx, await ctx.db.get_one(Conversation, self.group))
        except Conflict:
            return False
        return True

    @property
    def talking(self) -> list[str]:
        return sorted(self.present & self.online)

    @precondition(lambda self: self.talking)
    @rule(pick=PICK, lines=st.integers(1, 3), times=st.integers(1, 3))
    def say(self, pick: int, lines: int, times: int) -> None:
        """A few lines, each said once, or again and again under one number; a single one where it will be refused, for twenty refusals end a socket."""
        who = self.talking[pick % len(self.talking)]
        if self.closed:
            lines = times = 1
        for _ in range(lines):
            self.count += 1
            client_id = new_id()
            for _ in range(times):
                if self.attempt(self._say(self.clients[who], f"{who} {self.count}", client_id)):
                    self.sure.add(client_id)

    @precondition(lambda self: self.talking)
    @rule(pick=PICK)
    def say_and_lose_the_line(self, pick: int) -> None:
        """Nobody knows whether it got through."""
        who = self.talking[pick % len(self.talking)]
        self.count += 1
        self.run(self._say_and_drop(self.clients[who], f"{who} {self.count}"))
        self.online.discard(who)

    async def _say_and_drop(self, client: ScriptedClient, words: str) -> None:
        sending = asyncio.create_task(client.send(self.group, words))
        await asyncio.sleep(0.001 * (self.count % 7))
        await client.drop()
        await asyncio.wait([sending])
        sending.exception()
        if self.closed:
            client.unsent.clear()  # it would be refused each time

    @precondition(lambda self: self.online)
    @rule(pick=PICK)
    def lose_the_line(self, pick: int) -> None:
        who = sorted(self.online)[pick % len(self.online)]
        self.run(self.clients[who].drop())
        self.online.discard(who)

    @precondition(lambda self: self.present - self.online)
    @rule()
    def come_back(self) -> None:
        """Everybody who may; a line is lost more easily than found."""
        for who in sorted(self.present - self.online):
            if self.attempt(self._return(self.clients[who])):
                self.online.add(who)

    @precondition(lambda self: "finch" not in self.present and not self.suspended)
    @rule()
    def join(self) -> None:
        finch = self.people["finch"]
        if not self.attempt(self._do(finch, lambda ctx, group: join(ctx, group, finch.account, Place.member))):
            return
        self.present.add("finch")
        if "finch" in self.online:
            self.run(self._follow(self.clients["finch"]))

    @precondition(lambda self: "finch" in self.present)
    @rule()
    def leave(self) -> None:
        finch = self.people["finch"]
        if self.attempt(self._do(finch, lambda ctx, group: leave(ctx, group, finch.account))):
            self.clients["finch"].unsent.clear()  # what was not acknowledged is theirs to say again, elsewhere
            self.present.discard("finch")

    @precondition(lambda self: "finch" in self.present)
    @rule()
    def suspend(self) -> None:
        """They are out of the group, and out of the door."""
        finch = self.clients["finch"]
        if not self.attempt(self._suspend()):
            return
        finch.unsent.clear()  # as when leaving
        if "finch" in self.online:
            self.run(until(lambda: finch.closed is not None, SHOWN_S, "the close"))
            assert (CloseCode.blocked,) == (finch.closed or ())[:1]
        self.run(finch.drop())
        self.present.discard("finch")
        self.online.discard("finch")
        self.suspended = True

    async def _suspend(self) -> bool:
        await suspends(self.here.house, self.here.cast.moderator, self.people["finch"].account, minutes=SUSPENDED_MINUTES)
        return True

    @precondition(lambda self: self.suspended)
    @rule()
    def lift(self) -> None:
        if self.attempt(self._lift()):
            self.suspended = False

    async def _lift(self) -> bool:
        with suppress(Conflict):  # it has run out by itself
            await lifts(self.here.house, self.here.cast.moderator, self.people["finch"].account)
        return True

    @precondition(lambda self: self.count >= SAID_BEFORE_CLOSING and not self.closed)
    @rule()
    def close_the_group(self) -> None:
        """It can still be read, come into, left, and hidden in."""
        moderator = self.here.cast.moderator
        if self.attempt(self._do(moderator, lambda ctx, group: close(ctx, group, moderator.account))):
            self.closed = True
            for client in self.clients.values():
                client.unsent.clear()

    @precondition(lambda self: self._said())
    @rule(pick=PICK)
    def hide_or_show(self, pick: int) -> None:
        seq = self._said()[pick % len(self._said())]
        moderator = self.here.cast.moderator
        if self.attempt(self._do(moderator, lambda ctx, group: redact(ctx, group, seq, "That could hurt somebody."))) is False:
            assert self.attempt(self._do(moderator, lambda ctx, group: restore(ctx, group, seq)))

    @precondition(lambda self: self._said("wren"))
    @rule(pick=PICK)
    def mend(self, pick: int) -> None:
        mine = self._said("wren")
        self.attempt(self._do(self.people["wren"], lambda ctx, group: edit(ctx, self.group, mine[pick % len(mine)], f"mended {pick}")))

    def _said(self, *names: str) -> list[int]:
        """Where it stands, of these people, or of all."""
        acknowledged = [said for name in names or sorted(self.clients) for said in self.clients[name].acknowledged]
        return [said.seq for said in acknowledged if said.seq and said.client_id in self.sure]

    def teardown(self) -> None:
        if not hasattr(self, "clients"):
            return
        if self.suspended:
            self.lift()
        if "finch" not in self.present and self.clients["finch"].timelines:
            self.join()  # nobody is shown what happened while they were away until they may come back
        self.come_back()
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
