"""Words planted by every verb there is, and then looked for wherever something is kept: not one is found in clear."""

import asyncio
import base64
import subprocess
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from beside.conversations.join import join
from beside.conversations.tables import Conversation
from beside.kit.context import command
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.protocol.shapes import Place
from tests.privacy.garden import NAMES, Garden, everything_in
from tests.rig.cast import Cast, Person, make_cast
from tests.rig.client import Refused, ScriptedClient
from tests.rig.nodes import Node, Premises
from tests.rig.postgres import PostgresServer, binaries
from tests.rig.redis import RedisServer
from tests.rig.wait import until

WANTED = 50  # planted words at least


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Premises, Path | None]]:
    """One machine on SQLite, or nodes on PostgreSQL and Redis; where the database's files are in the first case."""
    if request.param == "sqlite":
        premises, file = Premises(tmp_path, request.getfixturevalue("sqlite_url")), tmp_path / "beside.db"
    else:
        redis: RedisServer = request.getfixturevalue("own_redis")
        redis.start()
        premises, file = Premises(tmp_path, request.getfixturevalue("postgres_url"), redis.url), None
    yield premises, file
    premises.close()


async def use_everything(house: House, cast: Cast, premises: Premises, node: Node, garden: Garden) -> None:
    """Every verb that takes words, over the real doors and sockets; answers with words in them are read too."""

    def client(who: Person) -> ScriptedClient:
        return ScriptedClient(node.url, premises.public_url, who.token, who.name)

    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(client(who)) for who in (cast.member, cast.peer, cast.moderator, cast.clinician, cast.coordinator)]
        wren, alder, rowan, hazel, linden = people
        newcomer = await stack.enter_async_context(ScriptedClient(node.url, premises.public_url))
        chat, room = await _talk(house, cast, garden, wren, alder, linden, newcomer)
        await _judge(garden, room, wren, alder, rowan, linden, cast)
        await _worry(garden, chat, alder, hazel)
        for who in people:
            await _read_everything(who)


async def _talk(
    house: House, cast: Cast, garden: Garden, wren: ScriptedClient, alder: ScriptedClient, linden: ScriptedClient, newcomer: ScriptedClient
) -> tuple[UUID, UUID]:
    """Names, the line, a one-to-one with edits and staff notes, a group, an invitation with its note."""
    await newcomer.arrive(NAMES[0], "harbour")
    await newcomer.call("PUT", "/api/me/password", {"password": garden.word("password")})
    await newcomer.call("POST", "/api/me/recovery-code")
    made = await linden.call("POST", "/api/invitations", {"role": "peer", "note": garden.word("note")})
    accepted = {"name": garden.word("staff-name"), "pseudonym": NAMES[1], "password": garden.word("staff-password")}
    await newcomer.call("POST", f"/api/invitations/{made['link'].rsplit('/', 1)[1]}", accepted)
    await wren.call("POST", "/api/line", {"wants": garden.word("wants"), "who": garden.word("who"), "unsafe": True})
    chat = UUID((await alder.call("PUT", "/api/desk/ready", {"ready": True}))["conversation"])
    for each in (wren, alder):
        await each.connect()
        await each.subscribe(chat)
    for n in range(8):
        await wren.send(chat, garden.word(f"socket{n}"))
        await alder.post(chat, garden.word(f"http{n}"))
    last = await wren.post(chat, garden.word("edited-away"))
    await wren.call("PUT", f"/api/conversations/{chat}/messages/{last.seq}", {"body": garden.word("edited")})
    for n in range(3):
        await alder.post(chat, garden.word(f"staff{n}"), log="staff")
    await wren.say({"type": "typing.start", "conversation": chat})
    await until(lambda: len(alder.bodies(chat)) == 17, 20)
    group = {"title": garden.word("title"), "purpose": garden.word("purpose"), "agreements": garden.word("agreements"), "lead": cast.peer.account}
    room = UUID((await linden.call("POST", "/api/groups", group))["conversation"])
    await wren.call("POST", f"/api/rooms/{room}/join", {"agreements": 1})
    async with command(house) as ctx:
        await join(ctx, await ctx.db.get_one(Conversation, room), cast.outsider.account, Place.member)
    return chat, room


