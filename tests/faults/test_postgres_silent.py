"""PostgreSQL says nothing any more and no connection ends: its host has gone, it hangs, or the network swallows all. Nobody waits for the kernel to notice."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from beside.conversations.tables import Event
from beside.foundation import build, standing
from beside.kit.context import query
from beside.kit.house import House
from beside.kit.ids import new_id
from tests.gateway.conftest import Here, serving, settings_for
from tests.rig.cast import Person, make_cast
from tests.rig.client import Refused, ScriptedClient
from tests.rig.oracle import complaints
from tests.rig.pair import one_more_chat
from tests.rig.postgres import PostgresServer
from tests.rig.proxy import FaultProxy
from tests.rig.wait import until

TOLD_S = 8.0  # the promise: whoever asks a database that says nothing is told so by then
FOUND_S = 30.0  # bounds the wait


@dataclass(frozen=True, slots=True)
class Silent:
    """A node that reaches PostgreSQL through `proxy`; `house` asks it directly."""

    here: Here
    proxy: FaultProxy
    house: House


@pytest.fixture
async def silent(tmp_path: Path, postgres_url: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Silent]:
    monkeypatch.setattr("beside.gateway.heartbeat.BEAT_S", 1)
    async with FaultProxy(postgres.port) as proxy, standing(build(settings_for(tmp_path, postgres_url))) as house:
        cast = await make_cast(house)
        settings = settings_for(tmp_path, postgres.url(postgres_url.rsplit("/", 1)[1], port=proxy.port))
        async with serving(settings) as (node, server):
            yield Silent(Here(node, server, cast, settings.require_public_url()), proxy, house)


@asynccontextmanager
async def talkers(here: Here, *people: tuple[Person, UUID]) -> AsyncIterator[list[ScriptedClient]]:
    """One socket each, following their chat."""
    async with AsyncExitStack() as stack:
        found = []
        for person, chat in people:
            client = await stack.enter_async_context(here.client(person))
            await client.connect()
            await client.subscribe(chat)
            found.append(client)
        yield found


def beats(client: ScriptedClient) -> int:
    """How many heartbeats this socket has heard."""
    return sum(way == "in" and frame["type"] == "heartbeat" for _, way, frame in client.frames)


async def told(clients: Sequence[ScriptedClient], chats: Sequence[UUID], words: str) -> list[str]:
    """Everybody says it at once, and loads the chat afresh; what each of them is told, within the time promised."""

    async def one(client: ScriptedClient, chat: UUID) -> list[str]:
        reads = client.call("GET", f"/api/conversations/{chat}/events?after=0&log=public")
        done = await asyncio.gather(client.send(chat, words), reads, return_exceptions=True)
        return [each.code if isinstance(each, Refused) else repr(each) for each in done]

    async with asyncio.timeout(TOLD_S):
        return [code for codes in await asyncio.gather(*map(one, clients, chats)) for code in codes]


async def test_nobody_waits_for_a_database_that_says_nothing(silent: Silent) -> None:
    """Two pairs talk and PostgreSQL goes silent: what they say and load is refused within 8 s, heartbeats go on (each second here), no socket ends, and
    once it is heard again the very first send is stored, nothing lost or doubled (FAULTS 46, 49)."""
    here, cast = silent.here, silent.here.cast
    chat, other = await here.chat(), await one_more_chat(here.house, cast)
    chats = [chat, chat, other, other]
    async with (
        talkers(here, (cast.member, chat), (cast.peer, chat), (cast.outsider, other), (cast.peer, other)) as clients,
        here.client(cast.moderator) as idle,
    ):
        await idle.connect()
        for client, at in zip(clients, chats, strict=True):
            await client.send(at, "before")
        silent.proxy.black_hole()
        heard = beats(idle)
        for words in ("on a line that was open", "on a line that never opens"):
            assert ["unavailable"] * 8 == await told(clients, chats, words)
        await until(lambda: beats(idle) > heard + 2, FOUND_S, "heartbeats")
        silent.proxy.heal()
        for client, at in zip(clients, chats, strict=True):
            assert "after" == (await client.send(at, "after")).body
        assert [None] * 5 == [client.closed for client in (*clients, idle)]
        for client in clients:
            await client.resume()
        for client, at in zip(clients, chats, strict=True):
            await until(partial(shows, client, at, 8), FOUND_S, "all that was said")
            await client.settle()
        assert [] == await complaints(silent.house, clients)


def shows(client: ScriptedClient, chat: UUID, lines: int) -> bool:
    return len(client.bodies(chat)) == lines


async def test_a_commit_whose_answer_never_comes_is_not_called_sent(silent: Silent) -> None:
    """PostgreSQL stores it and its answer is swallowed: the writer is refused, not told *sent*; the retry gets the first result, and one row (FAULTS 47)."""
    chat, client_id = await silent.here.chat(), new_id()
    async with talkers(silent.here, (silent.here.cast.member, chat)) as (wren,):
        await wren.send(chat, "before")
        swallow_from(silent.proxy, b"COMMIT\0")
        with pytest.raises(Refused, match="unavailable"):
            async with asyncio.timeout(TOLD_S):
                await wren.send(chat, "stored, and not heard of", client_id=client_id)
        silent.proxy.heal()
        stored = await rows(silent.house, client_id)
        said = await wren.send(chat, "stored, and not heard of", client_id=client_id)
        assert [said.seq] == stored == await rows(silent.house, client_id)
        await wren.settle()
        assert [] == await complaints(silent.house, [wren])


def swallow_from(proxy: FaultProxy, words: bytes) -> None:
    """The answer that says this, and whatever follows it, does not arrive; the connections stay."""
    faults = proxy.to_client

    def change(chunk: bytes) -> bytes:
        faults.black_hole = faults.black_hole or words in chunk
        return b"" if faults.black_hole else chunk

    faults.change = change


async def rows(house: House, client_id: UUID) -> list[int]:
    async with query(house) as ctx:
        return list((await ctx.db.exec(select(Event.seq).where(Event.client_id == client_id))).all())
