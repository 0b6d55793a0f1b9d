"""Whoever asks is answered so that they know what was meant, and whoever must know is told."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from beside.accounts.cookies import NAME
from beside.accounts.revoke_role import revoke_role
from beside.accounts.tables import RoleGrant
from beside.conversations.tables import Conversation
from beside.escalations.access import require_on_call
from beside.escalations.acknowledge import acknowledge
from beside.escalations.open import open_escalation
from beside.kit.context import command
from beside.kit.ids import new_id
from beside.messages.edit import edit
from beside.messages.redact import redact
from beside.messages.send import send
from beside.protocol.codes import REFUSALS, CloseCode
from beside.protocol.requests import RaiseEscalation
from beside.protocol.shapes import Consent, Role, Severity
from tests.gateway.conftest import Here
from tests.gateway.raw import open_raw
from tests.rig.cast import Person
from tests.rig.client import ScriptedClient
from tests.rig.wait import until

NUMBER = "0190a0c0-0000-7000-8000-000000000001"


def _refused(client: ScriptedClient) -> list[dict[str, Any]]:
    return [frame for _, way, frame in client.frames if way == "in" and frame["type"] == "refused"]


@pytest.mark.parametrize(("body", "code"), [("", "empty"), ("x" * 16_001, "too_long"), ("\\ud800", "bad_text"), ("\\u0000", "bad_text"), (None, "bad_frame")])
async def test_a_refusal_carries_what_it_answers(here: Here, body: str | None, code: str) -> None:
    """Whatever is wrong with a message, the refusal names its `ref` and its `client_id`: nobody waits for an answer that cannot be told apart (FAULTS 61)."""
    chat = await here.chat()
    words = "5" if body is None else f'"{body}"'
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.say_text(f'{{"type":"message.send","ref":"r","conversation":"{chat}","client_id":"{NUMBER}","body":{words}}}')
        await until(lambda: len(_refused(wren)) == 1)
        assert [("r", NUMBER, code)] == [(each["ref"], each["client_id"], each["code"]) for each in _refused(wren)]


@pytest.mark.parametrize("more", ['"ref":5,"client_id":"x"', '"ref":"\\ud800"', '"ref":""', '"ref":["r"]'])
async def test_what_is_no_ref_is_not_sent_back(here: Here, more: str) -> None:
    """Only what could have been one; the refusal itself is always sent."""
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        await wren.say_text(f'{{"type":"ping",{more}}}')
        await until(lambda: len(_refused(wren)) == 1)
        assert [(None, None)] == [(each["ref"], each["client_id"]) for each in _refused(wren)]


async def test_seen_elsewhere_is_refused(here: Here) -> None:
    """A mark in a conversation that is not theirs is not found, and one in their own that moves nothing is no mistake."""
    chat = await here.chat()
    async with here.client(here.cast.outsider) as far, here.client(here.cast.member) as wren:
        for each in (far, wren):
            await each.connect()
            for _ in range(2):
                await each.say({"type": "seen.mark", "conversation": str(chat), "seq": 1})
            await each.ask({"type": "ping"})
        assert (["not_found"] * 2, []) == (far.refusals(), wren.refusals())


async def test_a_socket_with_a_query_is_denied(here: Here) -> None:
    """Nothing is taken from an address: what stands there ends in logs."""
    async with httpx2.AsyncClient(base_url=here.url) as http:
        upgrade = {"upgrade": "websocket", "connection": "Upgrade", "sec-websocket-version": "13", "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA=="}
        answer = await http.get("/ws?x=1", headers=upgrade | {"origin": here.url, "cookie": f"{NAME}={here.cast.member.token}"})
    assert (400, "bad_frame") == (answer.status_code, answer.json()["code"])
    raw = await open_raw(here.url, here.cast.member.token, origin=here.url)
    assert 101 == raw.status
    raw.close()


async def test_those_on_call_are_told_at_once(here: Here) -> None:
    """A clinician with an open socket hears that a call was raised, and that somebody took it; a coordinator, who may not answer, follows the desk."""
    chat = await here.chat()
    cast = here.cast
    async with here.client(cast.clinician) as fern, here.client(cast.member) as wren:
        await fern.connect()
        await wren.connect()
        async with command(here.house, cast.peer.actor) as ctx:
            row = await ctx.db.get_one(Conversation, chat)
            asked = RaiseEscalation(conversation=chat, severity=Severity.critical, consent=Consent.agreed, view="They are not safe.")
            escalation = (await open_escalation(ctx, row, asked)).id
        await until(lambda: _told(fern, "escalations") == 1)
        async with command(here.house, cast.clinician.actor) as ctx:
            found = await require_on_call(ctx, escalation, to_change=True)
            await acknowledge(ctx, found)
        await until(lambda: _told(fern, "escalations") == 2)
        assert 0 == _told(wren, "escalations")


def _told(client: ScriptedClient, what: str) -> int:
    return sum(frame["type"] == "changed" and frame["what"] == what for frame in client.signals)


async def _as(here: Here, who: Person, act: Callable[[Any], Awaitable[Any]]) -> Any:
    async with command(here.house, who.actor) as ctx:
        return await act(ctx)


async def test_authors_keep_their_hidden_words(here: Here) -> None:
    """Whoever appeals can read what it is about, with the reason: live, afresh by socket, and by page; to everybody else it is gone."""
    cast = here.cast
    group = await here.group(cast.member, cast.peer)
    seq = (await _as(here, cast.member, lambda ctx: send(ctx, group, new_id(), "the first words"))).seq
    await _as(here, cast.member, lambda ctx: edit(ctx, group, seq, "the last words"))

    async def hide(ctx: Any) -> None:
        await redact(ctx, await ctx.db.get_one(Conversation, group), seq, "That could hurt somebody.")

    await _as(here, cast.moderator, hide)
    for who, words, why in ((cast.member, "the last words", "That could hurt somebody."), (cast.peer, None, None)):
        async with here.client(who) as client:
            await client.connect()
            await client.subscribe(group)
            await client.settle()
            page = (await client.call("GET", f"/api/conversations/{group}/events"))["events"]
            for events in (client.shown(group), page):
                said = next(event for event in events if event["seq"] == seq)
                edited = next(event for event in events if event["type"] == "message.edited")
                assert (words, {"reason": why}, words) == (said["body"], said["hidden"], edited["body"])


async def test_under_api_every_no_is_a_refusal(here: Here) -> None:
    """An address that is none, a method it has not, a body that is no JSON: a code and care text; beside it, plain words for a browser."""
    async with httpx2.AsyncClient(base_url=here.url, headers={"origin": here.url, "cookie": f"{NAME}={here.cast.member.token}"}) as http:
        form = {"content-type": "application/x-www-form-urlencoded"}
        knocks = [
            (await http.get("/api/nothing"), 404, "not_found"),
            (await http.delete("/api/line/deeper"), 404, "not_found"),
            (await http.put("/api/tickets"), 405, "wrong_method"),
            (await http.options("/api/line"), 405, "wrong_method"),
            (await http.post("/api/line", content="{}", headers={"content-type": "text/plain"}), 415, "not_json"),
            (await http.post("/api/line", content="{}", headers=form), 415, "not_json"),
            (await http.post("/api/line", content="{}"), 415, "not_json"),
        ]
        for answer, status, code in knocks:
            assert (status, {"code": code, "message": REFUSALS[code], "field": None, "retry_after_ms": None}) == (answer.status_code, answer.json())
        assert 200 == (await http.post("/api/line", content="{}", headers={"content-type": "Application/JSON; charset=utf-8"})).status_code
        assert "text/plain; charset=utf-8" == (await http.get("/nothing")).headers["content-type"]


async def test_who_loses_their_last_role_of_staff_is_signed_out(here: Here) -> None:
    """A peer who is a member too: with the role of staff their session ends, and the socket says so with 4001 (FAULTS 72)."""
    peer = here.cast.peer
    async with command(here.house) as ctx:
        ctx.db.add(RoleGrant(account_id=peer.account, role=Role.member, granted_by=here.cast.coordinator.account, granted_at=ctx.now))
    async with here.client(peer) as client:
        await client.connect()
        await _as(here, here.cast.coordinator, lambda ctx: revoke_role(ctx, peer.account, Role.peer))
        await until(lambda: client.closed is not None)
        assert client.closed
        assert CloseCode.signed_out == client.closed[0]
