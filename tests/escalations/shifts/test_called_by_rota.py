"""From the rota to a pager: who is called is who is on shift, and where nobody is, the duty manager, who was also told beforehand."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import msgspec
import pytest
from sqlmodel import col, select

from beside.conversations.open import open_one_to_one
from beside.conversations.tables import Conversation
from beside.escalations.acknowledge import acknowledge
from beside.escalations.by_link import take_by_link
from beside.escalations.channels.add import add_webhook
from beside.escalations.deliver import Outbound
from beside.escalations.hand_back import hand_back
from beside.escalations.open import open_escalation
from beside.escalations.shifts.findings import EVERY, look_ahead
from beside.escalations.shifts.tell_gap import ROTA_PATH
from beside.escalations.tables import Acknowledgement, Channel, Escalation
from beside.hubs.policy import Rung, read_policy
from beside.hubs.scope import require_hub
from beside.kit.context import command, query
from beside.kit.jobs import Job, run_due
from beside.protocol.requests import RaiseEscalation
from beside.protocol.shapes import Consent, Severity
from beside.reactions import WORK
from beside.worker import Worker
from tests.escalations.shifts.rota_scene import SECRET, RotaScene
from tests.rig.receiver import OnCallReceiver, Reply

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def pagers(rota: RotaScene) -> AsyncIterator[dict[str, OnCallReceiver]]:
    """Hazel's, Ben's and the duty manager's; the first line follows the rota."""
    async with OnCallReceiver(SECRET) as hazel, OnCallReceiver(SECRET) as ben, OnCallReceiver(SECRET) as manager:
        found = {"hazel": hazel, "ben": ben, "manager": manager}
        async with command(rota.house) as ctx:
            channels = {name: await add_webhook(ctx, rota.hub, pager.url, [SECRET]) for name, pager in found.items()}
            for name in ("hazel", "ben"):
                (await ctx.db.get_one(Channel, channels[name])).account_id = getattr(rota, name).account
            hub = await require_hub(ctx, rota.hub)
            ladder = {"escalation_rungs": [Rung("First on call", [], rota=True)], "duty_manager": Rung("the duty manager", [channels["manager"]])}
            hub.policy = msgspec.to_builtins(msgspec.structs.replace(read_policy(hub.policy), **ladder))
            ctx.db.add(hub)
        rota.house.private_hosts = [f"127.0.0.1:{pager.port}" for pager in found.values()]
        yield found


async def worry(rota: RotaScene) -> UUID:
    async with command(rota.house, rota.cast.peer.actor) as ctx:
        chat = (await open_one_to_one(ctx, rota.hub, rota.cast.member.account, rota.cast.peer.account)).id
        asked = RaiseEscalation(conversation=chat, severity=Severity.critical, consent=Consent.agreed, view="I am worried.")
        return (await open_escalation(ctx, await ctx.db.get_one(Conversation, chat), asked)).id


async def called(rota: RotaScene, pagers: dict[str, OnCallReceiver]) -> list[str]:
    await Worker(rota.house, {}, Outbound(rota.house.private_hosts)).look()
    return [name for name, pager in pagers.items() if any(one.signed and b"escalation.raised" in one.body for one in pager.received)]


async def test_whoever_is_on_shift_is_called(rota: RotaScene, pagers: dict[str, OnCallReceiver]) -> None:
    """Ten in the morning is Ben's: his own pager goes, and nobody else's (FAULTS 99)."""
    await rota.plans(rota.hazel, "2026-03-01T20:00", "2026-03-02T08:00")
    await rota.plans(rota.ben, "2026-03-01T08:00", "2026-03-01T20:00")
    await worry(rota)
    assert ["ben"] == await called(rota, pagers)


