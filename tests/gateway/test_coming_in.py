"""Coming into a conversation while others talk: lines are committed at drawn steps between subscribing and being live, thousands of times."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from beside.conversations.open import open_one_to_one
from beside.gateway import subscriptions
from beside.gateway.connection import Connection
from beside.gateway.roster import Roster
from beside.gateway.subscribe import subscribe
from beside.kit.broker.memory import MemoryBroker
from beside.kit.context import command
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.messages import history
from beside.messages.send import send
from beside.protocol.commands import Subscribe
from tests.rig.cast import Cast, make_cast
from tests.rig.house import open_house

SCHEDULES = 1_000  # FAULTS 10 asks for 10,000: ten runs with other seeds
SEED = 20261128
STEPS = 8  # at which something may be said: a first subscription behind by a page has about so many


class Told:
    """A transport that keeps what is written to it."""

    def __init__(self) -> None:
        self.seqs: list[int] = []

    def write(self, data: bytes) -> None:
        self.seqs += [event["seq"] for event in map(json.loads, payloads(data)) if event["type"] == "message.posted"]

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        raise AssertionError("nobody here is slow")


def payloads(data: bytes) -> Iterator[bytes]:
    """What these text frames of a server hold."""
    while data:
        head, size = (4, int.from_bytes(data[2:4], "big")) if data[1] == 126 else (2, data[1])
        yield data[head : head + size]
        data = data[head + size :]


class Schedule:
    """What is said at which step, from which node, and whether the step waits until it is stored."""

    def __init__(self, rng: Random, say: Callable[[bool], Awaitable[int]]) -> None:
        self._say = say
        self._at = {rng.randrange(STEPS): [(rng.random() < 0.5, rng.random() < 0.7) for _ in range(rng.randrange(1, 3))] for _ in range(rng.randrange(1, 3))}
        self._step = 0
        self.under_way: list[asyncio.Future[int]] = []
        self.reached: set[int] = set()

    async def step(self) -> None:
        """Others act here."""
        said = self._at.pop(self._step, [])
        self.reached |= {self._step} if said else set()
        self._step += 1
        for elsewhere, stored in said:
            saying = asyncio.ensure_future(self._say(elsewhere))
            self.under_way.append(saying)
            if stored:
                await saying


class Hooked:
    """The node's own steps, each with others acting before it or after it. `now` is the schedule that is tried."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, broker: MemoryBroker) -> None:
        self.now: Schedule | None = None
        self.seen: Counter[str] = Counter()
        self._wrap(monkeypatch, "history read", history, "after")
        self._wrap(monkeypatch, "hints begin", broker, "subscribe")
        self._wrap(monkeypatch, "position read", Roster, "live", after=False)
        between = SimpleNamespace(sleep=asyncio.sleep)
        self._wrap(monkeypatch, "ahead of what was read", between, "sleep", after=False)
        monkeypatch.setattr(subscriptions, "asyncio", between)

    def _wrap(self, monkeypatch: pytest.MonkeyPatch, name: str, where: Any, what: str, *, after: bool = True) -> None:
        real = getattr(where, what)

        async def hooked(*args: Any, **kwargs: Any) -> Any:
            self.seen[name] += 1
            await self._act()
            found = await real(*args, **kwargs)
            if after:  # only where the node itself waits: elsewhere nobody can act
                await self._act()
            return found

        monkeypatch.setattr(where, what, hooked)

    async def _act(self) -> None:
        if self.now is not None:
            await self.now.step()


@pytest.fixture
async def nodes(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[House, House]]:
    """Two nodes on one database and one bus; what a disk needs is not tried here."""
    monkeypatch.setattr("beside.kit.db._PRAGMAS", ("journal_mode=WAL", "synchronous=OFF", "busy_timeout=5000"))
    bus = MemoryBroker()
    async with open_house(sqlite_url, broker=bus) as here, open_house(sqlite_url, broker=bus, node="elsewhere") as elsewhere:
        yield here, elsewhere


async def say(house: House, cast: Cast, chat: UUID) -> int:
    async with command(house, cast.peer.actor) as ctx:
        return (await send(ctx, chat, new_id(), "a line")).seq


async def come_in(roster: Roster, cast: Cast, chat: UUID, cursor: int | None) -> tuple[Connection, Told]:
    """One more socket of the member's, which follows from there."""
    told = Told()
    connection = Connection(cast.member.actor, told)
    await roster.add(connection)
    await subscribe(roster, connection, Subscribe(conversation=chat, after_seq=cursor))
    return connection, told


def at_work(roster: Roster) -> list[asyncio.Task[None] | None]:
    """Who catches up on this node, and which log it is reading."""
    return [task for log in roster.logs.values() for task in (log._pulling, *(follow.catching_up for follow in log.follows))]


async def until_quiet(roster: Roster, schedule: Schedule) -> None:
    """Until nobody says, reads or catches up any more, and no hint is on its way."""
    async with asyncio.timeout(20):
        for _ in range(3):  # a hint travels for one turn of the loop, and what it leads to begins in the next
            while waiting := [task for task in [*schedule.under_way, *at_work(roster)] if task and not task.done()]:
                await asyncio.wait(waiting)
            await asyncio.sleep(0)


async def test_a_line_committed_at_any_step_of_coming_in_comes_once(nodes: tuple[House, House], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is committed between subscribing, reading and going live, here or elsewhere, comes once and in order (FAULTS 10, 11; 1,000 schedules a run)."""
    here, elsewhere = nodes
    cast = await make_cast(here)
    async with command(here) as ctx:
        chat = (await open_one_to_one(ctx, cast.hub, cast.member.account, cast.peer.account)).id
    end = max([await say(here, cast, chat) for _ in range(6)])
    hooked, roster, reached = Hooked(monkeypatch, here.broker), Roster(here), set[int]()  # type: ignore[arg-type]  # the fixture's
    for number in range(SCHEDULES):
        rng = Random(f"{SEED} {number}")
        monkeypatch.setattr(history, "PAGE", rng.choice((1, 2, 50)))
        before = [await come_in(roster, cast, chat, end)] if rng.random() < 0.5 else []  # the node serves this log already, or not
        schedule = Schedule(rng, lambda away: say(elsewhere if away else here, cast, chat))
        hooked.now = schedule
        cursor = end - rng.randrange(3)
        found = [*before, await come_in(roster, cast, chat, cursor)]
        await until_quiet(roster, schedule)
        hooked.now = None
        if rng.random() < 0.5:  # one once they are live; not always, for it would bring along what was missed before it
            schedule.under_way.append(asyncio.ensure_future(say(rng.choice(nodes), cast, chat)))
        await until_quiet(roster, schedule)
        began = [end, cursor] if before else [cursor]
        end = max([end, *(task.result() for task in schedule.under_way)])
        assert [[*range(start + 1, end + 1)] for start in began] == [told.seqs for _, told in found], f"schedule {number} of seed {SEED}"
        assert all(follow.live for log in roster.logs.values() for follow in log.follows), f"schedule {number} of seed {SEED}"
        for connection, _ in found:
            await roster.remove(connection)
        reached |= schedule.reached
    assert {*range(STEPS)} == reached
    assert 4 == len(hooked.seen), hooked.seen
