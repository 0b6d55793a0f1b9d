"""A page that gives up coming back while it is half in, and comes anew before the node knows that the last one is gone."""

import asyncio
from contextlib import AsyncExitStack
from random import Random
from uuid import UUID

from beside.kit.context import command
from beside.kit.ids import new_id
from beside.messages.send import Kept, store, wish
from tests.gateway.conftest import Here
from tests.rig.client import Key, ScriptedClient
from tests.rig.oracle import complaints
from tests.rig.timeline import Timeline
from tests.rig.wait import until

SEED = 20261128
LINES, MORE, FLAPS = 200, 40, 20
FRAMES = 40  # of its own and the node's, before it gives up: the first four are for coming in, the others are lines and what confirms them
TURNS = 60  # of the loop, after those: a ticket, a handshake and a frame take a few each
PATIENCE_S = 10.0


async def say(here: Here, chat: UUID, lines: int) -> int:
    """The peer, all in one commit. Where the log ends then."""
    async with command(here.house, here.cast.peer.actor) as ctx:
        kept = await store(ctx, [wish(here.cast.peer.actor, chat, new_id(), f"line {n}") for n in range(lines)])
    return max(each.accepted.seq for each in kept if isinstance(each, Kept))


def seqs_of(client: ScriptedClient) -> list[int]:
    """Every event that this socket was sent, in the order in which it was."""
    return [frame["seq"] for _, way, frame in client.frames if way == "in" and "seq" in frame and "author" in frame]


async def given_up(life: ScriptedClient, shown: Timeline, end: int, rng: Random) -> None:
    """Wait for a drawn moment, however quick the machine is: so many frames, or all that there are, and then so many turns."""
    frames, turns = rng.randrange(FRAMES), rng.randrange(TURNS)
    async with asyncio.timeout(PATIENCE_S):
        while len(life.frames) < frames and shown.have < end:  # noqa: ASYNC110  # to the turn: looking again every 10 ms would be late by many lines
            await asyncio.sleep(0)
    for _ in range(turns):
        await asyncio.sleep(0)


async def test_twenty_flaps_in_the_middle_of_resuming_lose_and_double_nothing(here: Here) -> None:
    """Given up at any moment and begun anew beside the last one, no socket is sent a line twice, and one is left (FAULTS 29; 20 flaps, not 100)."""
    chat, rng = await here.chat(), Random(SEED)
    screen: dict[Key, Timeline] = {(chat, "public"): Timeline(here.house.epoch, str(here.cast.member.account))}
    lives: list[ScriptedClient] = []
    end = await say(here, chat, LINES)
    async with AsyncExitStack() as stack:
        for _ in range(FLAPS):
            life = await stack.enter_async_context(here.client(here.cast.member))
            life.timelines = screen
            resuming = asyncio.create_task(life.resume())
            await given_up(life, screen[chat, "public"], end, rng)
            resuming.cancel()
            await asyncio.wait([resuming])
            life.timelines = {}  # the page listens to it no more; the node does not know
            if lives:
                await lives[-1].drop()
            lives.append(life)
            end = await say(here, chat, rng.randrange(MORE) + 1)
        last = await stack.enter_async_context(here.client(here.cast.member))
        last.timelines = screen
        await last.resume()
        await lives[-1].drop()
        await last.send(chat, "still here")
        end += 1
        await until(lambda: screen[chat, "public"].have == end)
        await until(lambda: len(here.node.roster.connections) == 1, what="one socket is left")
        assert [*range(1, end + 1)] == [event["seq"] for event in last.shown(chat)]
        assert [] == await complaints(here.house, [last])
        assert [1] == [len(log.follows) for log in here.node.roster.logs.values()]
        sent = [seqs for seqs in map(seqs_of, [*lives, last]) if seqs]
        assert len(sent) > FLAPS // 2, "most were given up while lines came in"
        for seqs in sent:
            assert [*range(seqs[0], seqs[0] + len(seqs))] == seqs, f"seed {SEED}"
    await until(lambda: not here.node.roster.connections)
    assert ({}, []) == (here.node.roster.logs, list(here.node.roster._listening.topics))