@pytest.mark.parametrize("why", ["nobody", "away", "no channel"])
async def test_where_nobody_is_the_duty_manager_is_called(rota: RotaScene, pagers: dict[str, OnCallReceiver], why: str) -> None:
    """A gap, somebody on leave, somebody without a channel: the duty manager's pager goes at once (FAULTS 99)."""
    if why != "nobody":
        await rota.plans(rota.hazel if why == "away" else rota.cai, "2026-03-01T08:00", "2026-03-01T20:00")
    if why == "away":
        await rota.is_away(rota.hazel, "2026-03-02T00:00", "2026-03-03T00:00")
    await worry(rota)
    assert ["manager"] == await called(rota, pagers)


async def test_a_channel_that_said_it_is_gone_is_not_silenced(rota: RotaScene, pagers: dict[str, OnCallReceiver]) -> None:
    """Ben's only pager answered 410 once: the duty manager is asked first, and half a minute without an answer later Ben's pager goes all the same."""
    await rota.plans(rota.ben, "2026-03-01T08:00", "2026-03-01T20:00")
    async with command(rota.house) as ctx:
        (await ctx.db.exec(select(Channel).where(Channel.account_id == rota.ben.account))).one().gone_at = ctx.now
    await worry(rota)
    assert ["manager"] == await called(rota, pagers)
    rota.later(seconds=61)
    assert ["ben", "manager"] == await called(rota, pagers)


async def test_the_duty_manager_is_told_of_a_gap_beforehand(rota: RotaScene, pagers: dict[str, OnCallReceiver]) -> None:
    """Three days ahead one message goes out, signed and without a name; a pager that was away gets it later, under the same name (FAULTS 99)."""
    shift = await rota.plans(rota.ben, "2026-03-01T08:00", "2026-03-02T08:00")
    await rota.changes(shift, date(2026, 3, 4), off=True)
    pagers["manager"].replies.extend([Reply(status=503)])
    assert 1 == await look_ahead(rota.house)
    await run_due(rota.house, WORK)
    rota.later(seconds=EVERY.total_seconds())
    assert 0 == await look_ahead(rota.house)
    await run_due(rota.house, WORK)
    sent = [one for one in pagers["manager"].received if one.signed]
    assert 2 == len(sent)
    assert 1 == len({one.id for one in sent})  # once more, under the same name
    body = msgspec.json.decode(sent[-1].body)
    assert ("rota.gap", 1, "2026-03-04T08:00:00Z") == (body["type"], body["data"]["rung"], body["data"]["respond_by"])
    assert body["data"]["url"].endswith(ROTA_PATH)
    assert len(sent[-1].body) < 1_024
    for word in (b"Ben", b"Hazel", b"First"):
        assert word not in sent[-1].body
    async with query(rota.house) as ctx:
        assert [None] == [job.due_at for job in (await ctx.db.exec(select(Job))).all()]