async def _judge(garden: Garden, room: UUID, wren: ScriptedClient, alder: ScriptedClient, rowan: ScriptedClient, linden: ScriptedClient, cast: Cast) -> None:
    """Reports, hiding, a break, appeals, suspensions, and what each of them says."""
    for way, body in (("hide", {}), ("step-out", {"minutes": 30, "offer_one_to_one": False})):
        said = await wren.call("POST", f"/api/conversations/{room}/messages", {"client_id": new_id(), "body": garden.word(f"reported-{way}")})
        tap = {"conversation": room, "seq": said["seq"], "reason": "unkind", "words": garden.word(f"report-{way}")}
        await alder.call("POST", "/api/reports", tap)
        item = (await rowan.call("GET", "/api/desk"))["reports"][0]["report"]
        await rowan.call("GET", f"/api/desk/reports/{item}")
        await rowan.call("POST", f"/api/desk/reports/{item}/claim")
        await rowan.call("POST", f"/api/desk/reports/{item}/{way}", {**body, "reason": garden.word(f"reason-{way}")})
        await rowan.call("POST", f"/api/desk/reports/{item}/close", {"outcome": "acted", "words": garden.word(f"closing-{way}")})
    act = (await wren.call("GET", "/api/acts"))["acts"][0]["act"]
    await wren.call("POST", f"/api/acts/{act}/appeal", {"words": garden.word("appeal")})
    appealed = (await linden.call("GET", "/api/desk"))["appeals"][0]["appeal"]
    await linden.call("POST", f"/api/desk/appeals/{appealed}/decide", {"upheld": True, "words": garden.word("decision")})
    suspended = {"minutes": 60, "reason": garden.word("suspended")}
    await rowan.call("POST", f"/api/desk/accounts/{cast.outsider.account}/suspend", suspended)


async def _worry(garden: Garden, chat: UUID, alder: ScriptedClient, hazel: ScriptedClient) -> None:
    """Calls for a clinician, twice raised, read, resolved and taken back."""

    def asked(n: int) -> dict[str, Any]:
        words = {"view": garden.word(f"view{n}"), "agreed_facts": garden.word(f"facts{n}"), "reason_to_go_on": garden.word(f"go-on{n}")}
        return {"conversation": chat, "severity": "high", "consent": "declined"} | words

    raised = (await alder.call("POST", "/api/escalations", asked(0)))["escalation"]
    await alder.call("POST", "/api/escalations", asked(1))
    for act in ("acknowledge", "start", "join"):
        await hazel.call("POST", f"/api/on-call/{raised}/{act}")
    await hazel.call("POST", f"/api/on-call/{raised}/transcript", {"reason": garden.word("transcript")})
    await hazel.call("POST", f"/api/on-call/{raised}/resolve", {"outcome": "talked", "feedback": garden.word("feedback")})
    again = (await alder.call("POST", "/api/escalations", asked(2)))["escalation"]
    await alder.call("POST", f"/api/escalations/{again}/cancel", {"reason": garden.word("cancel")})


async def _read_everything(who: ScriptedClient) -> None:
    """Every list, whoever may have it or not."""
    for path in ("me", "conversations", "rooms", "readings", "reports", "acts", "line", "desk", "on-call", "staff"):
        with suppress(Refused):
            await who.call("GET", f"/api/{path}")


@pytest.mark.parametrize("place", ["sqlite", "postgresql"], indirect=True)
async def test_nothing_that_is_kept_holds_a_word_in_clear(place: tuple[Premises, Path | None], request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """More than fifty planted words, and after them the database's files or dump, Redis, and every log line: not one hit (FAULTS 115, 125)."""
    premises, file = place
    garden = Garden()
    node = premises.node(BESIDE_WORKER_INSIDE="false", BESIDE_LOG_LEVEL="debug", BESIDE_MESSAGE_RATE="1000/second")
    worker = premises.worker(BESIDE_LOG_LEVEL="debug")
    async with premises.house() as house:
        cast = await make_cast(house)
        await use_everything(house, cast, premises, node, garden)
        assert len(garden.planted) >= WANTED
        kept: dict[str, bytes] = {}
        if file is not None:
            kept |= {each.name: each.read_bytes() for each in tmp_path.glob(f"{file.name}*")}
        else:
            server: PostgresServer = request.getfixturevalue("postgres")
            database = premises.settings["BESIDE_DATABASE_URL"].rsplit("/", 1)[1]
            dump = [str(binaries() / "pg_dump"), "-h", "127.0.0.1", "-p", str(server.port), "-U", "beside", "--inserts", database]
            kept["dump"] = await asyncio.to_thread(subprocess.check_output, dump)
            kept["redis"] = everything_in(request.getfixturevalue("own_redis"))
        kept["logs"] = premises.said.encode()
    assert {name: [] for name in kept} == {name: garden.found_in(raw) for name, raw in kept.items()}
    assert all(len(raw) > 200 for raw in kept.values())
    tokens = [person.token for person in cast.everybody]
    assert [] == [name for name, raw in kept.items() for token in tokens if token.encode() in raw]
    assert worker.alive


def test_the_search_finds_what_is_there() -> None:
    """A word in clear, in a dump's hex, in UTF-16 or in base64 is seen: the test above can fail."""
    garden = Garden()
    text = garden.word("proof")
    for raw in (text.encode(), text.encode().hex().encode(), text.encode("utf-16-le"), *(base64.b64encode(b"x" * n + text.encode()) for n in range(3))):
        assert [garden.planted[-1]] == garden.found_in(b"before " + raw + b" after")
