"""Fifty sentences go through one whole escalation: nothing that leaves the house, or that it keeps or says about the alarm, holds one of them."""

import asyncio
import urllib.request
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from beside.conversations.open import open_one_to_one
from beside.kit.context import command
from beside.kit.house import House
from tests.escalations.scene import SECRET, make_scene
from tests.privacy.garden import Garden, everything_in
from tests.rig.client import ScriptedClient
from tests.rig.nodes import Premises
from tests.rig.receiver import OnCallReceiver, Reply
from tests.rig.redis import RedisServer

WANTED = 50
SOON_S = 60.0
SAYS = 16  # of each of the two
ABOUT_THE_ALARM = ("escalation", "escalation_page", "escalation_attempt", "escalation_turn", "escalation_note", "acknowledgement", "resolution", "cancellation")
BESIDE_IT = ("escalation_alarm", "escalation_heartbeat", "worker_beat", "job", "audit_entry", "on_call_channel", "hub")


async def test_no_word_of_anybodys_is_in_the_alarm(postgres_url: str, own_redis: RedisServer, tmp_path: Path) -> None:
    """Messages, view, facts, reason, further notes, why it was read, feedback, why it was taken back: none is in a payload or its headers, an attempt, a
    job, the ledger, Redis, a log at its most talkative, or a metric (FAULTS 104, 115, 125)."""
    own_redis.start()
    garden = Garden()
    async with AsyncExitStack() as stack:
        first, second = [await stack.enter_async_context(OnCallReceiver(SECRET)) for _ in range(2)]
        first.replies.extend([Reply(500, {}, b"no"), Reply(reset=True)])
        (tmp_path / "heart").write_text(SECRET)
        premises = Premises(
            tmp_path,
            postgres_url,
            own_redis.url,
            BESIDE_ALLOWED_PRIVATE_HOSTS=f'["127.0.0.1:{first.port}", "127.0.0.1:{second.port}"]',
            BESIDE_LOG_LEVEL="debug",
            BESIDE_MESSAGE_RATE="1000/second",
            BESIDE_HEARTBEAT_URL=second.url,
            BESIDE_HEARTBEAT_SECRET_FILE=str(tmp_path / "heart"),
            BESIDE_DEADMAN_URL=second.url,
        )
        stack.callback(premises.close)
        house = await stack.enter_async_context(premises.house())
        scene = await make_scene(house)
        await scene.ladder([first.url], [second.url])
        premises.worker()
        node = await asyncio.to_thread(premises.node)
        cast = scene.cast
        wren, alder, hazel = [
            await stack.enter_async_context(ScriptedClient(node.url, premises.public_url, who.token)) for who in (cast.member, cast.peer, cast.clinician)
        ]
        async with command(house) as ctx:
            chat = (await open_one_to_one(ctx, cast.hub, cast.member.account, cast.peer.account)).id
        for n in range(SAYS):
            await wren.post(chat, garden.word(f"member{n}"))
            await alder.post(chat, garden.word(f"peer{n}"))
        raised = await _raise_and_answer(garden, chat, alder, hazel, first)
        again = (await alder.call("POST", "/api/escalations", _asked(garden, chat, "critical", 9)))["escalation"]
        await alder.call("POST", f"/api/escalations/{again}/cancel", {"reason": garden.word("taken-back")})
        await second.wait_for(2, SOON_S)  # the heartbeat, and the switch
        assert len(garden.planted) >= WANTED
        found = {
            "payloads": b"\n".join(str(one.headers).encode() + one.body + one.path.encode() for receiver in (first, second) for one in receiver.received),
            "redis": everything_in(own_redis),
            "logs": premises.said.encode(),
            "metrics": await asyncio.to_thread(lambda: urllib.request.urlopen(f"{node.url}/metrics", timeout=10).read()),
        } | {table: await _rows(house, table) for table in (*ABOUT_THE_ALARM, *BESIDE_IT)}
    assert {name: [] for name in found} == {name: garden.found_in(raw) for name, raw in found.items()}
    assert str(raised).encode() in found["payloads"]
    assert str(raised) in str(found["logs"])


def _asked(garden: Garden, chat: UUID, severity: str, n: int) -> dict[str, Any]:
    words = {"view": garden.word(f"view{n}"), "agreed_facts": garden.word(f"facts{n}"), "reason_to_go_on": garden.word(f"go-on{n}")}
    return {"conversation": chat, "severity": severity, "consent": "declined"} | words


async def _raise_and_answer(garden: Garden, chat: UUID, alder: ScriptedClient, hazel: ScriptedClient, receiver: OnCallReceiver) -> UUID:
    """Raised, raised higher, refused twice by the receiver, delivered, taken, begun, joined, read, closed."""
    raised = UUID((await alder.call("POST", "/api/escalations", _asked(garden, chat, "high", 0)))["escalation"])
    for n in range(1, 4):
        await alder.call("POST", "/api/escalations", _asked(garden, chat, "critical", n))
    await receiver.wait_for(3, SOON_S)
    for act in ("acknowledge", "start", "join"):
        await hazel.call("POST", f"/api/on-call/{raised}/{act}")
    await hazel.post(chat, garden.word("clinician"))
    await hazel.call("POST", f"/api/on-call/{raised}/transcript", {"reason": garden.word("why-read")})
    await hazel.call("POST", f"/api/on-call/{raised}/resolve", {"outcome": "talked", "feedback": garden.word("feedback")})
    return raised


async def _rows(house: House, table: str) -> bytes:
    """As they are stored."""
    async with house.database.engine.connect() as connection:
        rows = (await connection.execute(text(f"SELECT t.*::text FROM {table} t"))).all()
    return "\n".join(str(tuple(row)) for row in rows).encode() or b"-"


@pytest.mark.parametrize("word", ["view", "feedback"])
def test_a_word_in_a_payload_would_be_found(word: str) -> None:
    """The search above sees a planted word in the middle of a body: it can fail."""
    garden = Garden()
    said = garden.word(word)
    assert garden.planted[-1:] == garden.found_in(b'{"data":{"note":"' + said.encode() + b'"}}')