async def climbs(rota: RotaScene, pagers: dict[str, OnCallReceiver], seconds: int) -> list[str]:
    """Who has been asked after so long, nobody having answered."""
    for _ in range(seconds // 30):
        rota.later(seconds=30)
        await called(rota, pagers)
    return await called(rota, pagers)


async def change_of_shift(rota: RotaScene) -> None:
    """Hazel until two minutes past ten, then Ben."""
    await rota.plans(rota.hazel, "2026-03-01T08:00", "2026-03-01T10:02")
    await rota.plans(rota.ben, "2026-03-01T10:02", "2026-03-01T20:00")


def link_in(pager: OnCallReceiver) -> str:
    url: str = msgspec.json.decode([one for one in pager.received if b"escalation.raised" in one.body][-1].body)["data"]["url"]
    return url.rsplit("/", 1)[1]


async def took(rota: RotaScene) -> UUID | None:
    async with query(rota.house) as ctx:
        return (await ctx.db.exec(select(Acknowledgement.account_id).where(col(Acknowledgement.ended_at).is_(None)))).one()


async def test_a_call_that_is_open_over_a_change_of_shift_reaches_who_is_on_now(rota: RotaScene, pagers: dict[str, OnCallReceiver]) -> None:
    """Raised two minutes before the change and unanswered: the next time round Ben is called, and Hazel, who has gone home, is not (FAULTS 90, 99)."""
    await change_of_shift(rota)
    await worry(rota)
    assert ["hazel"] == await called(rota, pagers)
    asked = len(pagers["hazel"].received)
    assert ["hazel", "manager"] == await climbs(rota, pagers, 120)
    assert ["hazel", "ben", "manager"] == await climbs(rota, pagers, 120)
    assert asked == len(pagers["hazel"].received)


async def test_each_link_is_of_whoever_it_was_sent_to(rota: RotaScene, pagers: dict[str, OnCallReceiver]) -> None:
    """After a change of shift the rung is Ben's: a press on Ben's message is Ben's, and one on the message that Hazel still has is Hazel's (FAULTS 93, 99)."""
    await change_of_shift(rota)
    escalation = await worry(rota)
    await called(rota, pagers)
    await climbs(rota, pagers, 240)
    for pager, who in (("ben", rota.ben), ("hazel", rota.hazel)):
        async with command(rota.house) as ctx:
            seen = await take_by_link(ctx, link_in(pagers[pager]))
        assert seen.taken_by_this
        assert who.account == await took(rota)
        async with command(rota.house, who.actor) as ctx:
            await hand_back(ctx, await ctx.db.get_one(Escalation, escalation))


async def test_a_reminder_goes_to_who_took_it(rota: RotaScene, pagers: dict[str, OnCallReceiver]) -> None:
    """Hazel takes it after the rung has become Ben's: ten minutes later it is her pager that reminds, and not his (FAULTS 94, 99)."""
    await change_of_shift(rota)
    escalation = await worry(rota)
    await called(rota, pagers)
    await climbs(rota, pagers, 240)
    async with command(rota.house, rota.hazel.actor) as ctx:
        await acknowledge(ctx, await ctx.db.get_one(Escalation, escalation))
    await climbs(rota, pagers, 11 * 60)
    assert {"hazel": 1, "ben": 0, "manager": 0} == {name: sum(b"escalation.reminder" in one.body for one in pager.received) for name, pager in pagers.items()}


async def test_where_the_next_shift_is_nobodys_the_duty_manager_is_called(rota: RotaScene, pagers: dict[str, OnCallReceiver]) -> None:
    """Hazel's shift ends while the call is open and nobody's begins: the rung is the duty manager's, and the call goes on (FAULTS 99)."""
    await rota.plans(rota.hazel, "2026-03-01T08:00", "2026-03-01T10:02")
    await worry(rota)
    await called(rota, pagers)
    await climbs(rota, pagers, 120)
    once = len(pagers["manager"].received)
    assert ["hazel", "manager"] == await climbs(rota, pagers, 240)
    assert once < len(pagers["manager"].received)
    async with query(rota.house) as ctx:
        assert (await ctx.db.exec(select(Escalation))).one().next_step_at


async def test_a_rung_that_lost_its_people_is_passed(rota: RotaScene, pagers: dict[str, OnCallReceiver]) -> None:
    """Nobody's shift, and no duty manager either any more: nothing breaks, and the ladder is looked up again at each climb until somebody is on."""
    await rota.plans(rota.hazel, "2026-03-01T08:00", "2026-03-01T10:02")
    await worry(rota)
    await called(rota, pagers)
    async with command(rota.house) as ctx:
        hub = await require_hub(ctx, rota.hub)
        hub.policy = msgspec.to_builtins(msgspec.structs.replace(read_policy(hub.policy), duty_manager=None))
        ctx.db.add(hub)
        for channel in (await ctx.db.exec(select(Channel).where(Channel.account_id == None))).all():  # noqa: E711  # SQL's null
            channel.retired_at = ctx.now
    await climbs(rota, pagers, 360)
    await rota.plans(rota.ben, "2026-03-01T10:00", "2026-03-01T20:00")
    assert "ben" in await climbs(rota, pagers, 240)
