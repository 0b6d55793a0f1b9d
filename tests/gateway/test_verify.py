"""Snapshot and events lead to the same screen as a fresh snapshot, for every kind of event there is, whoever looks."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest

from beside.conversations.close import close
from beside.conversations.join import join
from beside.conversations.leave import leave
from beside.conversations.log import append, notice
from beside.conversations.tables import Conversation
from beside.kit.context import Context, command
from beside.kit.ids import new_id
from beside.messages.edit import edit
from beside.messages.redact import redact
from beside.messages.restore import restore
from beside.messages.send import send
from beside.protocol.events import AnyLogEvent, NoticeKind
from beside.protocol.shapes import Place
from tests.gateway.conftest import Here
from tests.rig.cast import Person
from tests.rig.client import ScriptedClient
from tests.rig.oracle import complaints
from tests.rig.timeline import Frame
from tests.rig.wait import until

Act = Callable[[Here, UUID], Awaitable[None]]


async def _do(here: Here, who: Person, act: Callable[[Context], Awaitable[Any]]) -> Any:
    async with command(here.house, who.actor) as ctx:
        return await act(ctx)


async def _row(ctx: Context, group: UUID) -> Conversation:
    return await ctx.db.get_one(Conversation, group)


async def say(here: Here, group: UUID, who: Person | None = None) -> int:
    """The member says something; where it stands."""
    seq: int = (await _do(here, who or here.cast.member, lambda ctx: send(ctx, group, new_id(), "the first words"))).seq
    return seq


async def posts(here: Here, group: UUID) -> None:
    await say(here, group)


async def edits(here: Here, group: UUID) -> None:
    seq = await say(here, group)
    await _do(here, here.cast.member, lambda ctx: edit(ctx, group, seq, "other words"))
    await _do(here, here.cast.member, lambda ctx: edit(ctx, group, seq, "the last words"))


async def redacts(here: Here, group: UUID) -> None:
    seq = await say(here, group)

    async def hide(ctx: Context) -> None:
        await redact(ctx, await _row(ctx, group), seq, "That could hurt somebody.")

    await _do(here, here.cast.moderator, hide)


async def restores(here: Here, group: UUID) -> None:
    seq = await say(here, group)
    await _do(here, here.cast.member, lambda ctx: edit(ctx, group, seq, "edited before it was hidden"))

    async def hide_and_show(ctx: Context) -> None:
        await redact(ctx, await _row(ctx, group), seq, "That could hurt somebody.")
        await restore(ctx, await _row(ctx, group), seq)

    await _do(here, here.cast.moderator, hide_and_show)


async def hides_again(here: Here, group: UUID) -> None:
    await restores(here, group)

    async def hide(ctx: Context) -> None:
        await redact(ctx, await _row(ctx, group), (await _row(ctx, group)).last_seq - 3, "It does hurt somebody.")

    await _do(here, here.cast.moderator, hide)


async def joins(here: Here, group: UUID) -> None:
    async def come(ctx: Context) -> None:
        await join(ctx, await _row(ctx, group), here.cast.moderator.account, Place.moderator)

    await _do(here, here.cast.moderator, come)


async def leaves(here: Here, group: UUID) -> None:
    await say(here, group, here.cast.outsider)

    async def go(ctx: Context) -> None:
        await leave(ctx, await _row(ctx, group), here.cast.outsider.account)

    await _do(here, here.cast.outsider, go)


async def notices(here: Here, group: UUID) -> None:
    async def post(ctx: Context) -> None:
        for kind in NoticeKind:
            await notice(ctx, await _row(ctx, group), kind)

    await _do(here, here.cast.peer, post)


async def closes(here: Here, group: UUID) -> None:
    async def end(ctx: Context) -> None:
        await close(ctx, await _row(ctx, group), here.cast.peer.account)

    await _do(here, here.cast.peer, end)


async def reopens(here: Here, group: UUID) -> None:
    async def open_again(ctx: Context) -> None:
        await append(ctx, await _row(ctx, group), "conversation.reopened")  # no verb does so yet; the wire has it

    await closes(here, group)
    await _do(here, here.cast.peer, open_again)


ACTS: dict[str, list[Act]] = {
    "message.posted": [posts],
    "message.edited": [edits],
    "message.redacted": [redacts, hides_again],
    "message.restored": [restores],
    "participant.joined": [joins],
    "participant.left": [leaves],
    "notice.posted": [notices],
    "conversation.closed": [closes],
    "conversation.reopened": [reopens],
}


def test_every_kind_of_event_has_its_act() -> None:
    """A new kind of event that nobody verified is noticed here."""
    assert {msgspec.inspect.type_info(kind).tag for kind in get_args(AnyLogEvent)} == set(ACTS)  # type: ignore[attr-defined]  # each is a tagged Struct


def screen(events: Iterable[Frame]) -> dict[int, dict[str, Any]]:
    """What somebody sees after these events, by seq: messages as they are now, other lines as they were announced."""
    shown: dict[int, dict[str, Any]] = {}
    for event in events:
        kind, target = event["type"], shown.get(event.get("target_seq", 0))
        shown[event["seq"]] = dict(event) if kind not in ("message.edited", "message.redacted", "message.restored") else {"type": kind, "at": event["at"]}
        if target is None:
            continue
        if kind == "message.edited":
            target |= {"body": event["body"], "edited": True}
        elif kind == "message.redacted":
            own = event["reason"] is not None  # only its author is told why, and goes on reading it
            target |= {"body": target["body"] if own else None, "hidden": {"reason": event["reason"]}}
        elif kind == "message.restored":
            target |= {"body": event["body"], "hidden": None}
    return shown


async def _reaches(client: ScriptedClient, group: UUID, end: int) -> None:
    await until(lambda: client.timelines[group, "public"].have == end)


async def _fresh(here: Here, who: Person, group: UUID, end: int) -> tuple[list[Frame], list[Frame], list[Frame]]:
    """What a new subscription, a page forwards and a page backwards hold for this person now."""
    async with here.client(who) as new:
        await new.connect()
        await new.subscribe(group)
        await until(lambda: bool(new.shown(group)) and new.shown(group)[-1]["seq"] == end)
        forwards = await new.call("GET", f"/api/conversations/{group}/events?after=0")
        backwards = await new.call("GET", f"/api/conversations/{group}/events?before={end + 1}")
        return new.shown(group), forwards["events"], backwards["events"]


@pytest.mark.parametrize(("kind", "act"), [pytest.param(kind, act, id=act.__name__) for kind, acts in ACTS.items() for act in acts])
async def test_following_live_or_coming_back_shows_what_loading_afresh_shows(here: Here, kind: str, act: Act) -> None:
    """Whether somebody followed, was away and resumed, or loads afresh by socket or by page: one screen, for its author and for others (FAULTS 27)."""
    cast = here.cast
    group = await here.group(cast.member, cast.peer, cast.outsider)
    people: list[ScriptedClient] = [here.client(cast.member), here.client(cast.peer), here.client(cast.member), here.client(cast.peer)]
    for each in people:
        await each.connect()
        await each.subscribe(group)
        await _reaches(each, group, 3)
    for away in people[2:]:
        await away.drop()
    await act(here, group)
    async with command(here.house) as ctx:
        end = (await _row(ctx, group)).last_seq
    for away in people[2:]:
        await away.resume()
    for each in people:
        await _reaches(each, group, end)
    for each, who in zip(people, [cast.member, cast.peer] * 2, strict=True):
        assert kind in [event["type"] for event in each.shown(group)]
        for fresh in await _fresh(here, who, group, end):
            assert screen(fresh) == screen(each.shown(group))
    assert [] == await complaints(here.house, people)
    for each in people:
        await each.close()
        await each.http.aclose()
