"""People who talk by telephone at the edge of their cell: how long until what they sent is known to be stored (FAULTS 26)."""

import asyncio
import time
from uuid import UUID

from beside.kit.ids import new_id
from tests.bench.bare import LINE, bare
from tests.bench.crowd import Member, all_follow, gather_crowd, until_counted
from tests.bench.honest import require_honest
from tests.bench.place import a_node
from tests.bench.steady import WORDS
from tests.rig.proxy import FaultProxy
from tests.rig.telephone import LOSS, third_generation

PAIRS = 20
SECONDS = 60.0
PAUSE_S = 1.0  # between the answer and the next line, as somebody who writes quickly
AIM_S = 3.0
SEED = 26


class Speaking:
    """Each of them says a line, waits until it is accepted, and a moment later says the next. `took` holds seconds."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self._said_at: dict[Member, float] = {}
        self._rooms: dict[Member, UUID] = {}
        self._over = False

    def begin(self, rooms: dict[Member, UUID]) -> None:
        self._rooms = rooms
        for member in rooms:
            self._speak(member)

    async def end(self) -> None:
        """What was said is waited for."""
        self._over = True
        async with asyncio.timeout(60.0):
            while self._said_at:  # noqa: ASYNC110  # an event would be measured too
                await asyncio.sleep(0.05)

    def heard(self, member: Member, payload: bytes) -> None:
        if payload.startswith(b'{"type":"message.accepted"'):
            self.took.append(time.perf_counter() - self._said_at.pop(member))
            asyncio.get_running_loop().call_later(PAUSE_S, self._speak, member)

    def _speak(self, member: Member) -> None:
        if not self._over:
            self._said_at[member] = time.perf_counter()
            member.say({"type": "message.send", "conversation": self._rooms[member], "client_id": new_id(), "body": WORDS})


async def telephone() -> list[str]:
    speaking = Speaking()
    async with a_node() as at, FaultProxy(at.nodes[0].port) as line:
        people = await at.people(2 * PAIRS)
        crowd = await gather_crowd(at.house, at.url, people, speaking.heard, port=line.port)
        rooms: dict[Member, UUID] = {}
        for one, other, who in zip(crowd[::2], crowd[1::2], zip(people[::2], people[1::2], strict=True), strict=True):
            rooms[one] = rooms[other] = await at.room(who)
            await all_follow([one, other], rooms[one])
        async with third_generation([line], SEED):
            speaking.begin(rooms)
            await asyncio.sleep(SECONDS)
            await speaking.end()
        for one, other in zip(crowd[::2], crowd[1::2], strict=True):
            await until_counted([one, other], max(one.events, other.events))
        await require_honest(at.house, len(speaking.took))
    echoes = await _echoes(len(speaking.took))
    return [
        f"send to accepted by telephone (400 ms, 50 kB/s, {LOSS:.0%} lost), {2 * PAIRS} people, {len(speaking.took)} lines: {_slow_end(speaking.took)}",
        f"  aim: p95 below {AIM_S:.0f} s, and none stored twice, which was looked at",
        f"  {len(LINE)} bytes there and back over the same line: {_slow_end(echoes)}; ratio of p95 {_p95(speaking.took) / _p95(echoes):.2f}",
    ]


async def _echoes(count: int) -> list[float]:
    """Seconds; over as many connections, with the same pauses and the same chance."""
    took: list[float] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while len(took) < count:
            began = time.perf_counter()
            writer.write(LINE)
            await reader.readline()
            took.append(time.perf_counter() - began)
            await asyncio.sleep(PAUSE_S)

    async with bare() as server, FaultProxy(server.port) as line:
        held = [await asyncio.open_connection("127.0.0.1", line.port) for _ in range(2 * PAIRS)]
        async with third_generation([line], SEED):
            await asyncio.gather(*(speak(*each) for each in held))
        for _, writer in held:
            writer.close()
    return took


def _p95(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)]


def _slow_end(took: list[float]) -> str:
    return f"p50 {sorted(took)[len(took) // 2]:.2f} s, p95 {_p95(took):.2f} s, longest {max(took):.2f} s"
